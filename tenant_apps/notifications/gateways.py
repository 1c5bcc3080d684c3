"""Hands one e-mail to the mail server, and tells whether it was taken, refused, or nobody knows."""

import smtplib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection

from .domain import NAME_LENGTH, Attachment, one_line
from .errors import DeliveryPostponed, DeliveryRefused, DeliveryUncertain


@dataclass(frozen=True, slots=True)
class OutgoingEmail:
    """All that a mail server needs. Shapes: message_id with its angle brackets."""

    recipient_name: str
    recipient_email: str
    sender_name: str
    subject: str
    body_text: str
    body_html: str
    message_id: str
    headers: dict[str, str] = field(default_factory=dict)
    attachments: Sequence[Attachment] = ()


def send_email(email: OutgoingEmail) -> None:
    """Send one message by Django's backend.

    Raises DeliveryPostponed, DeliveryRefused (both: nothing was sent) and DeliveryUncertain. The answer of the server
    decides: 4xx means later, 5xx means no. Source: RFC 5321 §4.2.1.
    """
    message = _compose(email)
    try:
        connection = get_connection(fail_silently=False)
        connection.open()
    except (smtplib.SMTPException, OSError, ImproperlyConfigured) as error:
        raise DeliveryPostponed(f"{type(error).__name__}: {error}") from error
    try:
        message.connection = connection
        message.send(fail_silently=False)
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        _raise_by_code(code, answer, error)
    except smtplib.SMTPResponseException as error:
        _raise_by_code(error.smtp_code, error.smtp_error, error)
    except (smtplib.SMTPNotSupportedError, UnicodeError, ValueError) as error:
        raise DeliveryRefused(f"{type(error).__name__}: {error}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryUncertain(f"{type(error).__name__}: {error}") from error
    finally:
        with suppress(smtplib.SMTPException, OSError):  # saying goodbye may fail: the message is sent or not by now
            connection.close()


def sender_address(name: str) -> str:
    """Return the From line: the workspace's name before the platform's address."""
    platform_name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((one_line(name, NAME_LENGTH) or platform_name, address), charset="utf-8")


def _compose(email: OutgoingEmail) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=email.subject,
        body=email.body_text,
        from_email=sender_address(email.sender_name),
        to=[formataddr((email.recipient_name, email.recipient_email), charset="utf-8")],
        headers={"Message-ID": email.message_id, "Auto-Submitted": "auto-generated", **email.headers},
    )
    message.attach_alternative(email.body_html, "text/html")
    for attachment in email.attachments:
        message.attach(attachment.name, attachment.content, attachment.content_type)
    return message


def _raise_by_code(code: int, answer: bytes | str, error: Exception) -> None:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    problem = DeliveryPostponed if 400 <= code < 500 else DeliveryRefused
    raise problem(f"{code} {text}") from error
