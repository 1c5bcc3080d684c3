"""Sends a message of the outbox, at most once."""

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction

from shared_apps.jobs import services as jobs
from tenant_apps.notifications import gateways
from tenant_apps.notifications.domain import SENDING_LIMIT, Attachment, retry_delay
from tenant_apps.notifications.enums import OutboxStatus
from tenant_apps.notifications.errors import DeliveryPostponed, DeliveryRefused, DeliveryUncertain
from tenant_apps.notifications.gateways import OutgoingEmail
from tenant_apps.notifications.models import OutboxMessage
from tenants.context import current_tenant

from .queueing import DELIVER_TASK, net_key

logger = logging.getLogger("oficio.mail")


def deliver_email(*, message_id: int, now: datetime) -> OutboxStatus:
    """Send a pending message and return how it stands then; one that is settled or not due yet is left alone.

    Three steps, so that no transaction is open while the mail server is asked: claim (compare-and-set under the row's
    lock), send, record. Killed in between, the message stays `sending`; after SENDING_LIMIT the job that sees to it
    finds it and makes it `uncertain`: it may have arrived, so it is never sent again by itself.
    """
    message = _claim(message_id, now)
    if message is None:
        return OutboxStatus(OutboxMessage.objects.values_list("status", flat=True).get(pk=message_id))
    try:
        gateways.send_email(_outgoing(message))
    except DeliveryPostponed as problem:
        delay = retry_delay(message.attempts)
        if delay is None:
            return _settle(message, OutboxStatus.FAILED, error=problem)
        return _try_again(message, now + delay, problem)
    except DeliveryRefused as problem:
        return _settle(message, OutboxStatus.FAILED, error=problem)
    except DeliveryUncertain as problem:
        return _settle(message, OutboxStatus.UNCERTAIN, error=problem)
    return _settle(message, OutboxStatus.SENT, sent_at=now)


def _claim(message_id: int, now: datetime) -> OutboxMessage | None:
    """Return the message, now `sending` and ours, or None when there is nothing to send."""
    with transaction.atomic():
        message = OutboxMessage.objects.select_for_update().get(pk=message_id)
        if message.status == OutboxStatus.SENDING:
            assert message.claimed_at is not None
            gives_up_at = message.claimed_at + SENDING_LIMIT
            if now < gives_up_at:
                _watch(message, gives_up_at)
            else:
                _settle(message, OutboxStatus.UNCERTAIN, error=DeliveryUncertain("The worker died while sending."))
            return None
        is_due = message.next_attempt_at is None or message.next_attempt_at <= now
        if message.status != OutboxStatus.PENDING or not is_due:
            return None
        message.status = OutboxStatus.SENDING
        message.claimed_at = now
        message.attempts += 1
        message.save(update_fields=["status", "claimed_at", "attempts"])
        _watch(message, now + SENDING_LIMIT)
    return message


def _try_again(message: OutboxMessage, next_at: datetime, problem: Exception) -> OutboxStatus:
    with transaction.atomic():
        _update(message, status=OutboxStatus.PENDING, next_attempt_at=next_at, last_error=str(problem))
        _watch(message, next_at)
    logger.warning("E-mail %s postponed after attempt %s: %s", message.pk, message.attempts, problem)
    return OutboxStatus.PENDING


def _settle(
    message: OutboxMessage, status: OutboxStatus, *, sent_at: datetime | None = None, error: Exception | None = None
) -> OutboxStatus:
    """Record the end of a delivery and release the job that sees to it."""
    with transaction.atomic():
        _update(message, status=status, sent_at=sent_at, next_attempt_at=None, last_error=str(error or ""))
        jobs.cancel(dedupe_key=net_key(message.pk))
    if error is not None:
        logger.error("E-mail %s is %s: %s", message.pk, status, error)
    return status


def _update(message: OutboxMessage, **changes: object) -> None:
    """Change the row only while this delivery still owns it: a late answer must not undo `uncertain`."""
    OutboxMessage.objects.filter(pk=message.pk, status=OutboxStatus.SENDING, claimed_at=message.claimed_at).update(
        **changes
    )


def _watch(message: OutboxMessage, run_at: datetime) -> None:
    jobs.schedule(DELIVER_TASK, run_at=run_at, dedupe_key=net_key(message.pk), message_id=message.pk)


def _outgoing(message: OutboxMessage) -> OutgoingEmail:
    attachments = [
        Attachment(row.name, row.content_type, bytes(row.content)) for row in message.attachments.order_by("id")
    ]
    return OutgoingEmail(
        recipient_name=message.recipient_name,
        recipient_email=message.recipient_email,
        sender_name=current_tenant().name,
        subject=message.subject,
        body_text=message.body_text,
        body_html=message.body_html,
        message_id=f"<{message.reference}@{settings.BASE_HOST}>",
        headers=message.headers,
        attachments=attachments,
    )
