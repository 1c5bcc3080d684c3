"""Reads of tenants, always in the public context."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Count

from .context import TenantSnapshot, public_context
from .domain import is_valid_slug
from .enums import TenantStatus
from .hosts import workspace_host
from .models import Domain, SchemaVersion, Tenant
from .schemas.plan import plan_keys, target_version

LIVE = (TenantStatus.SPARE, TenantStatus.ACTIVE, TenantStatus.SUSPENDED)


def get_tenant(*, tenant_id: int) -> Tenant:
    """Return a tenant. Raises Tenant.DoesNotExist. One query."""
    with public_context():
        return Tenant.objects.get(pk=tenant_id)


def find_snapshot(*, schema: str) -> TenantSnapshot | None:
    """Return the snapshot of the tenant with this schema, or None. One query."""
    with public_context():
        tenant = Tenant.objects.filter(schema_name=schema).first()
    return tenant.snapshot() if tenant else None


def find_tenant_by_slug(*, slug: str) -> Tenant | None:
    """Return the tenant at an address, or None. One query."""
    with public_context():
        return Tenant.objects.filter(slug=slug).first()


def is_slug_free(*, slug: str) -> bool:
    """Tell whether an address is valid and nobody has it. One query; somebody may still take it a moment later."""
    if not is_valid_slug(slug):
        return False
    with public_context():
        return not Domain.objects.filter(domain=workspace_host(slug)).exists()


def list_taken_slugs(*, among: Collection[str]) -> set[str]:
    """Return those of some addresses that are in use. One query."""
    with public_context():
        taken = Tenant.objects.filter(slug__in=among).values_list("slug", flat=True)
        return {slug for slug in taken if slug}


def iterate_active() -> Iterator[Tenant]:
    """Yield active tenants by id. One query per 500."""
    last = 0
    while True:
        with public_context():
            page = list(Tenant.objects.filter(status=TenantStatus.ACTIVE, pk__gt=last).order_by("pk")[:500])
        if not page:
            return
        yield from page
        last = page[-1].pk


def count_by_status() -> dict[str, int]:
    """Return the number of tenants per status. One query."""
    with public_context():
        rows = Tenant.objects.values_list("status").annotate(number=Count("id")).order_by()
        return dict(rows)


def list_behind() -> list[tuple[int, str, str]]:
    """Return (id, schema, version) of the living tenants whose schema is not at the target version. One query."""
    with public_context():
        behind = Tenant.objects.filter(status__in=LIVE).exclude(schema_version=target_version()).order_by("id")
        return list(behind.values_list("id", "schema_name", "schema_version"))


def fleet_versions() -> list[dict[str, Any]]:
    """Return `{"schema_version", "number"}` of the living tenants, most frequent first. One query."""
    with public_context():
        rows = Tenant.objects.filter(status__in=LIVE).values("schema_version")
        return list(rows.annotate(number=Count("id")).order_by("-number"))


def count_behind() -> int:
    """Return how many living tenants lack a migration of this code. Two queries.

    A schema that is ahead, because newer code migrated it while this process still runs, is not behind.
    """
    wanted = set(plan_keys())
    numbers = {row["schema_version"]: row["number"] for row in fleet_versions()}
    numbers.pop(target_version(), None)
    with public_context():
        known = dict(SchemaVersion.objects.filter(pk__in=numbers).values_list("fingerprint", "applied"))
    return sum(
        number
        for version, number in numbers.items()
        if not wanted <= {(label, name) for label, name in known.get(version, [])}
    )


def statuses_by_schema(*, schemas: Collection[str]) -> dict[str, str]:
    """Return the status of each tenant that exists among these schemas. One query."""
    with public_context():
        return dict(Tenant.objects.filter(schema_name__in=schemas).values_list("schema_name", "status"))
