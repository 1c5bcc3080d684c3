import logging
from typing import Any

import pytest
from celery import current_app, states

from shared_apps.jobs.enums import JobState
from shared_apps.jobs.models import ScheduledJob
from shared_apps.jobs.tasks import PublicTask, TenantTask
from tenants import services as tenants
from tenants.context import TenantSnapshot, find_current, public_context, tenant_context
from tenants.errors import NoTenantContext
from tenants.models import Tenant
from tests.shared_apps.jobs import sample_tasks
from tests.shared_apps.jobs.conftest import NOW
from tests.shared_apps.jobs.sample_tasks import calls


def run_as_worker(task: Any, *, headers: dict[str, str] | None = None, **kwargs: Any) -> str:
    """Run a task through Celery's own tracer, outside any context, and return its state."""
    assert find_current() is None
    result = task.apply(kwargs=kwargs, headers=headers)
    assert find_current() is None
    return str(result.state)


def test_every_task_of_ours_knows_its_context() -> None:
    current_app.loader.import_default_modules()
    ours = [task for name, task in current_app.tasks.items() if name.startswith(("shared_apps.", "tenant_apps."))]
    assert {task.name for task in ours} >= {"tenant_apps.notifications.tasks.deliver_email"}
    assert [task.name for task in ours if not isinstance(task, TenantTask | PublicTask)] == []


def test_task_serves_the_tenant_of_its_header(tenant: TenantSnapshot, other_tenant: TenantSnapshot) -> None:
    for snapshot in (tenant, other_tenant):
        assert run_as_worker(sample_tasks.note, headers={"oficio_tenant": snapshot.schema}, word="x") == states.SUCCESS
    assert calls == [(tenant.schema, "x"), (other_tenant.schema, "x")]


@pytest.mark.parametrize(
    "headers", [None, {}, {"oficio_tenant": ""}, {"oficio_tenant": "public"}, {"oficio_tenant": "t_nobody"}]
)
def test_task_without_a_known_tenant_is_rejected(db: None, headers: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert run_as_worker(sample_tasks.note, headers=headers, word="x") == states.REJECTED
    assert calls == []
    assert "rejected" in caplog.text


@pytest.mark.parametrize("status", ["suspended", "deleting", "deleted", "spare", "provisioning"])
def test_task_of_a_tenant_that_is_not_active_is_rejected(status: str, tenant: TenantSnapshot) -> None:
    with public_context():
        if status == "suspended":
            tenants.suspend_tenant(tenant_id=tenant.id, reason="unpaid", now=NOW)
        else:
            Tenant.objects.filter(pk=tenant.id).update(status=status)
    assert run_as_worker(sample_tasks.note, headers={"oficio_tenant": tenant.schema}, word="x") == states.REJECTED
    assert calls == []


def test_public_task_serves_public_whatever_its_headers(tenant: TenantSnapshot) -> None:
    assert run_as_worker(sample_tasks.note_public, headers={"oficio_tenant": tenant.schema}) == states.SUCCESS
    assert calls == [("public", "")]


def test_failed_task_leaves_no_context_and_becomes_a_job(tenant: TenantSnapshot) -> None:
    headers = {"oficio_tenant": tenant.schema, "oficio_request": "request-7"}
    assert run_as_worker(sample_tasks.fail, headers=headers, word="x") == states.FAILURE
    with public_context():
        row = ScheduledJob.objects.get()
    assert (row.tenant_schema, row.task, row.kwargs) == (tenant.schema, sample_tasks.FAIL, {"word": "x"})
    assert (row.state, row.attempts, row.request_id) == (JobState.WAITING, 1, "request-7")
    assert row.last_error == "RuntimeError: failed on purpose x"


def test_task_called_like_a_function_uses_the_callers_tenant(tenant: TenantSnapshot) -> None:
    with pytest.raises(NoTenantContext):
        sample_tasks.note(word="x")
    with public_context(), pytest.raises(NoTenantContext):
        sample_tasks.note(word="x")
    with tenant_context(tenant):
        sample_tasks.note(word="x")
        sample_tasks.note_public(word="y")
    assert calls == [(tenant.schema, "x"), ("public", "y")]


def test_delay_carries_the_tenant_and_is_refused_outside_one(tenant: TenantSnapshot, queue: Any) -> None:
    with tenant_context(tenant):
        sample_tasks.note.delay(word="x")
    with pytest.raises(NoTenantContext):
        sample_tasks.note.delay(word="x")
    (message,) = queue()
    assert message.headers["oficio_tenant"] == tenant.schema


def test_log_line_names_task_request_tenant_and_queries(
    tenant: TenantSnapshot, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="oficio.tasks"):
        run_as_worker(sample_tasks.note, headers={"oficio_tenant": tenant.schema, "oficio_request": "r7"}, word="x")
    (record,) = [record for record in caplog.records if record.name == "oficio.tasks"]
    assert record.getMessage() == f"{sample_tasks.NOTE} done"
    assert record.task == sample_tasks.NOTE
    assert record.queries == 1
