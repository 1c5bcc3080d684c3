"""The tick: takes what is due, leases it and hands it to the workers."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from shared_apps.jobs import gateways
from shared_apps.jobs.enums import JobState
from shared_apps.jobs.errors import BrokerDown
from shared_apps.jobs.gateways import TaskMessage
from shared_apps.jobs.models import PUBLIC_SCHEMA, Heartbeat, ScheduledJob
from tenants.context import public_context
from tenants.enums import TenantStatus
from tenants.selectors import statuses_by_schema

logger = logging.getLogger("oficio.jobs")

BATCH_SIZE = 500
POSTPONE_SECONDS = 600
RUN_TASK = "shared_apps.jobs.tasks.run_scheduled_job"

# One statement, so that a tick with nothing due is one query and a killed scheduler leaves nothing half done.
_LEASE_SQL = """
    UPDATE jobs_scheduledjob SET state = 'handed_over', leased_until = %(lease)s, claim = NULL
    WHERE id IN (
        SELECT id FROM jobs_scheduledjob
        WHERE COALESCE(leased_until, run_at) <= %(now)s AND NOT (state = 'parked')
        ORDER BY COALESCE(leased_until, run_at)
        LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
    )
    RETURNING id, tenant_schema, request_id
"""


@dataclass(frozen=True, slots=True)
class _Leased:
    id: int
    schema: str
    request_id: str


def hand_over_due(*, now: datetime, limit: int = BATCH_SIZE) -> int:
    """Lease up to `limit` due jobs and publish one message for each; return how many were due.

    One query when nothing is due, two otherwise. Concurrent schedulers take different rows (SKIP LOCKED).
    Jobs of tenants that are not active are put off, those of deleted tenants removed.
    Raises BrokerDown after giving the jobs back, due at once.
    """
    with public_context():
        leased = _lease(now, limit)
        if not leased:
            return 0
        runnable = _sort_out(leased, now)
        messages = [
            TaskMessage(task=RUN_TASK, kwargs={"job_id": job.id}, schema=None, request_id=job.request_id)
            for job in runnable
        ]
        try:
            gateways.publish(messages, patient=True)
        except BrokerDown:
            ids = [job.id for job in runnable]
            ScheduledJob.objects.filter(pk__in=ids, state=JobState.HANDED_OVER).update(
                state=JobState.WAITING, leased_until=None
            )
            raise
    return len(leased)


def record_beat(*, name: str) -> None:
    """Note that a process lives, by the database's clock. One statement."""
    with public_context():
        Heartbeat.objects.bulk_create(
            [Heartbeat(name=name, beat_at=Now())],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["beat_at"],
        )


def _lease(now: datetime, limit: int) -> list[_Leased]:
    lease = now + timedelta(seconds=settings.JOBS_HANDOVER_LEASE_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(_LEASE_SQL, {"now": now, "lease": lease, "limit": limit})
        return [_Leased(*row) for row in cursor.fetchall()]


def _sort_out(leased: list[_Leased], now: datetime) -> list[_Leased]:
    """Return the jobs that may run now; put off or remove the rest."""
    schemas = {job.schema for job in leased} - {PUBLIC_SCHEMA}
    statuses = statuses_by_schema(schemas=schemas) if schemas else {}
    statuses[PUBLIC_SCHEMA] = TenantStatus.ACTIVE
    runnable, later, never = [], [], []
    for job in leased:
        status = statuses.get(job.schema, TenantStatus.DELETED)
        if status == TenantStatus.ACTIVE:
            runnable.append(job)
        elif status in (TenantStatus.DELETING, TenantStatus.DELETED):
            never.append(job)
        else:
            later.append(job)
    if later:
        ScheduledJob.objects.filter(pk__in=[job.id for job in later]).update(
            state=JobState.WAITING, leased_until=None, run_at=now + timedelta(seconds=POSTPONE_SECONDS)
        )
    if never:
        ScheduledJob.objects.filter(pk__in=[job.id for job in never]).delete()
        logger.warning("Removed %s jobs of deleted workspaces", len(never))
    return runnable
