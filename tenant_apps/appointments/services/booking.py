"""Booking and moving appointments: the exclusion constraint decides who gets a time.

Two transactions that insert overlapping rows at once wait for each other inside PostgreSQL's constraint check, which
may end in a deadlock. So whoever is about to write a person's time first locks that person's row, ordered by key. The
lock only makes them queue; who comes second is refused by the constraint.
Source: docs/adr/0008-double-bookings.md
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext_lazy as _

from shared_apps.core.constraints import constraint_name
from shared_apps.core.crypto import token_hash
from shared_apps.core.errors import InvalidInput
from shared_apps.core.zones import known_zones
from tenant_apps.appointments import announcements, domain, links, selectors
from tenant_apps.appointments.domain import BookingRules, Refusal, Slot
from tenant_apps.appointments.enums import MOVABLE, AppointmentSource, AppointmentStatus
from tenant_apps.appointments.errors import (
    AlreadyStarted,
    AppointmentNotFound,
    BeyondHorizon,
    CannotReschedule,
    InThePast,
    OutsideAvailability,
    ServiceNotBookable,
    SlotTaken,
    StaffMemberNotFound,
    TooSoon,
)
from tenant_apps.appointments.models import NO_OVERLAP, Appointment, Service, StaffMember
from tenant_apps.appointments.selectors import BookingCalendar
from tenant_apps.clients import selectors as client_selectors
from tenant_apps.clients import services as clients
from tenant_apps.clients.domain import ClientDetails

LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Booking:
    """An appointment, and the token of the link that manages it."""

    appointment: Appointment
    manage_token: str


class _NobodyFree(Exception):
    """Everyone who could have taken the time was booked by somebody else."""


def book_appointment(
    *,
    service_id: int,
    starts_at: datetime,
    client: ClientDetails | int,
    source: str,
    now: datetime,
    staff_id: int | None = None,
    notes: str = "",
    language: str = "",
    time_zone: str = "",
    public_id: UUID | None = None,
    outside_hours: bool = False,
    ends_at: datetime | None = None,
) -> Booking:
    """Book a time and return it with the client's link.

    Shapes: client is what a visitor typed, or the id of a client on file; staff_id None takes whoever has the fewest
    appointments that day among those who are free, and the next one if somebody else was faster; time_zone is the
    client's own, by its IANA name.
    Idempotent on public_id: a reference that exists already returns its appointment, unchanged.
    outside_hours is for staff only: hours, notice, horizon and the past do not matter then, and ends_at may set
    another length; an overlap is refused all the same.
    One transaction; locks the person's row; queues the e-mails.
    Raises ServiceNotFound, ServiceNotBookable, ClientNotFound, InvalidInput, InThePast, TooSoon, BeyondHorizon,
    OutsideAvailability and SlotTaken (both with alternatives).
    """
    if public_id is not None and (existing := _find_booking(public_id)) is not None:
        return existing
    _check_text(notes)
    check_year(starts_at, "starts_at")
    wish = _Wish(service_id, staff_id, starts_at, now)
    calendar = selectors.load_calendar(service_id=service_id, staff_id=staff_id, from_on=wish.on, to_on=wish.on)
    service = calendar.service
    if not calendar.staff or (source == AppointmentSource.PUBLIC and not service.is_public):
        raise ServiceNotBookable
    rules = _with_length(calendar.rules, starts_at, ends_at) if outside_hours else calendar.rules
    appointment = _new_appointment(service, public_id or uuid4(), source, notes, now)
    _set_time(appointment, starts_at, starts_at + timedelta(minutes=rules.duration_minutes), rules)
    try:
        free = [member.staff_id for member in calendar.staff] if outside_hours else _who_is_free(calendar, wish)
        booked = selectors.count_booked(on=wish.on, staff_ids=free) if len(free) > 1 else {}
        with transaction.atomic():
            _set_client(appointment, client, language=language, now=now)
            appointment.client_timezone = time_zone if time_zone in known_zones() else ""
            _insert(appointment, domain.choose_staff(free, booked))
            announcements.announce_booked(appointment, language=language, now=now)
    except (SlotTaken, _NobodyFree, IntegrityError) as error:
        # The same form, sent twice at the same moment: the other one has booked it.
        if public_id is not None and (existing := _find_booking(public_id)) is not None:
            return existing
        if isinstance(error, _NobodyFree):
            raise SlotTaken(alternatives=wish.alternatives()) from error
        raise
    return Booking(appointment, links.manage_token(appointment.public_id))


def reschedule_appointment(
    *,
    appointment_id: int,
    starts_at: datetime,
    now: datetime,
    staff_id: int | None = None,
    ends_at: datetime | None = None,
    outside_hours: bool = False,
) -> Appointment:
    """Move an appointment in time, to another person, or change its length, and return it.

    One UPDATE under the constraint: the old time is given up only if the new one is won. staff_id None keeps the
    person, ends_at None the length; nothing to change returns it as it is. outside_hours as in book_appointment;
    without it an appointment that has started stays where it is.
    One transaction; locks the appointment, then both people's rows; schedules the e-mail.
    Raises AppointmentNotFound, CannotReschedule, AlreadyStarted, ServiceNotBookable, InvalidInput, InThePast, TooSoon,
    BeyondHorizon, OutsideAvailability and SlotTaken (both with alternatives).
    """
    check_year(starts_at, "starts_at")
    try:
        with transaction.atomic():
            appointment = lock_appointment(appointment_id)
            former_staff_id = appointment.staff_id
            staff_id = staff_id or former_staff_id
            ends_at = ends_at or starts_at + (appointment.ends_at - appointment.starts_at)
            if (starts_at, ends_at, staff_id) == (appointment.starts_at, appointment.ends_at, former_staff_id):
                return appointment
            if appointment.status not in MOVABLE:
                raise CannotReschedule(status=appointment.status)
            rules = _with_length(_rules_of_booking(appointment), starts_at, ends_at)
            wish = _Wish(appointment.service_id, staff_id, starts_at, now, appointment_id, rules)
            if not outside_hours:
                _check_move(appointment, wish)
            appointment.told = appointment.told or announcements.facts_of(appointment)
            _set_time(appointment, starts_at, ends_at, rules)
            appointment.staff = _lock_both(former_staff_id, staff_id)
            appointment.ics_sequence += 1
            appointment.save(update_fields=["staff", "starts_at", "ends_at", "busy", "told", "ics_sequence"])
            announcements.schedule_move(appointment, now=now)
            return appointment
    except IntegrityError as error:
        if constraint_name(error) != NO_OVERLAP:
            raise
        taken = error
    raise SlotTaken(alternatives=wish.alternatives()) from taken


def tell_move(*, appointment_id: int, now: datetime) -> None:
    """Tell the client where an appointment stands since its last moves, once; one that cannot move says nothing.

    One transaction; locks the appointment; queues the e-mail.
    """
    with transaction.atomic():
        appointment = lock_appointment(appointment_id)
        if appointment.told is None:
            return
        if appointment.status in MOVABLE:
            announcements.announce_rescheduled(appointment, now=now)
        appointment.told = None
        appointment.save(update_fields=["told"])


def lock_appointment(appointment_id: int) -> Appointment:
    """Lock and return an appointment with its service, person and client. Raises AppointmentNotFound."""
    found = Appointment.objects.select_related("service", "staff", "client").select_for_update(of=("self",))
    appointment = found.filter(pk=appointment_id).first()
    if appointment is None:
        raise AppointmentNotFound
    return appointment


def lock_staff(*staff_ids: int) -> dict[int, StaffMember]:
    """Lock people's rows in the order of their keys; only those who book with them wait, foreign keys do not."""
    members = StaffMember.objects.select_for_update(no_key=True).filter(pk__in=staff_ids).order_by("pk")
    return {member.pk: member for member in members}


@dataclass(frozen=True, slots=True)
class _Wish:
    """A time that somebody wants; when it cannot be had, others are looked for near it."""

    service_id: int
    staff_id: int | None
    starts_at: datetime
    now: datetime
    moving_appointment_id: int | None = None
    rules: BookingRules | None = None

    @property
    def on(self) -> date:
        return self.starts_at.astimezone(selectors.workspace_zone()).date()

    def alternatives(self) -> list[Slot]:
        return selectors.list_nearest_slots(
            service_id=self.service_id,
            staff_id=self.staff_id,
            near=self.starts_at,
            now=self.now,
            without_appointment_id=self.moving_appointment_id,
            rules=self.rules,
        )


def check_year(moment: datetime, field: str) -> None:
    """Raise InvalidInput for a time that calendars cannot count with."""
    if not domain.FIRST_DAY.year <= moment.year <= domain.LAST_DAY.year:
        raise InvalidInput(fields={field: [_("Enter a year from 2000 to 2100.")]})


def _who_is_free(calendar: BookingCalendar, wish: _Wish) -> Sequence[int]:
    """Return who may take the time, by the function that lists slots, or raise why nobody may."""
    rules, zone, now = calendar.rules, calendar.zone, wish.now
    slot = calendar.find_slot(starts_at=wish.starts_at, now=now)
    if slot is not None:
        return slot.staff_ids
    reason = calendar.explain_refusal(starts_at=wish.starts_at, now=now)
    if reason is Refusal.PAST:
        raise InThePast
    if reason is Refusal.TOO_SOON:
        raise TooSoon(earliest_at=now + timedelta(minutes=rules.minimum_notice_minutes))
    if reason is Refusal.BEYOND_HORIZON:
        raise BeyondHorizon(latest_on=domain.latest_day(rules, zone, now))
    if reason is Refusal.TAKEN:
        raise SlotTaken(alternatives=wish.alternatives())
    raise OutsideAvailability(alternatives=wish.alternatives())


def _check_move(appointment: Appointment, wish: _Wish) -> None:
    """Raise unless the new time is one that could be booked, were the appointment not in the way of itself."""
    if appointment.starts_at <= wish.now:
        raise AlreadyStarted(starts_at=appointment.starts_at)
    calendar = selectors.load_calendar(
        service_id=wish.service_id,
        staff_id=wish.staff_id,
        from_on=wish.on,
        to_on=wish.on,
        without_appointment_id=appointment.pk,
    )
    if not calendar.staff:
        raise ServiceNotBookable
    assert wish.rules is not None
    _who_is_free(replace(calendar, rules=wish.rules), wish)


def _new_appointment(service: Service, public_id: UUID, source: str, notes: str, now: datetime) -> Appointment:
    """Return an appointment without time, person and client, with what the service is like today."""
    return Appointment(
        public_id=public_id,
        service=service,
        status=_first_status(service, source),
        source=source,
        notes=notes,
        price=service.price,
        currency=service.currency,
        manage_token_hash=token_hash(links.manage_token(public_id)),
        created_at=now,
    )


def _insert(appointment: Appointment, staff_ids: Sequence[int]) -> None:
    """Insert for the first of these people whose time is still free. Raises _NobodyFree."""
    for staff_id in staff_ids:
        try:
            # A failed try returns to the savepoint, which releases the lock: nobody waits while holding another's.
            with transaction.atomic():
                appointment.staff = lock_staff(staff_id)[staff_id]
                appointment.save(force_insert=True)
                return
        except IntegrityError as error:
            if constraint_name(error) != NO_OVERLAP:
                raise
    raise _NobodyFree


def _lock_both(former_staff_id: int, staff_id: int) -> StaffMember:
    """Lock the person who gives an appointment up and the one who takes it, and return the latter."""
    member = lock_staff(former_staff_id, staff_id).get(staff_id)
    if member is None or (staff_id != former_staff_id and not member.is_active):
        raise StaffMemberNotFound
    return member


def _set_client(appointment: Appointment, client: ClientDetails | int, *, language: str, now: datetime) -> None:
    if isinstance(client, ClientDetails):
        appointment.client = clients.find_or_create_client(details=client, language=language, now=now)
        appointment.attendee_name = client.name.strip()
    else:
        appointment.client = client_selectors.get_client(client_id=client)
        appointment.attendee_name = appointment.client.name


def _set_time(appointment: Appointment, starts_at: datetime, ends_at: datetime, rules: BookingRules) -> None:
    appointment.starts_at, appointment.ends_at = starts_at, ends_at
    appointment.buffer_before_minutes = rules.buffer_before_minutes
    appointment.buffer_after_minutes = rules.buffer_after_minutes
    appointment.busy = DateTimeTZRange(*domain.busy_range(rules, starts_at, ends_at))


def _rules_of_booking(appointment: Appointment) -> BookingRules:
    """Return the service's rules with the buffers that the appointment was booked with."""
    return replace(
        selectors.rules_of(appointment.service),
        buffer_before_minutes=appointment.buffer_before_minutes,
        buffer_after_minutes=appointment.buffer_after_minutes,
    )


def _with_length(rules: BookingRules, starts_at: datetime, ends_at: datetime | None) -> BookingRules:
    """Return the rules for another length. Raises InvalidInput unless it is whole minutes, up to a day."""
    if ends_at is None:
        return rules
    minutes, rest = divmod(ends_at - starts_at, timedelta(minutes=1))
    if minutes < 1 or rest or ends_at - starts_at > LONGEST:
        raise InvalidInput(fields={"ends_at": [_("The end must come after the start, within a day.")]})
    return replace(rules, duration_minutes=minutes)


def _first_status(service: Service, source: str) -> AppointmentStatus:
    """Return confirmed, or pending for what a visitor books of a service that is confirmed by hand."""
    is_by_hand = service.requires_confirmation and source == AppointmentSource.PUBLIC
    return AppointmentStatus.PENDING if is_by_hand else AppointmentStatus.CONFIRMED


def _find_booking(public_id: UUID) -> Booking | None:
    token = links.manage_token(public_id)
    appointment = selectors.find_appointment_by_token(token=token)
    return Booking(appointment, token) if appointment is not None else None


def _check_text(notes: str) -> None:
    if "\x00" in notes:
        raise InvalidInput(fields={"notes": [_("Remove the invisible characters.")]})
