"""What can go wrong with the agenda.

DomainError
├── NotFound               404  ServiceNotFound, StaffMemberNotFound, TimeOffNotFound, AppointmentNotFound
├── ServiceNotBookable     409
├── SlotTaken              409  alternatives
├── OutsideAvailability    409  alternatives
├── TooSoon                409  not before this time
├── BeyondHorizon          409  not after this day
├── InThePast              409
├── TransitionRefused      409  status, target
├── NotStartedYet          409  a no-show or a completion before its time, an arrival before its day
└── AlreadyStarted         409  a client cancels or moves too late
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import DomainError, NotFound

if TYPE_CHECKING:
    from .domain import Slot


class ServiceNotFound(NotFound):
    code = "service_not_found"
    message = _("This service does not exist.")


class StaffMemberNotFound(NotFound):
    code = "staff_member_not_found"
    message = _("This person does not exist.")


class TimeOffNotFound(NotFound):
    code = "time_off_not_found"
    message = _("This time off does not exist.")


class AppointmentNotFound(NotFound):
    code = "appointment_not_found"
    message = _("This appointment does not exist.")


class ServiceNotBookable(DomainError):
    """The service is archived, or nobody (or not this person) offers it."""

    code = "service_not_bookable"
    status = 409
    message = _("This service cannot be booked.")


class _WithAlternatives(DomainError):
    """Carries up to three free slots, the nearest ones, in order of time."""

    status = 409
    data = ("alternatives",)
    alternatives: "Sequence[Slot]"

    def __init__(self, *, alternatives: "Sequence[Slot]") -> None:
        super().__init__(alternatives=[slot.as_data() for slot in alternatives])  # as the API writes them
        self.alternatives = alternatives


class SlotTaken(_WithAlternatives):
    """Somebody has the time."""

    code = "slot_taken"
    message = _("This time is not free.")


class OutsideAvailability(_WithAlternatives):
    """The time is not one of the service's slots."""

    code = "outside_availability"
    message = _("This time cannot be booked: it is outside the hours or does not fit.")


class TooSoon(DomainError):
    code = "too_soon"
    status = 409
    message = _("This time is too soon to be booked.")
    data = ("earliest_at",)


class BeyondHorizon(DomainError):
    code = "beyond_horizon"
    status = 409
    message = _("This time is too far away to be booked yet.")
    data = ("latest_on",)


class InThePast(DomainError):
    code = "in_the_past"
    status = 409
    message = _("This time has passed.")


class TransitionRefused(DomainError):
    code = "transition_refused"
    status = 409
    message = _("This appointment cannot be changed that way any more.")
    data = ("status", "target")


class CannotReschedule(DomainError):
    code = "cannot_reschedule"
    status = 409
    message = _("This appointment can no longer be moved.")
    data = ("status",)


class NotStartedYet(DomainError):
    code = "not_started_yet"
    status = 409
    message = _("This appointment has not started yet.")
    data = ("starts_at",)


class AlreadyStarted(DomainError):
    code = "already_started"
    status = 409
    message = _("This appointment has already started. Please contact the professional.")
    data = ("starts_at",)
