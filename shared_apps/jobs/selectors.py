"""Reads of jobs, always in the public context."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, DurationField, ExpressionWrapper, F, Min, Q
from django.db.models.functions import Coalesce, Now

from tenants.context import public_context

from .enums import JobState
from .models import Heartbeat, ScheduledJob


@dataclass(frozen=True, slots=True)
class Backlog:
    """How the queue of scheduled jobs stands.

    Shapes: oldest_due_seconds is the age of the oldest job that no worker has begun, handed over or not; None when all
    have begun.
    """

    due: int
    under_way: int
    parked: int
    oldest_due_seconds: float | None


def get_backlog(*, now: datetime) -> Backlog:
    """Return how many jobs are due, under way and parked, and for how long the oldest has been due.

    Two queries, on indexes: what is due in the far future is not read.
    """
    horizon = now + timedelta(seconds=max(settings.JOBS_HANDOVER_LEASE_SECONDS, settings.JOBS_RUN_LEASE_SECONDS))
    is_due = Q(state=JobState.WAITING, run_at__lte=now)
    is_not_begun = Q(state__in=[JobState.WAITING, JobState.HANDED_OVER], run_at__lte=now)
    with public_context():
        near = ScheduledJob.objects.annotate(attention_at=Coalesce("leased_until", "run_at")).filter(
            ~Q(state=JobState.PARKED), attention_at__lte=horizon
        )
        found = near.aggregate(
            due=Count("id", filter=is_due),
            under_way=Count("id", filter=Q(state__in=[JobState.HANDED_OVER, JobState.RUNNING])),
            oldest=Min("run_at", filter=is_not_begun),
        )
        parked = ScheduledJob.objects.filter(state=JobState.PARKED).count()
    oldest = found["oldest"]
    return Backlog(
        due=found["due"],
        under_way=found["under_way"],
        parked=parked,
        oldest_due_seconds=None if oldest is None else round((now - oldest).total_seconds(), 1),
    )


def list_heartbeats() -> dict[str, float]:
    """Return, per process name, how many seconds ago it last beat, by the database's clock. One query."""
    age = ExpressionWrapper(Now() - F("beat_at"), output_field=DurationField())
    with public_context():
        rows = Heartbeat.objects.annotate(age=age).values_list("name", "age").order_by("name")
        return {name: round(found.total_seconds(), 1) for name, found in rows}


def list_parked(*, limit: int = 100) -> list[ScheduledJob]:
    """Return the jobs that failed too often, newest first. One query."""
    with public_context():
        return list(ScheduledJob.objects.filter(state=JobState.PARKED).order_by("-id")[:limit])
