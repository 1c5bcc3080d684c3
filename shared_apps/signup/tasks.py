"""Background work of sign-up, for the platform as a whole."""

from celery import shared_task
from django.utils import timezone

from shared_apps.jobs.tasks import PublicTask

from . import services


@shared_task(base=PublicTask)
def refill_pool() -> None:
    """After each claim, and now and then in case a message was lost."""
    services.refill_pool()


@shared_task(base=PublicTask)
def delete_expired_sign_ups() -> None:
    services.delete_expired_sign_ups(now=timezone.now())
