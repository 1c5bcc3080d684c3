"""Reads of the outbox."""

from django.db.models import QuerySet

from .enums import OutboxStatus
from .models import OutboxMessage


def list_undelivered() -> QuerySet[OutboxMessage]:
    """Return the messages that failed or perhaps arrived, newest first. One query."""
    return OutboxMessage.objects.filter(status__in=[OutboxStatus.FAILED, OutboxStatus.UNCERTAIN]).order_by("-id")
