from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from shared_apps.jobs import services
from shared_apps.jobs.domain import MAX_ATTEMPTS
from shared_apps.jobs.enums import JobState
from shared_apps.jobs.models import ScheduledJob
from shared_apps.jobs.tasks import run_scheduled_job
from tenants import services as tenants
from tenants.context import TenantSnapshot, public_context, tenant_context
from tenants.models import Tenant
from tests.shared_apps.jobs.conftest import NOW
from tests.shared_apps.jobs.sample_tasks import FAIL, NOTE, NOTE_PUBLIC, calls

pytestmark = pytest.mark.usefixtures("in_public")


def handed_over(schema: str, task: str = NOTE, **fields: Any) -> ScheduledJob:
    values: dict[str, Any] = {"kwargs": {"word": "x"}, "run_at": NOW, **fields}
    return ScheduledJob.objects.create(
        tenant_schema=schema,
        task=task,
        state=JobState.HANDED_OVER,
        leased_until=NOW + timedelta(minutes=5),
        **values,
    )


def claim(job: ScheduledJob) -> services.ClaimedJob:
    claimed = services.claim_job(job_id=job.pk, now=NOW)
    assert claimed is not None
    return claimed


def test_run_serves_the_tenant_and_removes_the_row(tenant: TenantSnapshot, other_tenant: TenantSnapshot) -> None:
    for snapshot in (other_tenant, tenant):
        run_scheduled_job(job_id=handed_over(snapshot.schema).pk)
    assert calls == [(other_tenant.schema, "x"), (tenant.schema, "x")]
    assert not ScheduledJob.objects.exists()


def test_run_public_task_serves_public() -> None:
    run_scheduled_job(job_id=handed_over("public", NOTE_PUBLIC).pk)
    assert calls == [("public", "x")]


def test_run_of_a_cancelled_job_does_nothing(tenant: TenantSnapshot) -> None:
    job = handed_over(tenant.schema, dedupe_key="a")
    with tenant_context(tenant):
        services.cancel(dedupe_key="a")
    run_scheduled_job(job_id=job.pk)
    assert calls == []


def test_run_of_a_moved_job_does_nothing(tenant: TenantSnapshot) -> None:
    job = handed_over(tenant.schema, dedupe_key="a")
    with tenant_context(tenant):
        services.schedule(NOTE, run_at=NOW + timedelta(days=1), dedupe_key="a", word="later")
    run_scheduled_job(job_id=job.pk)
    assert calls == []
    assert ScheduledJob.objects.get().kwargs == {"word": "later"}


def test_run_twice_delivered_runs_once(tenant: TenantSnapshot) -> None:
    job = handed_over(tenant.schema)
    first = claim(job)
    run_scheduled_job(job_id=job.pk)
    assert calls == []
    services.complete_job(job=first, now=NOW)
    assert not ScheduledJob.objects.exists()


def test_complete_leaves_a_job_that_was_moved_while_it_ran(tenant: TenantSnapshot) -> None:
    claimed = claim(handed_over(tenant.schema, dedupe_key="a"))
    with tenant_context(tenant):
        services.schedule(NOTE, run_at=NOW + timedelta(days=1), dedupe_key="a", word="next")
    services.complete_job(job=claimed, now=NOW)
    row = ScheduledJob.objects.get()
    assert (row.state, row.kwargs) == (JobState.WAITING, {"word": "next"})


def test_complete_by_a_worker_whose_lease_ended_leaves_the_new_run(tenant: TenantSnapshot) -> None:
    job = handed_over(tenant.schema)
    slow = claim(job)
    ScheduledJob.objects.update(state=JobState.HANDED_OVER, claim=None)  # as the tick does when the lease ends
    claim(job)
    services.complete_job(job=slow, now=NOW)
    assert ScheduledJob.objects.get().state == JobState.RUNNING


def test_failure_waits_and_tries_again(tenant: TenantSnapshot, caplog: pytest.LogCaptureFixture) -> None:
    run_scheduled_job(job_id=handed_over(tenant.schema, FAIL).pk)
    row = ScheduledJob.objects.get()
    assert (row.state, row.attempts, row.last_error) == (
        JobState.WAITING,
        1,
        "RuntimeError: failed on purpose x",
    )
    assert row.leased_until is None
    assert "Traceback" in caplog.text


def test_failure_delays_grow(tenant: TenantSnapshot) -> None:
    job = handed_over(tenant.schema)
    delays = []
    for _ in range(4):
        services.fail_job(job=claim(job), error=ValueError("no"), now=NOW)
        job.refresh_from_db()
        delays.append((job.run_at - NOW).total_seconds())
        ScheduledJob.objects.update(state=JobState.HANDED_OVER, leased_until=NOW)
    for delay, expected in zip(delays, (10, 20, 40, 80), strict=True):
        assert expected * 0.8 <= delay <= expected * 1.2


def test_failure_too_often_parks_the_job_until_someone_retries_it(tenant: TenantSnapshot) -> None:
    job = handed_over(tenant.schema, attempts=MAX_ATTEMPTS - 1)
    assert services.fail_job(job=claim(job), error=ValueError("no"), now=NOW) == JobState.PARKED
    job.refresh_from_db()
    assert (job.state, job.last_error, job.leased_until, job.claim) == (JobState.PARKED, "ValueError: no", None, None)
    assert services.retry_job(job_id=job.pk, now=NOW) is True
    assert services.retry_job(job_id=job.pk, now=NOW) is False
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.WAITING, 0)


def test_retry_command_lists_parked_jobs_and_runs_them_again(
    tenant: TenantSnapshot, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs = [handed_over(tenant.schema) for _ in range(3)]
    ScheduledJob.objects.update(state=JobState.PARKED, leased_until=None, last_error="ValueError: no", attempts=10)
    call_command("retry_jobs")
    assert capsys.readouterr().out.count("ValueError: no") == 3
    call_command("retry_jobs", str(jobs[0].pk))
    assert ScheduledJob.objects.filter(state=JobState.PARKED).count() == 2
    with pytest.raises(CommandError, match="Not parked"):
        call_command("retry_jobs", str(jobs[0].pk))
    call_command("retry_jobs", "--all")
    assert not ScheduledJob.objects.filter(state=JobState.PARKED).exists()


def test_suspended_tenant_puts_the_job_off(tenant: TenantSnapshot) -> None:
    job = handed_over(tenant.schema)
    tenants.suspend_tenant(tenant_id=tenant.id, reason="unpaid", now=NOW)
    run_scheduled_job(job_id=job.pk)
    job.refresh_from_db()
    assert (calls, job.state, job.attempts) == ([], JobState.WAITING, 0)
    assert job.run_at > NOW


def test_deleted_tenant_removes_the_job(tenant: TenantSnapshot) -> None:
    job = handed_over(tenant.schema)
    Tenant.objects.filter(pk=tenant.id).update(status="deleted")
    run_scheduled_job(job_id=job.pk)
    assert calls == []
    assert not ScheduledJob.objects.exists()


# --- Periodic -------------------------------------------------------------------------------
@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    from shared_apps.jobs.services import periodic

    monkeypatch.setattr(periodic, "_registry", {})
    services.register_periodic("clean", NOTE_PUBLIC, 60)


def periodic_rows() -> list[tuple[str | None, int | None, datetime]]:
    found = ScheduledJob.objects.order_by("dedupe_key")
    return list(found.values_list("dedupe_key", "period_seconds", "run_at"))


def test_periodic_is_one_row_however_often_it_is_made(registry: None) -> None:
    for minutes in (0, 1):
        services.materialize_periodic(now=NOW + timedelta(minutes=minutes))
    assert periodic_rows() == [("periodic:clean", 60, NOW)]


def test_periodic_follows_the_registry(registry: None, monkeypatch: pytest.MonkeyPatch) -> None:
    services.materialize_periodic(now=NOW)
    ScheduledJob.objects.update(run_at=NOW + timedelta(seconds=60))
    services.register_periodic("clean", NOTE_PUBLIC, 10)
    services.register_periodic("refill", NOTE_PUBLIC, 30)
    services.materialize_periodic(now=NOW)
    assert periodic_rows() == [
        ("periodic:clean", 10, NOW + timedelta(seconds=10)),
        ("periodic:refill", 30, NOW),
    ]
    monkeypatch.setattr("shared_apps.jobs.services.periodic._registry", {})
    services.materialize_periodic(now=NOW)
    assert periodic_rows() == []


@pytest.mark.parametrize("attempts", [0, MAX_ATTEMPTS + 5])
def test_periodic_comes_back_after_success_and_after_failure(registry: None, attempts: int) -> None:
    job = handed_over(
        "public", NOTE_PUBLIC, kwargs={}, period_seconds=60, attempts=attempts, dedupe_key="periodic:clean"
    )
    services.complete_job(job=claim(job), now=NOW)
    job.refresh_from_db()
    assert (job.state, job.run_at, job.attempts) == (JobState.WAITING, NOW + timedelta(seconds=60), 0)
    ScheduledJob.objects.update(state=JobState.HANDED_OVER, leased_until=NOW, attempts=attempts)
    assert services.fail_job(job=claim(job), error=ValueError("no"), now=NOW) == JobState.WAITING
    job.refresh_from_db()
    assert NOW < job.run_at <= NOW + timedelta(seconds=60)
    assert job.last_error == "ValueError: no"


def test_every_registered_periodic_job_is_a_public_task_without_arguments() -> None:
    from django.utils.module_loading import import_string

    jobs = services.list_periodic()
    for job in jobs:
        task = import_string(job.task)
        assert task.is_public
        task.__header__()
    with public_context():
        services.materialize_periodic(now=NOW)
        assert ScheduledJob.objects.count() == len(jobs)
