"""What the dashboard shows; every query runs in the public context."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings

from shared_apps.jobs import selectors as jobs
from shared_apps.jobs.selectors import Backlog
from tenants import selectors as tenants
from tenants.context import public_context
from tenants.enums import TenantStatus
from tenants.schemas.plan import target_version

from .domain import deletion_key
from .models import OperatorAction

if TYPE_CHECKING:
    from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Version:
    """How many living schemas are at one version. Shapes: name is the first 12 digits of the fingerprint."""

    name: str
    number: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """The platform at a glance. Shapes: counts holds (status, its name, number) for each status."""

    counts: list[tuple[str, str, int]]
    spares: int
    spares_wanted: int
    versions: list[Version]
    behind: int
    backlog: Backlog
    heartbeats: dict[str, float]
    actions: list[OperatorAction]
    newest: "list[Tenant]"

    @property
    def spare_percent(self) -> int:
        """Return how full the pool is, for a bar; an empty pool still shows a sliver."""
        return max(1, min(100, 100 * self.spares // max(self.spares_wanted, 1)))


def get_overview(*, now: datetime) -> Overview:
    """Return the dashboard's values. Eight queries, whatever the number of workspaces."""
    counts = tenants.count_by_status()
    versions = [
        Version(row["schema_version"][:12] or "–", row["number"], row["schema_version"] == target_version())
        for row in tenants.fleet_versions()
    ]
    with public_context():
        claimed = apps.get_model("tenants", "Tenant").objects.filter(claimed_at__isnull=False)
        newest = list(claimed.order_by("-claimed_at")[:5])
        actions = list(OperatorAction.objects.order_by("-at", "-id")[:5])
    return Overview(
        counts=[(status.value, str(status.label), counts.get(status, 0)) for status in TenantStatus],
        spares=counts.get(TenantStatus.SPARE, 0),
        spares_wanted=settings.TENANT_SPARE_POOL_SIZE,
        versions=versions,
        behind=sum(version.number for version in versions if not version.is_current),
        backlog=jobs.get_backlog(now=now),
        heartbeats=jobs.list_heartbeats(),
        actions=actions,
        newest=newest,
    )


def find_deletion_date(*, tenant_id: int) -> datetime | None:
    """Return when a workspace is going to be deleted, or None. One query."""
    with public_context():
        job = apps.get_model("jobs", "ScheduledJob").objects.filter(dedupe_key=deletion_key(tenant_id)).first()
    return job.run_at if job else None
