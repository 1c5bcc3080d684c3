"""Jobs that come back: named in code by each app, kept as one row each."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models.functions import Least

from shared_apps.jobs.models import PUBLIC_SCHEMA, ScheduledJob
from tenants.context import public_context

KEY_PREFIX = "periodic:"


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """A PublicTask without arguments that runs again and again."""

    name: str
    task: str
    every_seconds: int


_registry: dict[str, PeriodicJob] = {}


def register_periodic(name: str, task: str, every_seconds: int) -> None:
    """Have a PublicTask run every so many seconds after its last run. Called in AppConfig.ready; again replaces."""
    _registry[name] = PeriodicJob(name, task, every_seconds)


def list_periodic() -> list[PeriodicJob]:
    """Return what is registered, by name."""
    return sorted(_registry.values(), key=lambda job: job.name)


def materialize_periodic(*, now: datetime) -> None:
    """Make the rows match the registry: exactly one each, changed periods applied, the others removed.

    Idempotent; two schedulers may do it at once. A row that is waiting keeps its time unless its period got shorter.
    """
    jobs = {KEY_PREFIX + job.name: job for job in list_periodic()}
    with public_context():
        rows = ScheduledJob.objects.filter(tenant_schema=PUBLIC_SCHEMA, dedupe_key__startswith=KEY_PREFIX)
        rows.exclude(dedupe_key__in=jobs).delete()
        for key, job in jobs.items():
            rows.filter(dedupe_key=key).exclude(task=job.task, period_seconds=job.every_seconds).update(
                task=job.task,
                period_seconds=job.every_seconds,
                run_at=Least("run_at", now + timedelta(seconds=job.every_seconds)),
            )
        ScheduledJob.objects.bulk_create(
            [
                ScheduledJob(run_at=now, task=job.task, dedupe_key=key, period_seconds=job.every_seconds)
                for key, job in jobs.items()
            ],
            ignore_conflicts=True,
        )
