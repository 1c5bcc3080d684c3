"""What happens to a tenant after it is built: claimed, changed, suspended, reactivated."""

import time
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from shared_apps.core.constraints import constraint_name
from tenants import domain
from tenants.context import public_context
from tenants.enums import TRANSITIONS, TenantStatus
from tenants.errors import InvalidTransition, NoSpareTenant, SlugInvalid, SlugTaken
from tenants.hosts import directory, workspace_host
from tenants.models import Domain, Tenant
from tenants.schemas.plan import target_version

ACTIVITY_INTERVAL_SECONDS = 300
_last_noted: dict[int, float] = {}


def claim_tenant(
    *,
    slug: str,
    name: str,
    sector: str,
    country: str,
    language: str,
    timezone: str,
    currency: str,
    now: datetime,
) -> Tenant:
    """Give a spare tenant its owner's address and identity, and return it active.

    One transaction without DDL: takes the oldest spare with SKIP LOCKED (concurrent sign-ups take different ones) and
    adds its Domain. Raises SlugInvalid, SlugTaken (also when somebody takes it at the same moment; then the spare stays
    a spare) and NoSpareTenant.
    """
    if not domain.is_valid_slug(slug):
        raise SlugInvalid
    try:
        with public_context(), transaction.atomic():
            spares = Tenant.objects.filter(status=TenantStatus.SPARE, schema_version=target_version())
            tenant = spares.select_for_update(skip_locked=True).order_by("id").first()
            if tenant is None:
                raise NoSpareTenant
            tenant.slug = slug
            tenant.name = name
            tenant.status = TenantStatus.ACTIVE
            tenant.sector = sector
            tenant.country = country
            tenant.language = language
            tenant.timezone = timezone
            tenant.currency = currency
            tenant.claimed_at = tenant.last_activity_at = now
            tenant.save()
            # Not Domain.save(): it looks for other primary domains, and a spare has none.
            Domain.objects.bulk_create([Domain(tenant=tenant, domain=workspace_host(slug), is_primary=True)])
    except IntegrityError as error:
        if constraint_name(error) in {"tenants_tenant_slug_key", "tenants_domain_domain_key"}:
            raise SlugTaken(slug=slug) from error
        raise
    _forget_hosts()
    return tenant


def update_tenant(*, tenant_id: int, now: datetime, **changes: str) -> Tenant:
    """Change a tenant's name, language, time zone, country, currency or sector, and return it.

    `changes` maps field names to values; other fields are refused with TypeError.
    """
    allowed = {"name", "language", "timezone", "country", "currency", "sector"}
    if unknown := set(changes) - allowed:
        raise TypeError(f"Cannot change {sorted(unknown)}")
    with public_context(), transaction.atomic():
        tenant = Tenant.objects.select_for_update().get(pk=tenant_id)
        for field, value in changes.items():
            setattr(tenant, field, value)
        tenant.last_activity_at = now
        tenant.save(update_fields=[*changes, "last_activity_at"])
    _forget_hosts()
    return tenant


def rename_tenant(*, tenant_id: int, name: str, now: datetime) -> Tenant:
    """Change a tenant's display name."""
    return update_tenant(tenant_id=tenant_id, now=now, name=name)


def suspend_tenant(*, tenant_id: int, reason: str, now: datetime) -> Tenant:
    """Pause a workspace: within TENANT_HOST_TTL_SECONDS every process answers with a polite page.

    Raises InvalidTransition unless it is active.
    """
    with public_context(), transaction.atomic():
        tenant = _locked(tenant_id, TenantStatus.SUSPENDED)
        tenant.suspended_at = now
        tenant.suspended_reason = reason
        tenant.save(update_fields=["status", "suspended_at", "suspended_reason"])
    _forget_hosts()
    return tenant


def reactivate_tenant(*, tenant_id: int) -> Tenant:
    """Open a suspended workspace again. Raises InvalidTransition unless it is suspended."""
    with public_context(), transaction.atomic():
        tenant = _locked(tenant_id, TenantStatus.ACTIVE, only_from=TenantStatus.SUSPENDED)
        tenant.suspended_at = None
        tenant.suspended_reason = ""
        tenant.save(update_fields=["status", "suspended_at", "suspended_reason"])
    _forget_hosts()
    return tenant


def _forget_hosts() -> None:
    """Drop the cached hosts now and, when the caller's transaction is still open, again once it is committed."""
    directory.forget()
    with public_context():
        transaction.on_commit(directory.forget)


def _locked(tenant_id: int, target: TenantStatus, only_from: TenantStatus | None = None) -> Tenant:
    """Return the locked row with its new status set. Raises InvalidTransition."""
    tenant = Tenant.objects.select_for_update().get(pk=tenant_id)
    if target not in TRANSITIONS[tenant.status] or (only_from and tenant.status != only_from):
        raise InvalidTransition(status=tenant.get_status_display(), target=target.label)
    tenant.status = target
    return tenant


def note_activity(*, tenant_id: int) -> None:
    """Remember that somebody worked in a workspace: at most one write per process and ACTIVITY_INTERVAL_SECONDS."""
    moment = time.monotonic()
    if moment - _last_noted.get(tenant_id, -ACTIVITY_INTERVAL_SECONDS) < ACTIVITY_INTERVAL_SECONDS:
        return
    if len(_last_noted) > 10_000:
        _last_noted.clear()
    _last_noted[tenant_id] = moment
    with public_context():
        Tenant.objects.filter(pk=tenant_id).update(last_activity_at=timezone.now())
