"""Notifications: e-mails to people, written with the fact and sent by a worker."""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "tenant_apps.notifications"
    label = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        from shared_apps.accounts import gateways as accounts

        accounts.use_mail_queue(queue_for_accounts)


def queue_for_accounts(
    *, event: str, name: str, email: str, language: str, context: dict[str, Any], dedupe_key: str
) -> object:
    """Queue a message for accounts, which lies below and may not know this app."""
    from . import services
    from .domain import Recipient

    recipient = Recipient(name=name, email=email, language=language)
    return services.queue_email(event=event, recipient=recipient, context=context, dedupe_key=dedupe_key)
