"""What operators see of the jobs: the backlog and whether the scheduler lives."""

from django.utils import timezone

from shared_apps.core import health
from tenants.context import public_context

from . import gateways, selectors
from .scheduler import BEAT_SECONDS, NAME

PARKED_SHOWN = 5


def register() -> None:
    health.register("jobs", check_jobs)


def check_jobs() -> health.Details:
    """Raise Unhealthy when the scheduler has not beaten for three beats, or no worker began a job for a minute."""
    with public_context():
        backlog = selectors.get_backlog(now=timezone.now())
        beat = selectors.list_heartbeats().get(NAME)
        parked = selectors.list_parked(limit=PARKED_SHOWN)
    details: health.Details = {
        "queued": gateways.count_queued(),
        "due": backlog.due,
        "under_way": backlog.under_way,
        "parked": backlog.parked,
        "last_parked": [f"{job.pk} {job.task}: {job.last_error}" for job in parked],
        "oldest_due_seconds": backlog.oldest_due_seconds,
        "scheduler_beat_seconds": beat,
    }
    if beat is None or beat > 3 * BEAT_SECONDS:
        raise health.Unhealthy("the scheduler does not run", details)
    if (backlog.oldest_due_seconds or 0) > 60:
        raise health.Unhealthy("jobs wait for too long: is a worker running?", details)
    return details
