"""The states of an appointment, and who did what."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AppointmentStatus(models.TextChoices):
    PENDING = "pending", _("To be confirmed")
    CONFIRMED = "confirmed", _("Confirmed")
    # Translators: the client has arrived and is waiting
    ARRIVED = "arrived", _("Arrived")
    # Translators: the appointment took place
    COMPLETED = "completed", _("Completed")
    # Translators: the client did not come
    NO_SHOW = "no_show", _("No-show")
    CANCELLED = "cancelled", pgettext_lazy("appointment", "Cancelled")


TRANSITIONS: dict[str, frozenset[str]] = {
    AppointmentStatus.PENDING: frozenset({AppointmentStatus.CONFIRMED, AppointmentStatus.CANCELLED}),
    AppointmentStatus.CONFIRMED: frozenset(
        {
            AppointmentStatus.ARRIVED,
            AppointmentStatus.COMPLETED,
            AppointmentStatus.NO_SHOW,
            AppointmentStatus.CANCELLED,
        }
    ),
    # Back to confirmed: the wrong name was ticked off.
    AppointmentStatus.ARRIVED: frozenset(
        {AppointmentStatus.CONFIRMED, AppointmentStatus.COMPLETED, AppointmentStatus.CANCELLED}
    ),
    AppointmentStatus.COMPLETED: frozenset(),
    # The client came after all; the time must still be free.
    AppointmentStatus.NO_SHOW: frozenset({AppointmentStatus.ARRIVED}),
    AppointmentStatus.CANCELLED: frozenset(),
}
# An appointment in one of these states holds its time: the exclusion constraint covers them and no others.
LIVE = (
    AppointmentStatus.PENDING,
    AppointmentStatus.CONFIRMED,
    AppointmentStatus.ARRIVED,
    AppointmentStatus.COMPLETED,
)
# In these its time may still be changed.
MOVABLE = (AppointmentStatus.PENDING, AppointmentStatus.CONFIRMED)


class AppointmentSource(models.TextChoices):
    PUBLIC = "public", _("Public page")
    PANEL = "panel", _("Panel")
    API = "api", _("API")


class CancelledBy(models.TextChoices):
    CLIENT = "client", _("Client")
    STAFF = "staff", _("Professional")
