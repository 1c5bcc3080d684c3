"""Jobs that are due later, and the sign of life of the process that hands them over."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from .enums import JobState

PUBLIC_SCHEMA = "public"


class ScheduledJob(models.Model):
    """One call of a task at a time to come.

    The tenant is named by value: a foreign key would lock its row in every transaction that schedules something.
    While a job is handed over or running it is leased; a lease that ends makes it due again, so that a dead worker
    or a lost message costs time but no job.
    """

    run_at = models.DateTimeField(_("due"))
    tenant_schema = models.CharField(_("schema"), max_length=63, default=PUBLIC_SCHEMA)
    task = models.CharField(_("task"), max_length=200)
    kwargs = models.JSONField(_("arguments"), default=dict, blank=True)
    dedupe_key = models.CharField(_("dedupe key"), max_length=200, null=True, blank=True)
    period_seconds = models.PositiveIntegerField(_("repeated every (seconds)"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=JobState, default=JobState.WAITING)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    claim = models.UUIDField(_("claim"), null=True, blank=True, help_text=_("The run that may finish this job"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("scheduled job")
        verbose_name_plural = _("scheduled jobs")
        constraints = [
            # Rows without a key never collide: PostgreSQL holds nulls to be distinct.
            models.UniqueConstraint(fields=["tenant_schema", "dedupe_key"], name="jobs_scheduledjob_dedupe_key"),
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="jobs_scheduledjob_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=[JobState.HANDED_OVER, JobState.RUNNING], leased_until__isnull=False)
                | Q(state__in=[JobState.WAITING, JobState.PARKED], leased_until__isnull=True),
                name="jobs_scheduledjob_lease_with_state",
            ),
            models.CheckConstraint(
                condition=Q(state=JobState.RUNNING, claim__isnull=False)
                | (~Q(state=JobState.RUNNING) & Q(claim__isnull=True)),
                name="jobs_scheduledjob_claim_with_state",
            ),
        ]
        indexes = [
            # What the tick reads: COALESCE(leased_until, run_at) is when a row needs somebody's attention.
            models.Index(
                Coalesce(F("leased_until"), F("run_at")),
                name="jobs_scheduledjob_due",
                condition=~Q(state=JobState.PARKED),
            ),
            models.Index(fields=["id"], name="jobs_scheduledjob_parked", condition=Q(state=JobState.PARKED)),
        ]

    def __str__(self) -> str:
        return f"{self.task} @ {self.run_at:%Y-%m-%d %H:%M:%S}"


class Heartbeat(models.Model):
    """When a long-running process last showed that it lives. One row per name."""

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    beat_at = models.DateTimeField(_("last beat"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
