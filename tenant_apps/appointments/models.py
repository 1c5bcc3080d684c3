"""Staff, services, weekly hours, time off and appointments.

Times of appointments and time off are instants, half-open. Weekly hours are wall time in the workspace's zone.
"""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .enums import LIVE, AppointmentSource, AppointmentStatus, CancelledBy

NO_OVERLAP = "appointments_appointment_no_overlap"
MINUTES_PER_DAY = 1440


class StaffMember(models.Model):
    """A person with a calendar of their own. May have an account, may be just a name."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    name = models.CharField(_("name"), max_length=120)
    color = models.CharField(_("color"), max_length=7, blank=True, help_text=_("#rrggbb"))
    is_active = models.BooleanField(_("active"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff members")
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="appointments_staffmember_has_name"),
            models.CheckConstraint(
                condition=Q(color="") | Q(color__regex=r"^#[0-9a-f]{6}$"), name="appointments_staffmember_color_is_hex"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Service(models.Model):
    """Something that can be booked.

    Slots start every `slot_interval_minutes` from the beginning of each block of weekly hours. Buffers are kept free
    before and after; they may lie outside the weekly hours.
    """

    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    duration_minutes = models.PositiveSmallIntegerField(_("duration"))
    slot_interval_minutes = models.PositiveSmallIntegerField(_("start every"), default=30)
    buffer_before_minutes = models.PositiveSmallIntegerField(_("buffer before"), default=0)
    buffer_after_minutes = models.PositiveSmallIntegerField(_("buffer after"), default=0)
    minimum_notice_minutes = models.PositiveIntegerField(_("minimum notice"), default=60)
    horizon_days = models.PositiveSmallIntegerField(_("bookable ahead"), default=60)
    requires_confirmation = models.BooleanField(_("confirm each booking by hand"), default=False)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_public = models.BooleanField(_("on the public page"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    staff = models.ManyToManyField(StaffMember, verbose_name=_("offered by"), related_name="services")

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="appointments_service_has_name"),
            models.CheckConstraint(
                condition=Q(duration_minutes__gte=1, duration_minutes__lte=MINUTES_PER_DAY),
                name="appointments_service_duration_within_a_day",
            ),
            models.CheckConstraint(
                condition=Q(slot_interval_minutes__gte=1, slot_interval_minutes__lte=MINUTES_PER_DAY),
                name="appointments_service_interval_within_a_day",
            ),
            models.CheckConstraint(
                condition=Q(buffer_before_minutes__lte=MINUTES_PER_DAY, buffer_after_minutes__lte=MINUTES_PER_DAY),
                name="appointments_service_buffers_within_a_day",
            ),
            models.CheckConstraint(
                condition=Q(horizon_days__gte=1, horizon_days__lte=730), name="appointments_service_horizon_two_years"
            ),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | (Q(price__gte=0) & ~Q(currency="")),
                name="appointments_service_price_has_currency",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AvailabilityRule(models.Model):
    """One block of a person's week, in wall time. An end at or before the start: the next day (00:00 is midnight)."""

    staff = models.ForeignKey(
        StaffMember, verbose_name=_("staff member"), on_delete=models.CASCADE, related_name="availability_rules"
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), help_text=_("0 is Monday"))
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("until"))

    class Meta:
        verbose_name = _("availability rule")
        verbose_name_plural = _("availability rules")
        ordering = ["staff_id", "weekday", "starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="appointments_availabilityrule_weekday_known"),
            models.CheckConstraint(
                condition=~Q(starts_at=F("ends_at")) | Q(ends_at="00:00"),
                name="appointments_availabilityrule_not_empty",
            ),
            models.UniqueConstraint(
                fields=["staff", "weekday", "starts_at"], name="appointments_availabilityrule_one_per_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


class TimeOff(models.Model):
    """A period without appointments, of one person or, without one, of everybody."""

    staff = models.ForeignKey(
        StaffMember,
        verbose_name=_("staff member"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="time_off",
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("time off")
        verbose_name_plural = _("time off")
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="appointments_timeoff_not_empty"),
        ]
        indexes = [models.Index(fields=["ends_at"], name="appointments_timeoff_ends_at")]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}–{self.ends_at:%Y-%m-%d %H:%M}"


class Appointment(models.Model):
    """A client's time with a person.

    `busy` is [starts_at − buffer before, ends_at + buffer after), with the buffers the service had when it was booked.
    While the status is live no other live appointment of the person may overlap it, which PostgreSQL enforces.
    `attendee_name` is the name given with this booking: a child booked with a parent's e-mail, or a visitor who types
    somebody's address and must not learn the name on file.
    `told` is what the client was told last, as StaffMember's key and both times, while a move is still to be told.
    """

    public_id = models.UUIDField(_("reference"), default=uuid.uuid4, unique=True, editable=False)
    service = models.ForeignKey(
        Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="appointments"
    )
    staff = models.ForeignKey(
        StaffMember,
        verbose_name=_("staff member"),
        on_delete=models.PROTECT,
        related_name="appointments",
        db_index=False,  # the index on (staff, starts_at) serves
    )
    client = models.ForeignKey("clients.Client", verbose_name=_("client"), on_delete=models.PROTECT, related_name="+")
    attendee_name = models.CharField(_("name"), max_length=150)
    client_timezone = models.CharField(_("client's time zone"), max_length=64, blank=True, help_text=_("IANA name"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    busy = DateTimeRangeField(_("busy"))
    buffer_before_minutes = models.PositiveSmallIntegerField(_("buffer before"), default=0)
    buffer_after_minutes = models.PositiveSmallIntegerField(_("buffer after"), default=0)
    status = models.CharField(_("status"), max_length=12, choices=AppointmentStatus)
    source = models.CharField(_("source"), max_length=8, choices=AppointmentSource)
    notes = models.TextField(_("notes"), blank=True)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancelled_by = models.CharField(_("cancelled by"), max_length=8, blank=True, choices=CancelledBy)
    cancelled_reason = models.CharField(_("reason of the cancellation"), max_length=500, blank=True)
    told = models.JSONField(null=True, editable=False)
    ics_sequence = models.PositiveIntegerField(_("calendar revision"), default=0)
    manage_token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["starts_at", "id"]
        constraints = [
            ExclusionConstraint(
                name=NO_OVERLAP,
                expressions=[("staff", RangeOperators.EQUAL), ("busy", RangeOperators.OVERLAPS)],
                condition=Q(status__in=LIVE),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="appointments_appointment_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(
                    busy__startswith__lte=F("starts_at"),
                    busy__endswith__gte=F("ends_at"),
                    busy__lower_inc=True,
                    busy__upper_inc=False,
                ),
                name="appointments_appointment_busy_contains_it",
            ),
            models.CheckConstraint(
                condition=Q(status__in=AppointmentStatus.values), name="appointments_appointment_status_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=AppointmentSource.values), name="appointments_appointment_source_known"
            ),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | (Q(price__gte=0) & ~Q(currency="")),
                name="appointments_appointment_price_has_currency",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=AppointmentStatus.CANCELLED, cancelled_at__isnull=False, cancelled_by__in=CancelledBy.values
                )
                | (
                    ~Q(status=AppointmentStatus.CANCELLED)
                    & Q(cancelled_at__isnull=True, cancelled_by="", cancelled_reason="")
                ),
                name="appointments_appointment_cancellation_fields_together",
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at", "id"], name="appointments_starts_at"),
            models.Index(fields=["staff", "starts_at"], name="appointments_staff_starts_at"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} {self.attendee_name}"
