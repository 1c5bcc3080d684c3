"""What tests of messages need: a queued message and a mail server."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tenant_apps.notifications import services
from tenant_apps.notifications.domain import Recipient
from tenant_apps.notifications.models import OutboxMessage
from tests.tenant_apps.notifications.smtp import MailServer, mail_server

ANA = Recipient(name="Ana Núñez", email="ana@example.com", language="en")
CONTEXT = {"name": "Ana Núñez", "url": "http://alfa.localhost/x/"}


@pytest.fixture
def queue_reset() -> Callable[..., OutboxMessage]:
    """Return a function that queues a password reset, the one e-mail that every workspace has."""

    def make(**changes: Any) -> OutboxMessage:
        values = {"event": "password_reset", "recipient": ANA, "context": CONTEXT, "dedupe_key": "reset:1", **changes}
        return services.queue_email(**values)

    return make


@pytest.fixture
def smtp(settings: Any) -> Iterator[MailServer]:
    """Send through a real connection to a server that the test scripts."""
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = server.port
        settings.EMAIL_TIMEOUT = 2
        yield server
