"""What becomes of an appointment: confirmed, arrived, completed, no-show, cancelled."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shared_apps.core.constraints import constraint_name
from shared_apps.core.errors import InvalidInput
from tenant_apps.appointments import announcements, selectors
from tenant_apps.appointments.domain import day_has_come
from tenant_apps.appointments.enums import LIVE, TRANSITIONS, AppointmentStatus, CancelledBy
from tenant_apps.appointments.errors import AlreadyStarted, NotStartedYet, SlotTaken, TransitionRefused
from tenant_apps.appointments.models import NO_OVERLAP, Appointment

from .booking import lock_appointment, lock_staff

REASON_MAX = 500


def confirm_appointment(*, appointment_id: int, now: datetime) -> Appointment:
    """Confirm a pending appointment, or take back an arrival, and return it; confirmed already returns it as it is.

    Locks the row. Raises AppointmentNotFound, TransitionRefused. After commit: the client gets an e-mail if it was
    pending.
    """
    with transaction.atomic():
        appointment = lock_appointment(appointment_id)
        was_pending = appointment.status == AppointmentStatus.PENDING
        if _move(appointment, AppointmentStatus.CONFIRMED) and was_pending:
            announcements.announce_confirmed(appointment, now=now)
        return appointment


def mark_arrived(*, appointment_id: int, now: datetime) -> Appointment:
    """Note that the client is here, also after a no-show; arrived already returns it as it is.

    Locks the row, and the person's if the time has to be won back. Raises AppointmentNotFound, TransitionRefused,
    NotStartedYet before the local day of the appointment, and SlotTaken if a no-show's time was given to somebody else.
    """
    try:
        with transaction.atomic():
            appointment = lock_appointment(appointment_id)
            if appointment.status not in LIVE:
                lock_staff(appointment.staff_id)
            _check_day(appointment, AppointmentStatus.ARRIVED, now)
            _move(appointment, AppointmentStatus.ARRIVED)
            return appointment
    except IntegrityError as error:
        if constraint_name(error) != NO_OVERLAP:
            raise
        taken = error
    alternatives = selectors.list_nearest_slots(
        service_id=appointment.service_id, staff_id=appointment.staff_id, near=now, now=now
    )
    raise SlotTaken(alternatives=alternatives) from taken


def complete_appointment(*, appointment_id: int, now: datetime) -> Appointment:
    """Note that the appointment took place; completed already returns it as it is.

    Locks the row. Raises AppointmentNotFound, TransitionRefused, and NotStartedYet for one whose time has not come; if
    the client has arrived, its local day is enough.
    """
    with transaction.atomic():
        appointment = lock_appointment(appointment_id)
        check = _check_day if appointment.status == AppointmentStatus.ARRIVED else _check_started
        check(appointment, AppointmentStatus.COMPLETED, now)
        _move(appointment, AppointmentStatus.COMPLETED)
        return appointment


def mark_no_show(*, appointment_id: int, now: datetime) -> Appointment:
    """Note that the client did not come, which frees the rest of the time; a no-show already returns it as it is.

    Locks the row. Raises AppointmentNotFound, TransitionRefused, NotStartedYet.
    """
    with transaction.atomic():
        appointment = lock_appointment(appointment_id)
        _check_started(appointment, AppointmentStatus.NO_SHOW, now)
        _move(appointment, AppointmentStatus.NO_SHOW)
        return appointment


def cancel_appointment(*, appointment_id: int, reason: str, by: str, now: datetime) -> Appointment:
    """Cancel an appointment, which frees its time, and return it; cancelled already returns it as it is.

    Locks the row. Raises AppointmentNotFound, TransitionRefused, InvalidInput, and AlreadyStarted when it is the client
    who cancels too late. After commit: e-mails to the client and to the professional.
    """
    if len(reason) > REASON_MAX or "\x00" in reason:
        raise InvalidInput(fields={"reason": [_("Use at most 500 characters, all of them visible.")]})
    with transaction.atomic():
        appointment = lock_appointment(appointment_id)
        if appointment.status == AppointmentStatus.CANCELLED:
            return appointment
        if by == CancelledBy.CLIENT and appointment.starts_at <= now:
            raise AlreadyStarted(starts_at=appointment.starts_at)
        appointment.cancelled_at = now
        appointment.cancelled_by = by
        appointment.cancelled_reason = reason
        appointment.ics_sequence += 1
        _move(
            appointment,
            AppointmentStatus.CANCELLED,
            "cancelled_at",
            "cancelled_by",
            "cancelled_reason",
            "ics_sequence",
        )
        announcements.announce_cancelled(appointment, now=now)
        return appointment


def write_notes(*, appointment_id: int, notes: str) -> Appointment:
    """Replace the notes of an appointment. Locks the row. Raises AppointmentNotFound, InvalidInput."""
    if "\x00" in notes:
        raise InvalidInput(fields={"notes": [_("Remove the invisible characters.")]})
    with transaction.atomic():
        appointment = lock_appointment(appointment_id)
        appointment.notes = notes
        appointment.save(update_fields=["notes"])
        return appointment


def _check_started(appointment: Appointment, target: AppointmentStatus, now: datetime) -> None:
    if target in TRANSITIONS[appointment.status] and now < appointment.starts_at:
        raise NotStartedYet(starts_at=appointment.starts_at)


def _check_day(appointment: Appointment, target: AppointmentStatus, now: datetime) -> None:
    has_come = day_has_come(appointment.starts_at, zone=selectors.workspace_zone(), now=now)
    if target in TRANSITIONS[appointment.status] and not has_come:
        raise NotStartedYet(starts_at=appointment.starts_at)


def _move(appointment: Appointment, target: AppointmentStatus, *also_changed: str) -> bool:
    """Store the new status; tell whether it was another one. Raises TransitionRefused. The row is locked already."""
    if appointment.status == target:
        return False
    if target not in TRANSITIONS[appointment.status]:
        raise TransitionRefused(status=appointment.status, target=target.value)
    appointment.status = target
    appointment.save(update_fields=["status", *also_changed])
    return True
