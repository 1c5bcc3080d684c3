"""A process of the product under test: does what it is told, one JSON line at a time."""

import json
import sys
import time
from datetime import timedelta
from typing import Any

import django


def build() -> dict[str, str]:
    """Migrate, claim the workspaces alfa (with an owner) and beta, and return their schemas."""
    from django.core.management import call_command

    from shared_apps.accounts import services as accounts
    from tenants import services
    from tenants.context import tenant_context
    from tests.factories.tenants import claim

    call_command("migrate_public", verbosity=0)
    services.refill_pool(size=2)
    tenants = {slug: claim(slug=slug, name=name) for slug, name in (("alfa", "Alfa"), ("beta", "Beta"))}
    with tenant_context(tenants["alfa"]):
        accounts.create_user(email="owner@example.com", name="Olga", password="una-clave-larga-7", role="owner")
    return {slug: tenant.schema_name for slug, tenant in tenants.items()}


def book_and_tell(slug: str, key: str) -> dict[str, Any]:
    """Write a fact and queue its e-mail in one transaction, as a booking does; return the milliseconds it took."""
    from django.db import transaction

    from tenant_apps.notifications import services
    from tenant_apps.notifications.domain import Recipient
    from tenants.context import tenant_context

    with tenant_context(_tenant(slug)):
        started = time.perf_counter()
        with transaction.atomic():
            message = services.queue_email(
                event="password_reset",
                recipient=Recipient(name="Ana", email="ana@example.com", language="en"),
                context={"name": "Ana", "url": f"http://{slug}.localhost/{key}"},
                dedupe_key=key,
            )
        return {"id": message.pk, "ms": (time.perf_counter() - started) * 1000}


def outbox(slug: str) -> dict[str, str]:
    from tenant_apps.notifications.models import OutboxMessage
    from tenants.context import tenant_context

    with tenant_context(_tenant(slug)):
        return dict(OutboxMessage.objects.values_list("dedupe_key", "status"))


def enqueue(slug: str | None, task: str, kwargs: dict[str, Any]) -> None:
    from shared_apps.jobs import services
    from tenants.context import public_context, tenant_context

    with tenant_context(_tenant(slug)) if slug else public_context():
        services.enqueue(f"tests.faults.tasks.{task}", **kwargs)


def schedule(slug: str | None, task: str, kwargs: dict[str, Any], seconds: float = 0.0, key: str | None = None) -> None:
    from django.utils import timezone

    from shared_apps.jobs import services
    from tenants.context import public_context, tenant_context

    with tenant_context(_tenant(slug)) if slug else public_context():
        run_at = timezone.now() + timedelta(seconds=seconds)
        services.schedule(f"tests.faults.tasks.{task}", run_at=run_at, dedupe_key=key, **kwargs)


def publish_raw(task: str, kwargs: dict[str, Any], headers: dict[str, str]) -> None:
    """Put a message into the broker past everything that adds a tenant to it."""
    from celery import current_app

    current_app.send_task(f"tests.faults.tasks.{task}", kwargs=kwargs, headers=headers)


def set_status(slug: str, status: str) -> None:
    from django.utils import timezone

    from tenants import services
    from tenants.models import Tenant

    tenant = _tenant(slug)
    if status == "suspended":
        services.suspend_tenant(tenant_id=tenant.pk, reason="unpaid", now=timezone.now())
    elif status == "active":
        services.reactivate_tenant(tenant_id=tenant.pk)
    else:
        Tenant.objects.filter(pk=tenant.pk).update(status=status)


def jobs() -> list[dict[str, Any]]:
    from shared_apps.jobs.models import ScheduledJob

    fields = ("task", "state", "attempts", "tenant_schema", "last_error")
    rows = ScheduledJob.objects.filter(period_seconds=None).order_by("id").values(*fields)
    return [dict(row) for row in rows]


def report() -> dict[str, Any]:
    from tenants.health import full_report

    return full_report()


def _tenant(slug: str) -> Any:
    from tenants.models import Tenant

    return Tenant.objects.get(slug=slug)


def main() -> None:
    django.setup()
    from django.db import DatabaseError, close_old_connections, connection

    import config.celery  # noqa: F401  (sets the current Celery application)
    from tenants.context import public_context

    commands = {
        command.__name__: command
        for command in (
            build,
            book_and_tell,
            outbox,
            enqueue,
            schedule,
            publish_raw,
            set_status,
            jobs,
            report,
        )
    }
    for line in sys.stdin:
        call = json.loads(line)
        close_old_connections()
        try:
            with public_context():
                answer = {"value": commands[call["call"]](**call["arguments"])}
        except DatabaseError as error:
            connection.close()
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
