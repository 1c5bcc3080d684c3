"""Background work that operators ask for."""

from celery import shared_task
from django.utils import timezone

from shared_apps.jobs.tasks import PublicTask

from . import services


@shared_task(base=PublicTask)
def delete_workspace(tenant_id: int) -> None:
    services.delete_workspace(tenant_id=tenant_id, now=timezone.now())
