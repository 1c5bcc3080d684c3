"""What operators do, each with its line in the audit log in the same transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db import transaction

from shared_apps.jobs import services as jobs
from tenants import selectors as tenants_selectors
from tenants import services as tenants
from tenants.context import public_context
from tenants.enums import TenantStatus

from .domain import DELETION_DELAY, deletion_key
from .enums import OperatorActionKind
from .errors import AddressNotConfirmed, JobNotParked
from .models import OperatorAction

if TYPE_CHECKING:
    from tenants.models import Tenant

DELETION_TASK: Final = "shared_apps.operators.tasks.delete_workspace"
DELETION_REASON: Final = "deletion requested"


@dataclass(frozen=True, slots=True)
class Actor:
    """The operator who acts, and the network address they act from."""

    user_id: int
    email: str
    ip: str | None


def suspend_workspace(*, actor: Actor, tenant_id: int, reason: str, now: datetime) -> None:
    """Pause a workspace. One transaction with the log. Raises InvalidTransition unless it is active."""
    with public_context(), transaction.atomic():
        tenant = tenants.suspend_tenant(tenant_id=tenant_id, reason=reason, now=now)
        _record(actor, OperatorActionKind.SUSPEND, _target(tenant), reason, now, tenant)


def reactivate_workspace(*, actor: Actor, tenant_id: int, reason: str, now: datetime) -> None:
    """Open a suspended workspace again and call off its deletion, if one was requested.

    One transaction with the log. Raises InvalidTransition unless it is suspended.
    """
    with public_context(), transaction.atomic():
        tenant = tenants.reactivate_tenant(tenant_id=tenant_id)
        jobs.cancel(dedupe_key=deletion_key(tenant_id))
        _record(actor, OperatorActionKind.REACTIVATE, _target(tenant), reason, now, tenant)


def request_deletion(*, actor: Actor, tenant_id: int, slug: str, reason: str, now: datetime) -> datetime:
    """Pause a workspace now and have it deleted after DELETION_DELAY; return when. Reactivating it calls that off.

    `slug` is what the operator typed. One transaction with the log and the job. Asking again moves the date.
    Raises AddressNotConfirmed, and InvalidTransition for a workspace that is neither active nor suspended.
    """
    delete_at = now + DELETION_DELAY
    with public_context(), transaction.atomic():
        tenant = tenants_selectors.get_tenant(tenant_id=tenant_id)
        if not tenant.slug or slug.strip().lower() != tenant.slug:
            raise AddressNotConfirmed
        if tenant.status != TenantStatus.SUSPENDED:
            tenant = tenants.suspend_tenant(tenant_id=tenant_id, reason=DELETION_REASON, now=now)
        jobs.schedule(DELETION_TASK, run_at=delete_at, dedupe_key=deletion_key(tenant_id), tenant_id=tenant_id)
        _record(actor, OperatorActionKind.REQUEST_DELETION, _target(tenant), reason, now, tenant)
    return delete_at


def delete_workspace(*, tenant_id: int, now: datetime) -> bool:
    """Delete a workspace whose deletion is due, and tell whether it was: one reactivated meanwhile stays.

    Runs in a worker, as the owner of the database. Resumable: a deletion that was interrupted goes on.
    """
    tenant = tenants_selectors.get_tenant(tenant_id=tenant_id)
    if tenant.status not in (TenantStatus.SUSPENDED, TenantStatus.DELETING, TenantStatus.DELETED):
        return False
    tenants.delete_tenant(tenant_id=tenant_id, now=now)
    return True


def retry_job(*, actor: Actor, job_id: int, name: str, reason: str, now: datetime) -> None:
    """Let a job that failed too often run again. One transaction with the log. Raises JobNotParked."""
    with public_context(), transaction.atomic():
        if not jobs.retry_job(job_id=job_id, now=now):
            raise JobNotParked
        _record(actor, OperatorActionKind.RETRY_JOB, f"#{job_id} {name}", reason, now)


def _target(tenant: "Tenant") -> str:
    return f"{tenant.name} ({tenant.slug})"


def _record(
    actor: Actor,
    kind: OperatorActionKind,
    target: str,
    reason: str,
    now: datetime,
    tenant: "Tenant | None" = None,
) -> None:
    OperatorAction.objects.create(
        operator_id=actor.user_id,
        operator_email=actor.email,
        kind=kind,
        tenant=tenant,
        target=target,
        reason=reason,
        ip=actor.ip or None,
        at=now,
    )
