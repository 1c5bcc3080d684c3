"""Task classes that know their tenant, and the task that runs scheduled jobs.

A feature's task is `@shared_task(base=TenantTask)` and runs inside its tenant; one that serves the platform has
`base=PublicTask`. Both may run twice (a worker that dies is replaced), so they re-read the truth and check it.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from celery import Task, shared_task
from celery.exceptions import Ignore, Reject, Retry
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone
from django.utils.module_loading import import_string

from shared_apps.jobs import services
from shared_apps.jobs.enums import JobState
from shared_apps.jobs.errors import TenantUnavailable
from shared_apps.jobs.gateways import REQUEST_HEADER, TENANT_HEADER
from tenants.context import current_tenant, public_context, tenant_context
from tenants.enums import TenantStatus
from tenants.logs import current_request_id, request_scope
from tenants.selectors import find_snapshot

logger = logging.getLogger("oficio.tasks")
RUNNER = "shared_apps.jobs.tasks.run_scheduled_job"
OUTAGE_PAUSE_SECONDS = 1.0


@contextmanager
def enter_tenant(schema: str) -> Iterator[None]:
    """Serve the tenant as it is now inside the block. Raises TenantUnavailable unless it is active. One query."""
    snapshot = find_snapshot(schema=schema) if schema else None
    if snapshot is None:
        raise TenantUnavailable(schema, "there is no such workspace", is_gone=True)
    if snapshot.status != TenantStatus.ACTIVE:
        is_gone = snapshot.status in (TenantStatus.DELETING, TenantStatus.DELETED)
        raise TenantUnavailable(schema, f"the workspace is {snapshot.status}", is_gone=is_gone)
    with tenant_context(snapshot):
        yield


class ContextTask(Task):  # type: ignore[misc]
    """What both kinds share: the context for the time of the run, one log line, and a job for what failed."""

    abstract = True
    is_public = False

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        headers = {**(options.pop("headers", None) or {}), REQUEST_HEADER: current_request_id()}
        if not self.is_public:
            headers[TENANT_HEADER] = current_tenant().schema
        return super().apply_async(args, kwargs, headers=headers, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.request.called_directly:
            return self._run_here(*args, **kwargs)
        if not self.request.is_eager:
            close_old_connections()  # as after a request: outages are noticed, the memory of a backend is bounded
        headers = self.request.headers or {}
        schema = None if self.is_public else str(headers.get(TENANT_HEADER) or "")
        request_id = headers.get(REQUEST_HEADER) or self.request.id
        with log_scope(self.name, request_id, tenant=schema) as log:
            if self.name == RUNNER:
                log.level = logging.DEBUG  # the job that it runs has a line of its own
            try:
                with public_context() if schema is None else enter_tenant(schema):
                    return self.run(*args, **kwargs)
            except TenantUnavailable as refusal:
                log.outcome, log.level = f"rejected: {refusal}", logging.WARNING
                raise Reject(str(refusal), requeue=False) from refusal
            except (Reject, Ignore, Retry):
                raise
            except Exception as error:
                if not args and self.name != RUNNER:  # the runner keeps its job by itself
                    self._keep(kwargs, schema, request_id, error)
                raise

    def _keep(self, kwargs: dict[str, Any], schema: str | None, request_id: str, error: Exception) -> None:
        """Make a job of a failed call; with the database away, give the message back to the broker instead."""
        try:
            services.record_failure(
                task=self.name, kwargs=kwargs, schema=schema, request_id=request_id, error=error, now=timezone.now()
            )
        except (OperationalError, InterfaceError) as outage:
            connection.close()
            time.sleep(OUTAGE_PAUSE_SECONDS)  # the message comes back at once
            raise Reject(str(outage), requeue=True) from error

    def _run_here(self, *args: Any, **kwargs: Any) -> Any:
        """Run as a plain function, in the caller's context. Raises NoTenantContext if that does not fit."""
        if self.is_public:
            with public_context():
                return self.run(*args, **kwargs)
        current_tenant()
        return self.run(*args, **kwargs)


class TenantTask(ContextTask):
    """Runs inside the tenant it was published for. Without a tenant, or for one that is not active, it is rejected."""

    abstract = True


class PublicTask(ContextTask):
    """Runs in the public context, whoever published it."""

    abstract = True
    is_public = True


@dataclass
class RunLog:
    """What the closing line of a run says."""

    outcome: str = "done"
    level: int = logging.INFO


@contextmanager
def log_scope(task: str, request_id: str, **extra: Any) -> Iterator[RunLog]:
    """Mark log lines with the request that asked for the work, and log the end with milliseconds and queries."""
    started = time.perf_counter()
    log = RunLog()
    with request_scope(request_id) as scope:
        try:
            yield log
        except Reject as refusal:
            if refusal.requeue:
                log.outcome, log.level = "given back", logging.WARNING
            raise
        except Exception:
            log.outcome = "failed"
            raise
        finally:
            ms = round((time.perf_counter() - started) * 1000, 1)
            extra |= {"task": task, "ms": ms, "queries": scope.queries}
            logger.log(log.level, "%s %s", task, log.outcome, extra=extra)


@shared_task(base=PublicTask)
def run_scheduled_job(job_id: int) -> None:
    """Run a job that was handed over, if it still stands; then remove it, or keep it for another try."""
    job = services.claim_job(job_id=job_id, now=timezone.now())
    if job is None:
        return
    marks = {"tenant": job.schema, "job": job.id}
    with log_scope(job.task, job.request_id or current_request_id(), **marks) as log:
        try:
            task = import_string(job.task)
            with public_context() if job.schema is None else enter_tenant(job.schema):
                task.run(**job.kwargs)
        except TenantUnavailable as refusal:
            log.outcome = f"not run: {refusal}"
            if refusal.is_gone:
                services.discard_job(job=job)
            else:
                services.postpone_job(job=job, now=timezone.now())
        except Exception as error:  # whatever a feature raises: the job is kept, and the log has the traceback
            log.outcome = f"failed, attempt {job.attempts}"
            state = services.fail_job(job=job, error=error, now=timezone.now())
            log.level = logging.ERROR if state == JobState.PARKED else logging.WARNING
            logger.log(log.level, "%s", job.task, extra={"task": job.task, **marks}, exc_info=True)
        else:
            services.complete_job(job=job, now=timezone.now())
