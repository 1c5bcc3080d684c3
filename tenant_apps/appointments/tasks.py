"""Background work of the agenda."""

from celery import shared_task
from django.utils import timezone

from shared_apps.jobs.tasks import TenantTask

from . import services


@shared_task(base=TenantTask)
def tell_move(appointment_id: int) -> None:
    """Tell the client where an appointment was moved, unless it is back where they know it."""
    services.tell_move(appointment_id=appointment_id, now=timezone.now())
