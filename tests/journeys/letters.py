"""E-mails of a journey: the worker's part, and the links inside."""

import re

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from tenant_apps.notifications import services as notifications
from tenant_apps.notifications.enums import OutboxStatus
from tenant_apps.notifications.models import OutboxMessage
from tenants.context import TenantSnapshot, tenant_context


def deliver(tenant: TenantSnapshot) -> list[EmailMultiAlternatives]:
    """Send what waits in the outbox, as the worker does, and return it."""
    before = len(mail.outbox)
    with tenant_context(tenant):
        for message in OutboxMessage.objects.filter(status=OutboxStatus.PENDING).order_by("id"):
            notifications.deliver_email(message_id=message.pk, now=timezone.now())
    return mail.outbox[before:]  # type: ignore[return-value]


def find_link(message: EmailMultiAlternatives, pattern: str) -> str:
    """Return the first address in a letter's text that matches."""
    for address in re.findall(r"https?://\S+", str(message.body)):
        if re.search(pattern, address):
            return address
    raise AssertionError(f"no {pattern} in:\n{message.body}")
