"""What features call: run a task soon, run it at a time, or not at all."""

import logging
from datetime import datetime
from functools import partial
from typing import Any

from celery import Task
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from shared_apps.jobs import gateways
from shared_apps.jobs.domain import check_json
from shared_apps.jobs.enums import JobState
from shared_apps.jobs.errors import BrokerDown, InvalidArguments, UnknownTask
from shared_apps.jobs.gateways import TaskMessage
from shared_apps.jobs.models import PUBLIC_SCHEMA, ScheduledJob
from tenants.context import current, current_tenant, public_context
from tenants.logs import current_request_id

logger = logging.getLogger("oficio.jobs")


def enqueue(task: str, /, **kwargs: Any) -> None:
    """Run a task as soon as a worker is free, for the tenant of this moment.

    Published after commit; a rollback publishes nothing. When the broker is down the call becomes a row that is due
    now, which the scheduler delivers later. For what may not be lost even if this process dies right after its commit,
    use `schedule` as well.
    Raises UnknownTask, InvalidArguments, and NoTenantContext for a TenantTask outside a tenant.
    """
    transaction.on_commit(partial(_publish, _message(task, kwargs)))


def schedule(task: str, /, *, run_at: datetime, dedupe_key: str | None = None, **kwargs: Any) -> None:
    """Run a task at a time, for the tenant of this moment. The row is part of the caller's transaction.

    A second call with the same dedupe_key (unique within the tenant) moves the job and replaces its task and
    arguments; a run already under way then finishes without ending the new one. One statement.
    Raises UnknownTask, InvalidArguments, NoTenantContext.
    """
    message = _message(task, kwargs)
    job = ScheduledJob(
        run_at=run_at,
        tenant_schema=message.schema or PUBLIC_SCHEMA,
        task=message.task,
        kwargs=message.kwargs,
        dedupe_key=dedupe_key,
        request_id=message.request_id,
    )
    with public_context():
        # No savepoint: a failure is the caller's to roll back.
        ScheduledJob.objects.bulk_create(
            [job],
            update_conflicts=True,
            unique_fields=["tenant_schema", "dedupe_key"],
            update_fields=[
                "run_at",
                "task",
                "kwargs",
                "period_seconds",
                "state",
                "leased_until",
                "claim",
                "attempts",
                "last_error",
                "request_id",
            ],
        )


def cancel(*, dedupe_key: str) -> bool:
    """Remove the job with this key, in the caller's transaction, and tell whether there was one.

    The key is looked up in the current context; that of a PublicTask, in public_context(). A run under way finishes.
    """
    schema = current().schema
    with public_context():
        deleted, _ = ScheduledJob.objects.filter(tenant_schema=schema, dedupe_key=dedupe_key).delete()
    return bool(deleted)


def _message(path: str, kwargs: dict[str, Any]) -> TaskMessage:
    """Return the call as a message of the current tenant, or of none for a PublicTask."""
    task = _check(path, kwargs)
    schema = None if task.is_public else current_tenant().schema
    return TaskMessage(task=path, kwargs=kwargs, schema=schema, request_id=current_request_id())


def _check(path: str, kwargs: dict[str, Any]) -> Task:
    """Return the task behind a dotted path. Raises UnknownTask, InvalidArguments."""
    try:
        task = import_string(path)
    except ImportError as error:
        raise UnknownTask(f"{path} cannot be imported: {error}") from error
    if not isinstance(task, Task) or not hasattr(task, "is_public") or task.name != path:
        raise UnknownTask(f"{path} is not a TenantTask or PublicTask of that name.")
    check_json(path, kwargs)
    try:
        task.__header__(**kwargs)
    except TypeError as error:
        raise InvalidArguments(f"{path}: {error}") from error
    return task


def _publish(message: TaskMessage) -> None:
    """Publish after commit; keep the call as a row if the broker is down. Never raises: the fact is committed."""
    try:
        gateways.publish([message])
    except BrokerDown as error:
        logger.warning("Broker down, kept as a job: %s", error, extra={"task": message.task})
    else:
        return
    job = ScheduledJob(
        run_at=timezone.now(),
        tenant_schema=message.schema or PUBLIC_SCHEMA,
        task=message.task,
        kwargs=message.kwargs,
        state=JobState.WAITING,
        request_id=message.request_id,
    )
    try:
        with public_context():
            job.save(force_insert=True)
    except DatabaseError:
        logger.exception(
            "Lost: %s %s of %s", message.task, message.kwargs, message.schema, extra={"task": message.task}
        )
