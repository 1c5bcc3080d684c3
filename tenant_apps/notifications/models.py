"""The outbox: messages written in the same transaction as the fact they tell."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .enums import Channel, OutboxStatus


class OutboxMessage(models.Model):
    """One message to one person about one fact, rendered when the fact happened.

    At most one exists per (event, person, channel, fact), and it is sent at most once.
    """

    event = models.CharField(_("event"), max_length=60)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.EMAIL)
    recipient_name = models.CharField(_("recipient"), max_length=120, blank=True)
    recipient_email = models.CharField(_("address"), max_length=254)
    language = models.CharField(_("language"), max_length=8)
    subject = models.CharField(_("subject"), max_length=200)
    body_text = models.TextField(_("text"))
    body_html = models.TextField(_("HTML"))
    headers = models.JSONField(_("headers"), default=dict, blank=True)
    dedupe_key = models.CharField(_("fact"), max_length=200)
    reference = models.UUIDField(_("reference"), default=uuid.uuid4, unique=True, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=OutboxStatus, default=OutboxStatus.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key", "event", "channel", "recipient_email"],
                name="notifications_outboxmessage_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=OutboxStatus.values), name="notifications_outboxmessage_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status=OutboxStatus.SENT, sent_at__isnull=False)
                | (~Q(status=OutboxStatus.SENT) & Q(sent_at__isnull=True)),
                name="notifications_outboxmessage_sent_together",
            ),
            models.CheckConstraint(
                condition=~Q(status=OutboxStatus.SENDING) | Q(claimed_at__isnull=False),
                name="notifications_outboxmessage_sending_claimed",
            ),
        ]
        indexes = [models.Index(fields=["status", "created_at"], name="notifications_outbox_status")]

    def __str__(self) -> str:
        return f"{self.event} → {self.recipient_email}"


class OutboxAttachment(models.Model):
    """A file that goes along with a message."""

    message = models.ForeignKey(OutboxMessage, models.CASCADE, related_name="attachments", verbose_name=_("message"))
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(_("type"), max_length=120)
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.name
