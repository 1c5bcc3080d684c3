"""Data changes in every tenant, in small batches that may be stopped and resumed: what RunPython is not used for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from .context import public_context, tenant_context
from .models import BackfillProgress, Tenant
from .selectors import LIVE

Batch = Callable[[int], int | None]


@dataclass(frozen=True, slots=True)
class Backfill:
    """A named data change. `batch(after)` changes rows with keys above `after` in the current tenant.

    It returns the last key it handled, or None when nothing is left. It runs in a transaction with its progress, so a
    batch is applied once whatever happens.
    """

    name: str
    batch: Batch


_registry: dict[str, Backfill] = {}


def register_backfill(backfill: Backfill) -> None:
    """Make a backfill known to `manage.py run_backfill`. Raises ValueError when the name is in use."""
    if backfill.name in _registry:
        raise ValueError(f"A backfill named {backfill.name!r} exists already.")
    _registry[backfill.name] = backfill


def get_backfill(name: str) -> Backfill:
    """Return a registered backfill. Raises KeyError."""
    return _registry[name]


def run_backfill(*, name: str, now: Callable[[], datetime]) -> Iterator[tuple[str, int]]:
    """Run a backfill over every living tenant that has not finished it, yielding (schema, batches) as each finishes.

    Resumable: progress is stored per tenant with each batch. A tenant claimed or built meanwhile is included.
    """
    backfill = get_backfill(name)
    while (tenant := _next_tenant(name)) is not None:
        batches = 0
        while _run_batch(backfill, tenant, now):
            batches += 1
        yield tenant.schema_name, batches


def _next_tenant(name: str) -> Tenant | None:
    with public_context():
        finished = BackfillProgress.objects.filter(name=name, finished_at__isnull=False).values("tenant_id")
        return Tenant.objects.filter(status__in=LIVE).exclude(pk__in=finished).order_by("pk").first()


def _run_batch(backfill: Backfill, tenant: Tenant, now: Callable[[], datetime]) -> bool:
    """Run one batch with its progress in one transaction; tell whether more may be left. Locks the progress row."""
    with public_context(), transaction.atomic():
        BackfillProgress.objects.get_or_create(name=backfill.name, tenant=tenant)
        progress = BackfillProgress.objects.select_for_update().get(name=backfill.name, tenant=tenant)
        if progress.finished_at is not None:
            return False
        with tenant_context(tenant):
            last = backfill.batch(progress.last_key)
        if last is None:
            progress.finished_at = now()
        else:
            progress.last_key = last
        progress.save(update_fields=["last_key", "finished_at"])
        return last is not None
