"""One run of a job: claimed, then completed, put off, tried again later or parked."""

import logging
import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from shared_apps.jobs.domain import MAX_ATTEMPTS, describe_error, retry_delay_seconds
from shared_apps.jobs.enums import JobState
from shared_apps.jobs.models import PUBLIC_SCHEMA, ScheduledJob
from tenants.context import public_context

from .handover import POSTPONE_SECONDS

logger = logging.getLogger("oficio.jobs")


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """What a worker needs to run a job. Shapes: schema is None for a task that runs in public."""

    id: int
    claim: uuid.UUID
    task: str
    kwargs: dict[str, Any]
    schema: str | None
    attempts: int
    period_seconds: int | None
    request_id: str


def claim_job(*, job_id: int, now: datetime) -> ClaimedJob | None:
    """Take a job that was handed over, as of this moment, or return None: cancelled, moved, or taken by someone else.

    Compare-and-set on the state. The lease outlives the longest task, so that only a dead worker loses it.
    """
    claim = uuid.uuid4()
    lease = now + timedelta(seconds=settings.JOBS_RUN_LEASE_SECONDS)
    with public_context(), transaction.atomic():
        claimed = ScheduledJob.objects.filter(pk=job_id, state=JobState.HANDED_OVER).update(
            state=JobState.RUNNING, leased_until=lease, claim=claim, attempts=F("attempts") + 1
        )
        if not claimed:
            return None
        job = ScheduledJob.objects.get(pk=job_id)
    return ClaimedJob(
        id=job.pk,
        claim=claim,
        task=job.task,
        kwargs=job.kwargs,
        schema=None if job.tenant_schema == PUBLIC_SCHEMA else job.tenant_schema,
        attempts=job.attempts,
        period_seconds=job.period_seconds,
        request_id=job.request_id,
    )


def complete_job(*, job: ClaimedJob, now: datetime) -> None:
    """Remove a job that succeeded; a periodic one waits for its next turn. A row moved meanwhile is left alone."""
    with public_context():
        mine = ScheduledJob.objects.filter(pk=job.id, claim=job.claim)
        if job.period_seconds is None:
            mine.delete()
        else:
            next_at = now + timedelta(seconds=job.period_seconds)
            mine.update(**_waiting(next_at), attempts=0, last_error="")


def postpone_job(*, job: ClaimedJob, now: datetime) -> None:
    """Put off a job whose tenant is suspended, without counting an attempt."""
    with public_context():
        ScheduledJob.objects.filter(pk=job.id, claim=job.claim).update(
            **_waiting(now + timedelta(seconds=POSTPONE_SECONDS)), attempts=F("attempts") - 1
        )


def discard_job(*, job: ClaimedJob) -> None:
    """Remove a job whose tenant is gone."""
    with public_context():
        ScheduledJob.objects.filter(pk=job.id, claim=job.claim).delete()


def fail_job(*, job: ClaimedJob, error: BaseException, now: datetime) -> JobState:
    """Keep a failed job for another try with growing delays, or park it after MAX_ATTEMPTS; return its state.

    A periodic job is never parked: its next turn is the next try.
    """
    changes: dict[str, Any] = {"last_error": describe_error(error)}
    if job.period_seconds is None and job.attempts >= MAX_ATTEMPTS:
        changes |= {"state": JobState.PARKED, "leased_until": None, "claim": None}
    else:
        delay = retry_delay_seconds(attempts=job.attempts, chance=random.random())  # noqa: S311  (not a secret)
        if job.period_seconds is not None:
            delay = min(delay, job.period_seconds)
        changes |= _waiting(now + timedelta(seconds=delay))
    with public_context():
        ScheduledJob.objects.filter(pk=job.id, claim=job.claim).update(**changes)
    return JobState(changes["state"])


def record_failure(
    *, task: str, kwargs: dict[str, Any], schema: str | None, request_id: str, error: BaseException, now: datetime
) -> None:
    """Keep a call that was enqueued and failed as a job, so that it is tried again like any other."""
    delay = retry_delay_seconds(attempts=1, chance=random.random())  # noqa: S311  (not a secret)
    with public_context():
        ScheduledJob.objects.create(
            run_at=now + timedelta(seconds=delay),
            tenant_schema=schema or PUBLIC_SCHEMA,
            task=task,
            kwargs=kwargs,
            attempts=1,
            last_error=describe_error(error),
            request_id=request_id,
        )


def retry_job(*, job_id: int, now: datetime) -> bool:
    """Let a parked job run again from its first attempt, and tell whether it was parked."""
    with public_context():
        parked = ScheduledJob.objects.filter(pk=job_id, state=JobState.PARKED)
        return bool(parked.update(state=JobState.WAITING, run_at=now, attempts=0))


def _waiting(run_at: datetime) -> dict[str, Any]:
    return {"state": JobState.WAITING, "run_at": run_at, "leased_until": None, "claim": None}
