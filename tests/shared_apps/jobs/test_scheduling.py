import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from shared_apps.jobs import gateways, services
from shared_apps.jobs.enums import JobState
from shared_apps.jobs.errors import InvalidArguments, UnknownTask
from shared_apps.jobs.models import ScheduledJob
from tenants.context import TenantSnapshot, public_context, tenant_context
from tenants.errors import NoTenantContext
from tenants.logs import request_scope
from tests.shared_apps.jobs.conftest import NOW
from tests.shared_apps.jobs.sample_tasks import NOTE, NOTE_PUBLIC, PLAIN


def rows() -> list[tuple[Any, ...]]:
    with public_context():
        found = ScheduledJob.objects.order_by("id")
        return list(found.values_list("tenant_schema", "task", "kwargs", "run_at", "dedupe_key"))


# --- schedule -------------------------------------------------------------------------------
def test_schedule_writes_a_public_row_for_the_tenant(in_tenant: TenantSnapshot) -> None:
    services.schedule(NOTE, run_at=NOW, dedupe_key="a", word="hi")
    assert rows() == [(in_tenant.schema, NOTE, {"word": "hi"}, NOW, "a")]


def test_schedule_in_a_rolled_back_transaction_leaves_no_row(in_tenant: TenantSnapshot) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.schedule(NOTE, run_at=NOW, word="hi")
        assert len(rows()) == 1
        _ = 1 / 0
    assert rows() == []


def test_schedule_in_a_rolled_back_savepoint_leaves_no_row_and_the_tenant_serves_on(in_tenant: TenantSnapshot) -> None:
    from shared_apps.accounts.models import User

    with transaction.atomic():
        services.schedule(NOTE, run_at=NOW, word="kept")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            services.schedule(NOTE, run_at=NOW, word="undone")
            _ = 1 / 0
        assert User.objects.count() >= 0  # a tenant's table, read with the tenant's role again
    assert [kwargs for _, _, kwargs, _, _ in rows()] == [{"word": "kept"}]


def test_schedule_again_with_the_key_moves_the_job(in_tenant: TenantSnapshot) -> None:
    services.schedule(NOTE, run_at=NOW, dedupe_key="a", word="first")
    services.schedule(NOTE, run_at=NOW + timedelta(hours=1), dedupe_key="a", word="second")
    assert rows() == [(in_tenant.schema, NOTE, {"word": "second"}, NOW + timedelta(hours=1), "a")]


def test_schedule_again_revives_a_parked_job(in_tenant: TenantSnapshot) -> None:
    services.schedule(NOTE, run_at=NOW, dedupe_key="a", word="x")
    with public_context():
        ScheduledJob.objects.update(state=JobState.PARKED, attempts=10, last_error="broken")
        services_row = ScheduledJob.objects.get
        with tenant_context(in_tenant):
            services.schedule(NOTE, run_at=NOW, dedupe_key="a", word="x")
        row = services_row()
    assert (row.state, row.attempts, row.last_error) == (JobState.WAITING, 0, "")


def test_schedule_same_key_in_two_tenants_are_two_jobs(tenant: TenantSnapshot, other_tenant: TenantSnapshot) -> None:
    for snapshot in (tenant, other_tenant):
        with tenant_context(snapshot):
            services.schedule(NOTE, run_at=NOW, dedupe_key="a", word="x")
    with tenant_context(tenant):
        assert services.cancel(dedupe_key="a") is True
        assert services.cancel(dedupe_key="a") is False
    assert [schema for schema, *_ in rows()] == [other_tenant.schema]


def test_schedule_without_a_key_never_merges(in_tenant: TenantSnapshot) -> None:
    for _ in range(2):
        services.schedule(NOTE, run_at=NOW, word="x")
    assert len(rows()) == 2


def test_schedule_is_one_insert(in_tenant: TenantSnapshot, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        services.schedule(NOTE, run_at=NOW, dedupe_key="a", word="x")


def test_schedule_remembers_the_request(in_tenant: TenantSnapshot) -> None:
    with request_scope("request-7"):
        services.schedule(NOTE, run_at=NOW, word="x")
    with public_context():
        assert ScheduledJob.objects.get().request_id == "request-7"


def test_schedule_public_task_belongs_to_public_whoever_asks(in_tenant: TenantSnapshot) -> None:
    services.schedule(NOTE_PUBLIC, run_at=NOW)
    assert rows() == [("public", NOTE_PUBLIC, {}, NOW, None)]


def test_schedule_tenant_task_outside_a_tenant_is_refused(in_public: None) -> None:
    with pytest.raises(NoTenantContext):
        services.schedule(NOTE, run_at=NOW, word="x")
    assert rows() == []


@pytest.mark.parametrize("path", ["no.such.task", "tenants.domain.is_valid_slug", PLAIN])
def test_schedule_unknown_task_is_refused(in_tenant: TenantSnapshot, path: str) -> None:
    with pytest.raises(UnknownTask):
        services.schedule(path, run_at=NOW)


@pytest.mark.parametrize("kwargs", [{"word": NOW}, {}, {"word": "x", "other": 1}])
def test_schedule_arguments_that_do_not_fit_are_refused(in_tenant: TenantSnapshot, kwargs: dict[str, Any]) -> None:
    with pytest.raises(InvalidArguments):
        services.schedule(NOTE, run_at=NOW, **kwargs)
    assert rows() == []


# --- enqueue --------------------------------------------------------------------------------
def test_enqueue_publishes_on_commit_with_tenant_and_request(
    in_tenant: TenantSnapshot, queue: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with request_scope("request-7"), django_capture_on_commit_callbacks() as callbacks:
        services.enqueue(NOTE, word="hi")
    assert gateways.count_queued() == 0
    with public_context():  # whatever is served when the transaction ends
        callbacks[0]()
    assert gateways.count_queued() == 1
    (message,) = queue()
    assert message.headers["task"] == NOTE
    assert message.headers["oficio_tenant"] == in_tenant.schema
    assert message.headers["oficio_request"] == "request-7"
    assert message.kwargs == {"word": "hi"}
    assert rows() == []


def test_enqueue_public_task_carries_no_tenant(
    in_tenant: TenantSnapshot, queue: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        services.enqueue(NOTE_PUBLIC)
    (message,) = queue()
    assert "oficio_tenant" not in message.headers


def test_enqueue_rolled_back_publishes_nothing(
    in_tenant: TenantSnapshot, queue: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            services.enqueue(NOTE, word="hi")
            _ = 1 / 0
    assert queue() == []
    assert rows() == []


@pytest.mark.parametrize("broker", ["broker_refuses", "broker_hangs"])
def test_enqueue_with_the_broker_down_keeps_a_row_that_is_due(
    in_tenant: TenantSnapshot, broker: str, request: pytest.FixtureRequest, django_capture_on_commit_callbacks: Any
) -> None:
    request.getfixturevalue(broker)
    started = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        for word in ("a", "b", "c"):  # the second and third do not wait
            services.enqueue(NOTE, word=word)
    assert time.monotonic() - started < 0.6
    assert [(schema, kwargs) for schema, _, kwargs, _, _ in rows()] == [
        (in_tenant.schema, {"word": word}) for word in ("a", "b", "c")
    ]


def test_enqueue_tenant_task_outside_a_tenant_is_refused(in_public: None) -> None:
    with pytest.raises(NoTenantContext):
        services.enqueue(NOTE, word="x")
