"""What operators do changes the workspace and writes the log, both or neither."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from shared_apps.accounts.models import User
from shared_apps.jobs.models import ScheduledJob
from shared_apps.operators import services
from shared_apps.operators.domain import DELETION_DELAY
from shared_apps.operators.errors import AddressNotConfirmed, JobNotParked
from shared_apps.operators.models import OperatorAction
from shared_apps.operators.services import Actor
from tenants import services as tenants
from tenants.context import TenantSnapshot, public_context
from tenants.enums import TenantStatus
from tenants.errors import InvalidTransition
from tenants.models import Tenant
from tests.factories.signup import NOW
from tests.factories.tenants import make


def status(tenant: TenantSnapshot) -> str:
    with public_context():
        return Tenant.objects.get(pk=tenant.id).status


def log() -> list[tuple[str, str, str]]:
    with public_context():
        return list(OperatorAction.objects.order_by("id").values_list("kind", "target", "reason"))


def deletion_jobs() -> list[ScheduledJob]:
    with public_context():
        return list(ScheduledJob.objects.filter(task=services.DELETION_TASK))


def suspend(actor: Actor, tenant: TenantSnapshot) -> None:
    services.suspend_workspace(actor=actor, tenant_id=tenant.id, reason="Spam", now=NOW)


def test_suspending_pauses_the_workspace_at_once(
    actor: Actor, tenant: TenantSnapshot, other_tenant: TenantSnapshot, client_for: Callable[..., Client]
) -> None:
    assert client_for(tenant).get("/").status_code == 200  # and its host is cached
    suspend(actor, tenant)
    assert client_for(tenant).get("/").status_code == 503
    assert client_for(other_tenant).get("/").status_code == 200
    with public_context():
        row = OperatorAction.objects.get()
    assert (row.kind, row.target, row.reason) == ("suspend", "Clínica Alfa (alfa)", "Spam")
    assert (row.operator_id, row.operator_email, row.ip, row.at) == (actor.user_id, actor.email, actor.ip, NOW)
    services.reactivate_workspace(actor=actor, tenant_id=tenant.id, reason="Aclarado", now=NOW)
    assert client_for(tenant).get("/").status_code == 200
    assert [kind for kind, _, _ in log()] == ["suspend", "reactivate"]


def test_refused_action_writes_no_log(actor: Actor, tenant: TenantSnapshot) -> None:
    with pytest.raises(InvalidTransition):
        services.reactivate_workspace(actor=actor, tenant_id=tenant.id, reason="Nada", now=NOW)
    suspend(actor, tenant)
    with pytest.raises(InvalidTransition):
        suspend(actor, tenant)
    assert len(log()) == 1


def test_action_without_a_log_line_does_not_happen(actor: Actor, tenant: TenantSnapshot) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        services.suspend_workspace(actor=actor, tenant_id=tenant.id, reason="", now=NOW)
    assert status(tenant) == TenantStatus.ACTIVE


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE operators_operatoraction SET reason = 'nada'",
        "DELETE FROM operators_operatoraction",
        "TRUNCATE operators_operatoraction",
    ],
)
def test_log_is_append_only(actor: Actor, tenant: TenantSnapshot, sql: str) -> None:
    suspend(actor, tenant)
    with public_context(), pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(sql)
    assert len(log()) == 1


# --- Deletion ----------------------------------------------------------------------------------
def request_deletion(actor: Actor, tenant: TenantSnapshot, slug: str = "alfa") -> None:
    services.request_deletion(actor=actor, tenant_id=tenant.id, slug=slug, reason="Lo pidió", now=NOW)


def test_deletion_pauses_now_and_a_later_run_of_the_job_deletes(actor: Actor, tenant: TenantSnapshot) -> None:
    request_deletion(actor, tenant, slug=" ALFA ")
    assert status(tenant) == TenantStatus.SUSPENDED
    (job,) = deletion_jobs()
    assert (job.run_at, job.kwargs) == (NOW + DELETION_DELAY, {"tenant_id": tenant.id})
    request_deletion(actor, tenant)  # again: the same job
    assert len(deletion_jobs()) == 1


def test_due_deletion_removes_a_suspended_workspace(committed_db: None) -> None:
    with public_context():  # the spares of the template share their roles with it, so they cannot be dropped
        Tenant.objects.filter(status=TenantStatus.SPARE).update(status=TenantStatus.DELETING)
    tenant = make(slug="gamma").snapshot()
    tenants.suspend_tenant(tenant_id=tenant.id, reason="Lo pidió", now=NOW)
    assert services.delete_workspace(tenant_id=tenant.id, now=NOW)
    assert status(tenant) == TenantStatus.DELETED
    assert services.delete_workspace(tenant_id=tenant.id, now=NOW)  # a second run changes nothing


def test_reactivating_calls_the_deletion_off(actor: Actor, tenant: TenantSnapshot) -> None:
    request_deletion(actor, tenant)
    services.reactivate_workspace(actor=actor, tenant_id=tenant.id, reason="Se arrepintió", now=NOW)
    assert deletion_jobs() == []
    assert not services.delete_workspace(tenant_id=tenant.id, now=NOW + DELETION_DELAY)
    assert status(tenant) == TenantStatus.ACTIVE


@pytest.mark.parametrize("slug", ["", "beta", "alf", "alfa.localhost", "al\x00fa"])
def test_deletion_needs_the_address(actor: Actor, tenant: TenantSnapshot, slug: str) -> None:
    with pytest.raises(AddressNotConfirmed):
        request_deletion(actor, tenant, slug=slug)
    assert status(tenant) == TenantStatus.ACTIVE
    assert (deletion_jobs(), log()) == ([], [])


# --- Jobs --------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["parked", "waiting"])
def test_only_a_parked_job_is_retried(actor: Actor, in_public: None, state: str) -> None:
    job = ScheduledJob.objects.create(
        run_at=NOW - timedelta(days=1), task="shared_apps.signup.tasks.refill_pool", state=state, attempts=10
    )
    call = {"actor": actor, "job_id": job.pk, "name": job.task, "reason": "Arreglado", "now": NOW}
    if state == "parked":
        services.retry_job(**call)  # type: ignore[arg-type]
        job.refresh_from_db()
        assert (job.state, job.attempts, job.run_at) == ("waiting", 0, NOW)
        assert log() == [("retry_job", f"#{job.pk} {job.task}", "Arreglado")]
    else:
        with pytest.raises(JobNotParked):
            services.retry_job(**call)  # type: ignore[arg-type]
        assert log() == []


def test_operator_with_actions_cannot_be_deleted(actor: Actor, tenant: TenantSnapshot) -> None:
    suspend(actor, tenant)
    with public_context(), pytest.raises(Exception, match="protected"):
        User.objects.get(pk=actor.user_id).delete()
