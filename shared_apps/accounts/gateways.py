"""What accounts needs from apps above it: a way to send a message.

Accounts is installed in both kinds of schema and knows no tenant app, so notifications registers its queue here when
the project starts.
"""

from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.urls import reverse

from tenants.context import current_tenant
from tenants.hosts import workspace_url

from .models import User


class MailQueue(Protocol):
    """Writes an outgoing message in the caller's transaction; sends at most one per dedupe_key."""

    def __call__(
        self, *, event: str, name: str, email: str, language: str, context: dict[str, Any], dedupe_key: str
    ) -> object: ...


_queue: MailQueue | None = None


def use_mail_queue(queue: MailQueue) -> None:
    """Set the queue; called in AppConfig.ready of the app that sends messages."""
    global _queue
    _queue = queue


def send_password_reset(*, user: User, link: str, now: datetime) -> None:
    """Queue the message with the link that sets a new password.

    Context of the template: name, url.
    """
    assert _queue is not None, "no app registered a mail queue"
    tenant = current_tenant()
    uid, token = link.split("/")
    path = reverse("accounts:set_password", args=[uid, token], urlconf=settings.ROOT_URLCONF)
    _queue(
        event="password_reset",
        name=user.name,
        email=user.email,
        language=user.language or tenant.language,
        context={
            "name": user.name,
            "url": workspace_url(tenant.slug, path),
        },
        dedupe_key=f"password_reset:{user.pk}:{now.isoformat()}",
    )
