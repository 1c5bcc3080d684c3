"""Writes a message into the outbox, in the transaction of the fact that it tells."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import transaction
from django.utils import timezone

from shared_apps.jobs import services as jobs
from tenant_apps.notifications.domain import (
    ADDRESS_LENGTH,
    NAME_LENGTH,
    SAFETY_NET_DELAY,
    SUBJECT_LENGTH,
    Attachment,
    Recipient,
    check_attachments,
    mailbox,
    one_line,
)
from tenant_apps.notifications.enums import Channel
from tenant_apps.notifications.errors import AddressUnusable
from tenant_apps.notifications.models import OutboxAttachment, OutboxMessage
from tenant_apps.notifications.rendering import render_email
from tenants.context import current_tenant

DELIVER_TASK = "tenant_apps.notifications.tasks.deliver_email"


def queue_email(
    *,
    event: str,
    recipient: Recipient,
    reply_to: Recipient | None = None,
    context: Mapping[str, Any],
    attachments: Sequence[Attachment] = (),
    dedupe_key: str,
) -> OutboxMessage:
    """Render an e-mail now and have it sent once after the caller's transaction commits; return its row.

    Templates: notifications/email/<event>.{subject.txt,txt,html}, rendered in the recipient's language and the
    workspace's time zone, with `workspace`, `branding` and `recipient` beside the context. Answers go to `reply_to`.
    Idempotent on (dedupe_key, event, recipient's address): the first message is returned, and nothing is sent again.
    After commit a worker sends it; a scheduled job, part of the same transaction, sees to it when the broker is down or
    this process dies. Raises AddressUnusable, AttachmentsTooLarge.
    """
    tenant = current_tenant()
    email = recipient.email.strip()
    _check_address(email)
    if reply_to is not None:
        _check_address(reply_to.email)
    check_attachments(attachments)
    identity = {"dedupe_key": dedupe_key, "event": event, "channel": Channel.EMAIL, "recipient_email": email}
    if found := OutboxMessage.objects.filter(**identity).first():
        return found
    language = recipient.language or tenant.language
    rendered = render_email(event=event, recipient=recipient, language=language, context=context)
    now = timezone.now()
    with transaction.atomic():
        message, is_new = OutboxMessage.objects.get_or_create(
            **identity,
            defaults={
                "recipient_name": one_line(recipient.name, NAME_LENGTH),
                "language": language,
                "subject": one_line(rendered.subject, SUBJECT_LENGTH),
                "body_text": rendered.text,
                "body_html": rendered.html,
                "headers": {"Reply-To": mailbox(reply_to)} if reply_to else {},
                "reference": uuid.uuid4(),
                "created_at": now,
            },
        )
        if not is_new:  # somebody queued it at the same moment
            return message
        OutboxAttachment.objects.bulk_create(
            OutboxAttachment(
                message=message, name=attachment.name, content_type=attachment.content_type, content=attachment.content
            )
            for attachment in attachments
        )
        jobs.schedule(
            DELIVER_TASK, run_at=now + SAFETY_NET_DELAY, dedupe_key=net_key(message.pk), message_id=message.pk
        )
        jobs.enqueue(DELIVER_TASK, message_id=message.pk)
    return message


def _check_address(email: str) -> None:
    """Raise AddressUnusable. Source of the length: RFC 3696, erratum 1690."""
    try:
        validate_email(email)
        MaxLengthValidator(ADDRESS_LENGTH)(email)
    except ValidationError as error:
        raise AddressUnusable(address=one_line(email, ADDRESS_LENGTH)) from error


def net_key(message_id: int) -> str:
    """Return the dedupe key of the job that sees to a message until it is settled."""
    return f"outbox:{message_id}"
