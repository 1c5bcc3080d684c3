import threading
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from shared_apps.jobs import selectors, services
from shared_apps.jobs.enums import JobState
from shared_apps.jobs.errors import BrokerDown
from shared_apps.jobs.models import ScheduledJob
from tenants import services as tenants
from tenants.context import TenantSnapshot, public_context
from tenants.models import Tenant
from tests.shared_apps.jobs.conftest import NOW
from tests.shared_apps.jobs.sample_tasks import NOTE

pytestmark = pytest.mark.usefixtures("in_public")


def make(schema: str, run_at: datetime = NOW, **fields: Any) -> ScheduledJob:
    return ScheduledJob.objects.create(tenant_schema=schema, run_at=run_at, task=NOTE, kwargs={"word": "x"}, **fields)


def states() -> dict[int, str]:
    return dict(ScheduledJob.objects.values_list("id", "state"))


def test_hand_over_publishes_what_is_due_and_leases_it(tenant: TenantSnapshot, queue: Any, settings: Any) -> None:
    settings.JOBS_HANDOVER_LEASE_SECONDS = 300
    due = [make(tenant.schema, NOW - timedelta(seconds=age), request_id=f"r{age}") for age in (0, 5)]
    later = make(tenant.schema, NOW + timedelta(seconds=1))
    assert services.hand_over_due(now=NOW) == 2
    messages = queue()
    assert {(message.kwargs["job_id"], message.headers["oficio_request"]) for message in messages} == {
        (due[0].pk, "r0"),
        (due[1].pk, "r5"),
    }
    assert states() == {
        due[0].pk: JobState.HANDED_OVER,
        due[1].pk: JobState.HANDED_OVER,
        later.pk: JobState.WAITING,
    }
    due[0].refresh_from_db()
    assert due[0].leased_until == NOW + timedelta(seconds=300)
    assert services.hand_over_due(now=NOW) == 0


def test_hand_over_with_nothing_due_is_one_query_for_ten_thousand_tenants(
    queue: Any, django_assert_num_queries: Any
) -> None:
    Tenant.objects.bulk_create(Tenant(schema_name=f"t_{number:016}", status="spare") for number in range(10_000))
    ScheduledJob.objects.bulk_create(
        ScheduledJob(tenant_schema=f"t_{number:016}", run_at=NOW + timedelta(hours=1), task=NOTE)
        for number in range(10_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_scheduledjob")
    with django_assert_num_queries(1):
        assert services.hand_over_due(now=NOW) == 0
    started = time.perf_counter()
    for _ in range(10):
        services.hand_over_due(now=NOW)
    assert (time.perf_counter() - started) / 10 < 0.01
    assert queue() == []


def test_hand_over_takes_again_what_a_dead_worker_had(tenant: TenantSnapshot, queue: Any) -> None:
    dead = make(
        tenant.schema,
        NOW - timedelta(hours=1),
        state=JobState.RUNNING,
        leased_until=NOW - timedelta(seconds=1),
        claim="6f1b1e0e-9a4b-4d0a-8a55-8a1a9a7f2c11",
    )
    alive = make(
        tenant.schema,
        NOW - timedelta(hours=1),
        state=JobState.RUNNING,
        leased_until=NOW + timedelta(seconds=1),
        claim="6f1b1e0e-9a4b-4d0a-8a55-8a1a9a7f2c12",
    )
    assert services.hand_over_due(now=NOW) == 1
    assert [message.kwargs for message in queue()] == [{"job_id": dead.pk}]
    assert states() == {dead.pk: JobState.HANDED_OVER, alive.pk: JobState.RUNNING}


def test_hand_over_leaves_parked_jobs(tenant: TenantSnapshot, queue: Any) -> None:
    make(tenant.schema, NOW - timedelta(days=1), state=JobState.PARKED)
    assert services.hand_over_due(now=NOW) == 0


def test_hand_over_puts_off_jobs_of_suspended_tenants(
    tenant: TenantSnapshot, other_tenant: TenantSnapshot, queue: Any
) -> None:
    tenants.suspend_tenant(tenant_id=tenant.id, reason="unpaid", now=NOW)
    paused, other = make(tenant.schema), make(other_tenant.schema)
    assert services.hand_over_due(now=NOW) == 2
    assert [message.kwargs for message in queue()] == [{"job_id": other.pk}]
    paused.refresh_from_db()
    assert (paused.state, paused.attempts, paused.run_at > NOW) == (JobState.WAITING, 0, True)
    other.delete()
    tenants.reactivate_tenant(tenant_id=tenant.id)
    assert services.hand_over_due(now=paused.run_at) == 1
    assert [message.kwargs for message in queue()] == [{"job_id": paused.pk}]


@pytest.mark.parametrize("status", ["deleting", "deleted", None])
def test_hand_over_removes_jobs_of_tenants_that_are_gone(
    status: str | None, tenant: TenantSnapshot, queue: Any
) -> None:
    schema = tenant.schema if status else "t_nobody"
    if status:
        Tenant.objects.filter(pk=tenant.id).update(status=status)
    make(schema)
    assert services.hand_over_due(now=NOW) == 1
    assert queue() == []
    assert states() == {}


@pytest.mark.parametrize("broker", ["broker_refuses", "broker_hangs"])
def test_hand_over_with_the_broker_down_gives_the_jobs_back(
    broker: str, tenant: TenantSnapshot, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(broker)
    job = make(tenant.schema)
    with pytest.raises(BrokerDown):
        services.hand_over_due(now=NOW)
    job.refresh_from_db()
    assert (job.state, job.run_at, job.leased_until) == (JobState.WAITING, NOW, None)


@pytest.mark.usefixtures("committed_db")
def test_two_schedulers_take_each_job_once(tenant: TenantSnapshot, queue: Any) -> None:
    ScheduledJob.objects.bulk_create(
        ScheduledJob(tenant_schema=tenant.schema, run_at=NOW, task=NOTE, kwargs={"word": "x"}) for _ in range(1000)
    )
    start, taken = threading.Barrier(2), []

    def scheduler() -> None:
        start.wait()
        while number := services.hand_over_due(now=NOW, limit=50):
            taken.append(number)
        connection.close()

    threads = [threading.Thread(target=scheduler) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [message.kwargs["job_id"] for message in queue()]
    assert sum(taken) == len(ids) == len(set(ids)) == 1000


@pytest.mark.slow
@pytest.mark.usefixtures("committed_db")
def test_ten_thousand_due_jobs_are_handed_over_within_thirty_seconds(tenant: TenantSnapshot, queue: Any) -> None:
    now = timezone.now()
    ScheduledJob.objects.bulk_create(
        ScheduledJob(tenant_schema=tenant.schema, run_at=now, task=NOTE, kwargs={"word": "x"}) for _ in range(10_000)
    )
    started = time.perf_counter()
    while services.hand_over_due(now=now):
        pass
    seconds = time.perf_counter() - started
    print(f"10,000 jobs handed over in {seconds:.1f} s")
    assert seconds < 30
    assert len(queue()) == 10_000


def test_record_beat_is_read_back_as_an_age() -> None:
    services.record_beat(name="scheduler")
    services.record_beat(name="scheduler")
    assert list(selectors.list_heartbeats()) == ["scheduler"]
    assert 0 <= selectors.list_heartbeats()["scheduler"] < 5


def test_backlog_counts_what_is_due_under_way_and_parked(
    tenant: TenantSnapshot, django_assert_num_queries: Any
) -> None:
    make(tenant.schema, NOW - timedelta(seconds=90))
    make(tenant.schema, NOW + timedelta(days=30))
    make(
        tenant.schema, NOW - timedelta(seconds=95), state=JobState.HANDED_OVER, leased_until=NOW + timedelta(minutes=1)
    )
    make(tenant.schema, NOW - timedelta(days=1), state=JobState.PARKED)
    with django_assert_num_queries(2), public_context():
        backlog = selectors.get_backlog(now=NOW)
    assert (backlog.due, backlog.under_way, backlog.parked, backlog.oldest_due_seconds) == (1, 1, 1, 95.0)
