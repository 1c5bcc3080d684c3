"""Background work of the outbox."""

from celery import shared_task
from django.utils import timezone

from shared_apps.jobs.tasks import TenantTask

from . import services


@shared_task(base=TenantTask)
def deliver_email(message_id: int) -> None:
    """Send a message of the outbox unless it is settled."""
    services.deliver_email(message_id=message_id, now=timezone.now())
