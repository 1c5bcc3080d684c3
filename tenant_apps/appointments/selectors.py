"""Reads of the agenda: services, hours, free slots, appointments."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import BigIntegerField, Count, Exists, Func, OuterRef, Prefetch, Q, QuerySet

from shared_apps.core.crypto import token_hash
from tenants.context import current_tenant

from . import domain
from .domain import BookingRules, Refusal, Slot, StaffCalendar, WeekBlock
from .enums import LIVE
from .errors import AppointmentNotFound, ServiceNotFound, StaffMemberNotFound
from .models import Appointment, AvailabilityRule, Service, StaffMember, TimeOff

# Alternatives are looked for around the wanted day first, then as far as the service may be booked.
NEAR = timedelta(days=14)
FARTHEST = timedelta(days=730)
# More than an appointment or a block over midnight may last with buffers, to either side of a day in any zone.
MARGIN = timedelta(days=5)


class EpochFloor(Func):
    """Seconds since 1970 of a range's beginning. DATE_PART, not EXTRACT: its doubles are twice as fast as numerics."""

    template = "FLOOR(DATE_PART('epoch', LOWER(%(expressions)s)))::bigint"
    output_field = BigIntegerField()


class EpochCeiling(Func):
    """Seconds since 1970 of a range's end."""

    template = "CEIL(DATE_PART('epoch', UPPER(%(expressions)s)))::bigint"
    output_field = BigIntegerField()


@dataclass(frozen=True, slots=True)
class BookingCalendar:
    """What the slots of one service follow from, loaded for some days."""

    service: Service
    rules: BookingRules
    staff: Sequence[StaffCalendar]
    zone: ZoneInfo

    def list_slots(self, *, from_on: date, to_on: date, now: datetime) -> list[Slot]:
        return domain.compute_slots(
            rules=self.rules, calendars=self.staff, zone=self.zone, from_on=from_on, to_on=to_on, now=now
        )

    def find_slot(self, *, starts_at: datetime, now: datetime) -> Slot | None:
        return domain.find_slot(rules=self.rules, calendars=self.staff, zone=self.zone, starts_at=starts_at, now=now)

    def explain_refusal(self, *, starts_at: datetime, now: datetime) -> Refusal | None:
        return domain.explain_refusal(
            rules=self.rules, calendars=self.staff, zone=self.zone, starts_at=starts_at, now=now
        )


@dataclass(frozen=True, slots=True)
class OpeningDay:
    """A day of the usual week (0 is Monday) with its hours as wall times; none when closed."""

    weekday: int
    hours: list[tuple[time, time]]


def workspace_zone() -> ZoneInfo:
    """Return the zone in which the workspace's hours are meant. No query."""
    return ZoneInfo(current_tenant().timezone)


def rules_of(service: Service) -> BookingRules:
    """Return how a service is booked, as the domain knows it. No query."""
    return BookingRules(
        duration_minutes=service.duration_minutes,
        slot_interval_minutes=service.slot_interval_minutes,
        buffer_before_minutes=service.buffer_before_minutes,
        buffer_after_minutes=service.buffer_after_minutes,
        minimum_notice_minutes=service.minimum_notice_minutes,
        horizon_days=service.horizon_days,
    )


# --- Services and staff ------------------------------------------------------------------------
def list_services(*, public_only: bool = False, include_archived: bool = False) -> QuerySet[Service]:
    """Return services in the professional's order, archived ones only when asked for. One query."""
    services = Service.objects.order_by("order", "id")
    if public_only:
        services = services.filter(is_public=True)
    return services if include_archived else services.filter(is_active=True)


def list_public_services() -> QuerySet[Service]:
    """Return what clients may book; `staff` are those who offer it and have weekly hours. Two queries."""
    with_hours = Exists(AvailabilityRule.objects.filter(staff=OuterRef("pk")))
    staff = StaffMember.objects.filter(with_hours, is_active=True).order_by("order", "id")
    return list_services(public_only=True).prefetch_related(Prefetch("staff", queryset=staff))


def get_service(*, service_id: int) -> Service:
    """Return a service, archived or not. Raises ServiceNotFound. One query."""
    service = Service.objects.filter(pk=service_id).first()
    if service is None:
        raise ServiceNotFound
    return service


def list_staff(*, include_inactive: bool = False) -> QuerySet[StaffMember]:
    """Return the people with a calendar, in order. One query."""
    staff = StaffMember.objects.order_by("order", "id")
    return staff if include_inactive else staff.filter(is_active=True)


def get_staff_member(*, staff_id: int) -> StaffMember:
    """Return a person, active or not. Raises StaffMemberNotFound. One query."""
    member = StaffMember.objects.filter(pk=staff_id).first()
    if member is None:
        raise StaffMemberNotFound
    return member


def find_staff_member(*, user_id: int) -> StaffMember | None:
    """Return the person who signs in as this user, or None. One query."""
    return StaffMember.objects.filter(user_id=user_id).first()


# --- Hours -------------------------------------------------------------------------------------
def list_rules(*, staff_id: int | None = None) -> QuerySet[AvailabilityRule]:
    """Return the weekly hours of one person or of all, by person, day and time. One query."""
    rules = AvailabilityRule.objects.order_by("staff_id", "weekday", "starts_at")
    return rules if staff_id is None else rules.filter(staff_id=staff_id)


def list_week(*, staff_id: int) -> list[WeekBlock]:
    """Return a person's week as `services.replace_week` takes it. One query."""
    return [_block(rule) for rule in list_rules(staff_id=staff_id)]


def list_opening_hours() -> list[OpeningDay]:
    """Return the seven days of the week, Monday first, with the hours at which anybody works. One query.

    Empty when nobody has hours. Hours over midnight stay with the day on which they begin.
    """
    days = [OpeningDay(weekday, []) for weekday in range(7)]
    spans: list[list[domain.Interval]] = [[] for _ in days]
    for rule in list_rules().filter(staff__is_active=True):
        start, end = domain.week_seconds(_block(rule))
        offset = rule.weekday * domain.DAY
        spans[rule.weekday].append((start - offset, end - offset))
    for day, intervals in zip(days, spans, strict=True):
        day.hours.extend((_clock(start), _clock(end)) for start, end in domain.merge(intervals))
    return days if any(spans) else []


def list_time_off(
    *, staff_id: int | None = None, ends_after: datetime | None = None, starts_before: datetime | None = None
) -> QuerySet[TimeOff]:
    """Return time off by start, with its person: of one person and of everybody, or all. One query."""
    time_off = TimeOff.objects.select_related("staff").order_by("starts_at", "id")
    if staff_id is not None:
        time_off = time_off.filter(Q(staff_id=staff_id) | Q(staff=None))
    if ends_after is not None:
        time_off = time_off.filter(ends_at__gt=ends_after)
    return time_off if starts_before is None else time_off.filter(starts_at__lt=starts_before)


# --- Free time ---------------------------------------------------------------------------------
def list_free_slots(
    *, service_id: int, from_on: date, to_on: date, now: datetime, staff_id: int | None = None
) -> list[Slot]:
    """Return the free slots that start on the local days from_on to to_on, both included.

    Empty for an archived service and for a person who does not offer it. Raises ServiceNotFound. Five queries.
    """
    calendar = load_calendar(service_id=service_id, staff_id=staff_id, from_on=from_on, to_on=to_on)
    return calendar.list_slots(from_on=from_on, to_on=to_on, now=now)


def list_free_days(
    *, service_id: int, from_on: date, to_on: date, now: datetime, staff_id: int | None = None
) -> list[date]:
    """Return the local days that have a free slot. Otherwise like list_free_slots. Five queries."""
    slots = list_free_slots(service_id=service_id, staff_id=staff_id, from_on=from_on, to_on=to_on, now=now)
    zone = workspace_zone()
    return sorted({slot.starts_at.astimezone(zone).date() for slot in slots})


def list_nearest_slots(
    *,
    service_id: int,
    near: datetime,
    now: datetime,
    limit: int = 3,
    staff_id: int | None = None,
    without_appointment_id: int | None = None,
    rules: BookingRules | None = None,
) -> list[Slot]:
    """Return the free slots nearest to a moment, in order of time. Five queries, ten if the weeks around are full.

    For moving an appointment: `without_appointment_id` counts its own time as free, `rules` are those it was booked by.
    """
    zone = workspace_zone()
    today = now.astimezone(zone).date()
    wanted = min(max(near.astimezone(zone).date(), today), today + FARTHEST)
    around = (max(today, wanted - NEAR), wanted + NEAR)
    slots: list[Slot] = []
    for from_on, to_on in (around, (today, today + FARTHEST)):
        calendar = load_calendar(
            service_id=service_id,
            staff_id=staff_id,
            from_on=from_on,
            to_on=to_on,
            without_appointment_id=without_appointment_id,
        )
        calendar = replace(calendar, rules=rules or calendar.rules)
        slots = calendar.list_slots(from_on=from_on, to_on=to_on, now=now)
        if len(slots) >= limit:
            break
    return domain.nearest_slots(slots, near=near, limit=limit)


def is_within_hours(*, appointment: Appointment) -> bool:
    """Tell whether an appointment lies in its person's weekly hours and outside time off. Three queries."""
    starts_at, zone = appointment.starts_at, workspace_zone()
    day = starts_at.astimezone(zone).date()
    minutes = max(1, (appointment.ends_at - starts_at) // timedelta(minutes=1))
    calendars = [replace(one, busy=()) for one in _load_staff([appointment.staff_id], day, day, None)]
    rules = BookingRules(duration_minutes=minutes, slot_interval_minutes=1)
    return domain.find_slot(rules=rules, calendars=calendars, zone=zone, starts_at=starts_at, now=starts_at) is not None


def load_calendar(
    *,
    service_id: int,
    from_on: date,
    to_on: date,
    staff_id: int | None = None,
    without_appointment_id: int | None = None,
) -> BookingCalendar:
    """Load what the slots of some local days follow from. Raises ServiceNotFound. Five queries."""
    service = get_service(service_id=service_id)
    members = StaffMember.objects.filter(is_active=True, services=service)
    if not service.is_active:
        members = members.none()
    if staff_id is not None:
        members = members.filter(pk=staff_id)
    return BookingCalendar(
        service=service,
        rules=rules_of(service),
        staff=_load_staff(list(members.values_list("pk", flat=True)), from_on, to_on, without_appointment_id),
        zone=workspace_zone(),
    )


def count_booked(*, on: date, staff_ids: Collection[int]) -> dict[int, int]:
    """Return how many live appointments start on a local day, per person; those without are left out. One query."""
    zone = workspace_zone()
    start = datetime.combine(on, time(), zone)
    rows = (
        Appointment.objects.filter(staff_id__in=staff_ids, status__in=LIVE)
        .filter(starts_at__gte=start, starts_at__lt=start + timedelta(days=1))
        .order_by()
        .values_list("staff_id")
        .annotate(number=Count("id"))
    )
    return dict(rows)


def _load_staff(
    staff_ids: Sequence[int], from_on: date, to_on: date, without_appointment_id: int | None
) -> list[StaffCalendar]:
    """Return people's calendars around some days, in the order given. Three queries."""
    if not staff_ids:
        return []
    start = datetime.combine(max(from_on, domain.FIRST_DAY), time(), UTC) - MARGIN
    end = datetime.combine(min(to_on, domain.LAST_DAY), time(), UTC) + MARGIN
    blocks: dict[int, list[WeekBlock]] = {staff_id: [] for staff_id in staff_ids}
    rules = AvailabilityRule.objects.filter(staff_id__in=staff_ids).order_by()
    for staff_id, weekday, starts_at, ends_at in rules.values_list("staff_id", "weekday", "starts_at", "ends_at"):
        blocks[staff_id].append(WeekBlock(weekday, starts_at, ends_at))
    off: dict[int | None, list[domain.Interval]] = {staff_id: [] for staff_id in (*staff_ids, None)}
    absences = TimeOff.objects.filter(Q(staff_id__in=staff_ids) | Q(staff=None), starts_at__lt=end, ends_at__gt=start)
    for absent_id, first, last in absences.values_list("staff_id", "starts_at", "ends_at"):
        off[absent_id].append((int(first.timestamp()), math.ceil(last.timestamp())))
    busy = _load_busy(staff_ids, start, end, without_appointment_id)
    return [
        StaffCalendar(staff_id, blocks[staff_id], [*off[staff_id], *off[None]], busy.get(staff_id, ()))
        for staff_id in staff_ids
    ]


def _load_busy(
    staff_ids: Sequence[int], start: datetime, end: datetime, without_appointment_id: int | None
) -> dict[int, list[domain.Interval]]:
    """Return busy ranges in seconds per person. One query, one row a person: a row an appointment took 5 × as long.

    By start and not by range, which is what the index on (staff, starts_at) knows; MARGIN is longer than any range.
    """
    appointments = Appointment.objects.filter(
        staff_id__in=staff_ids, status__in=LIVE, starts_at__gte=start, starts_at__lt=end
    )
    if without_appointment_id is not None:
        appointments = appointments.exclude(pk=without_appointment_id)
    ranges = appointments.order_by().values_list("staff_id")
    rows = ranges.annotate(starts=ArrayAgg(EpochFloor("busy")), ends=ArrayAgg(EpochCeiling("busy")))
    return {staff_id: list(zip(starts, ends, strict=True)) for staff_id, starts, ends in rows}


def _block(rule: AvailabilityRule) -> WeekBlock:
    return WeekBlock(rule.weekday, rule.starts_at, rule.ends_at)


def _clock(seconds: int) -> time:
    minutes = seconds % domain.DAY // domain.MINUTE
    return time(minutes // 60, minutes % 60)


# --- Appointments ------------------------------------------------------------------------------
def get_appointment(*, appointment_id: int) -> Appointment:
    """Return an appointment with its service, person and client. Raises AppointmentNotFound. One query."""
    return _one(pk=appointment_id)


def get_appointment_by_reference(*, public_id: Any) -> Appointment:
    """Return an appointment by its public reference. Raises AppointmentNotFound. One query."""
    return _one(public_id=public_id)


def find_appointment_by_token(*, token: str) -> Appointment | None:
    """Return the appointment that a link in an e-mail manages, or None. One query."""
    try:
        return _one(manage_token_hash=token_hash(token))
    except AppointmentNotFound:
        return None


def list_agenda(
    *, starts_at: datetime, ends_at: datetime, staff_ids: Collection[int] | None = None
) -> QuerySet[Appointment]:
    """Return what overlaps a period, whatever its status, with service, person and client. One query."""
    appointments = _complete().filter(starts_at__lt=ends_at, ends_at__gt=starts_at)
    return appointments if staff_ids is None else appointments.filter(staff_id__in=staff_ids)


def list_appointments(
    *,
    starts_from: datetime | None = None,
    starts_before: datetime | None = None,
    statuses: Collection[str] = (),
    staff_id: int | None = None,
    client_id: int | None = None,
    service_id: int | None = None,
    name: str = "",
) -> QuerySet[Appointment]:
    """Return appointments by start that match every filter given, with service, person and client. One query.

    `name` is a part of the attendee's, in whatever case.
    """
    appointments = _complete()
    filters: dict[str, Any] = {
        "starts_at__gte": starts_from,
        "starts_at__lt": starts_before,
        "status__in": statuses or None,
        "staff_id": staff_id,
        "client_id": client_id,
        "service_id": service_id,
        "attendee_name__icontains": name or None,
    }
    return appointments.filter(**{field: value for field, value in filters.items() if value is not None})


def _complete() -> QuerySet[Appointment]:
    return Appointment.objects.select_related("service", "staff", "client").order_by("starts_at", "id")


def _one(**lookup: Any) -> Appointment:
    appointment = _complete().filter(**lookup).first()
    if appointment is None:
        raise AppointmentNotFound
    return appointment
