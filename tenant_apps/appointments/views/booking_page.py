"""What the booking page shows: the state of its address, read leniently, and the lists that follow from it."""

from calendar import monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenant_apps.appointments import selectors
from tenant_apps.appointments.domain import Slot

if TYPE_CHECKING:
    from tenant_apps.appointments.models import Service, StaffMember

BIG_INTEGER_DIGITS = 18
# Local hours at which the afternoon and the evening begin.
AFTERNOON, EVENING = time(12), time(19)
PARTS = {"morning": (_("Morning"), "coffee"), "afternoon": (_("Afternoon"), "sun"), "evening": (_("Evening"), "moon")}


@dataclass(frozen=True, slots=True)
class BookingState:
    """What a visitor has chosen so far; each address of the page carries all of it.

    Shapes: month is its first day; `at` is an instant in UTC. Whatever else an address holds, or holds wrongly, is
    ignored.
    """

    service_id: int | None = None
    staff_id: int | None = None
    month: date | None = None
    day: date | None = None
    at: datetime | None = None

    @classmethod
    def read(cls, values: QueryDict) -> Self:
        return cls(
            service_id=_read_id(values.get("service", "")),
            staff_id=_read_id(values.get("staff", "")),
            month=_read_day(values.get("month", "") + "-01"),
            day=_read_day(values.get("day", "")),
            at=read_moment(values.get("at", "")),
        )

    def query(self) -> dict[str, str]:
        values = {
            "service": self.service_id,
            "staff": self.staff_id,
            "month": f"{self.month:%Y-%m}" if self.month else None,
            "day": self.day and self.day.isoformat(),
            "at": self.at and write_moment(self.at),
        }
        return {name: str(value) for name, value in values.items() if value is not None}

    @property
    def url(self) -> str:
        query = urlencode(self.query())
        return reverse("booking:book") + (f"?{query}" if query else "")


@dataclass(frozen=True, slots=True)
class DayChoice:
    """One day of the month; without an address it cannot be chosen."""

    on: date
    url: str
    is_selected: bool
    is_today: bool
    is_past: bool


@dataclass(frozen=True, slots=True)
class TimeChoice:
    starts_at: datetime
    url: str
    is_selected: bool


@dataclass(frozen=True, slots=True)
class DayPart:
    """The times of a morning, an afternoon or an evening."""

    label: str | Promise
    icon: str
    times: Sequence[TimeChoice]


@dataclass(frozen=True, slots=True)
class PersonChoice:
    """Somebody who offers the service; id None is anyone."""

    id: int | None
    name: str | Promise
    url: str
    is_selected: bool


@dataclass(frozen=True, slots=True)
class MonthView:
    """One month of days.

    Shapes: blanks are the weekdays before its first one; a neighbour without an address is out of reach.
    """

    first: date
    blanks: range
    days: Sequence[DayChoice]
    previous_url: str
    next_url: str
    is_empty: bool


@dataclass(frozen=True, slots=True)
class BookingPage:
    """Everything the page draws. `step` is the one that is open: service, time or details."""

    state: BookingState
    services: Sequence["Service"]
    service: "Service | None" = None
    is_service_gone: bool = False
    people: Sequence[PersonChoice] = ()
    person: "StaffMember | None" = None
    month: MonthView | None = None
    day: date | None = None
    parts: Sequence[DayPart] = ()
    next_day: DayChoice | None = None
    slot: Slot | None = None
    is_time_gone: bool = False

    has_form: bool = False

    @property
    def step(self) -> str:
        if self.service is None:
            return "service"
        return "details" if self.has_form else "time"

    @property
    def is_choosing_service(self) -> bool:
        return self.step == "service"

    @property
    def is_choosing_time(self) -> bool:
        return self.step == "time"

    @property
    def weekday_names(self) -> list[str]:
        """Return short names, Monday first."""
        return [str(name)[:3] for name in WEEKDAYS_ABBR.values()]

    @property
    def change_service_url(self) -> str:
        return reverse("booking:book") + "?service="

    @property
    def change_time_url(self) -> str:
        return replace(self.state, at=None).url

    @property
    def count_times(self) -> int:
        return sum(len(part.times) for part in self.parts)


def build_page(state: BookingState, *, zone: ZoneInfo, now: datetime, has_chosen: bool = True) -> BookingPage:
    """Return what follows from a state.

    A workspace with one service skips the first step unless the visitor came back to it (`has_chosen` False says that
    the address names no service at all). Seven queries: services, their staff, and the month's free time; five more
    after an empty month, to find the next free day.
    """
    services = list(selectors.list_public_services())
    if state.service_id is None and len(services) == 1 and not has_chosen:
        state = replace(state, service_id=services[0].pk)
    service = next((one for one in services if one.pk == state.service_id), None)
    if service is None:
        return BookingPage(state=BookingState(), services=services, is_service_gone=state.service_id is not None)
    team = list(service.staff.all())
    person = next((one for one in team if one.pk == state.staff_id), None)
    if person is None:
        state = replace(state, staff_id=None)
    return _with_times(
        BookingPage(state=state, services=services, service=service, person=person, people=_people(state, team)),
        zone=zone,
        now=now,
    )


def _people(state: BookingState, team: "Sequence[StaffMember]") -> list[PersonChoice]:
    """Return whom a visitor may choose; nobody when there is no choice."""
    if len(team) < 2:
        return []
    anyone = replace(state, staff_id=None, at=None)
    return [
        PersonChoice(None, _("Any professional"), anyone.url, is_selected=state.staff_id is None),
        *(
            PersonChoice(
                person.pk,
                person.name,
                replace(anyone, staff_id=person.pk).url,
                is_selected=state.staff_id == person.pk,
            )
            for person in team
        ),
    ]


def _with_times(page: BookingPage, *, zone: ZoneInfo, now: datetime) -> BookingPage:
    """Add the month, the day's times and the chosen slot."""
    state, service = page.state, page.service
    assert service is not None
    today = now.astimezone(zone).date()
    last = today + timedelta(days=service.horizon_days)
    chosen = state.day or (state.at.astimezone(zone).date() if state.at else None)
    first = _month_within(state.month or chosen or today, today, last)
    by_day = _slots_by_day(page, max(first, today), min(_month_end(first), last), zone=zone, now=now)
    if chosen not in by_day:  # none yet, or one that is full or of another month
        chosen = next(iter(by_day), None)
    slots = by_day[chosen] if chosen else []
    slot = next((one for one in slots if one.starts_at == state.at), None)
    state = replace(state, day=chosen, month=first, at=slot.starts_at if slot else None)
    return replace(
        page,
        state=state,
        month=_month(state, first, by_day, today=today, last=last),
        day=chosen,
        parts=_parts(state, slots, zone),
        next_day=None if by_day else _next_day(page, first, last, now=now, state=state),
        slot=slot,
        has_form=slot is not None,
        is_time_gone=page.state.at is not None and slot is None,
    )


def _slots_by_day(
    page: BookingPage, from_on: date, to_on: date, *, zone: ZoneInfo, now: datetime
) -> dict[date, list[Slot]]:
    """Return the free slots of some days by local day, in order; days without one are left out."""
    assert page.service is not None
    by_day: dict[date, list[Slot]] = {}
    if from_on > to_on:
        return by_day
    for slot in selectors.list_free_slots(
        service_id=page.service.pk, staff_id=page.state.staff_id, from_on=from_on, to_on=to_on, now=now
    ):
        by_day.setdefault(slot.starts_at.astimezone(zone).date(), []).append(slot)
    return by_day


def _next_day(page: BookingPage, first: date, last: date, *, now: datetime, state: BookingState) -> DayChoice | None:
    """Return the first free day after an empty month, so that nobody leafs through empty months."""
    assert page.service is not None
    from_on = _month_end(first) + timedelta(days=1)
    if from_on > last:
        return None
    days = selectors.list_free_days(
        service_id=page.service.pk, staff_id=page.state.staff_id, from_on=from_on, to_on=last, now=now
    )
    if not days:
        return None
    url = replace(state, month=days[0].replace(day=1), day=days[0], at=None).url
    return DayChoice(days[0], url, is_selected=False, is_today=False, is_past=False)


def _month(state: BookingState, first: date, free: Collection[date], *, today: date, last: date) -> MonthView:
    previous, following = (first - timedelta(days=1)).replace(day=1), _month_end(first) + timedelta(days=1)
    elsewhere = replace(state, day=None, at=None)
    return MonthView(
        first=first,
        blanks=range(first.weekday()),
        days=[
            DayChoice(
                on=on,
                url=replace(state, day=on, at=None).url if on in free else "",
                is_selected=on == state.day,
                is_today=on == today,
                is_past=on < today,
            )
            for on in (first + timedelta(days=number) for number in range(monthrange(first.year, first.month)[1]))
        ],
        previous_url=replace(elsewhere, month=previous).url if first > today else "",
        next_url=replace(elsewhere, month=following).url if following <= last else "",
        is_empty=not free,
    )


def _parts(state: BookingState, slots: Sequence[Slot], zone: ZoneInfo) -> list[DayPart]:
    """Group the times of a day by the workspace's clock; empty parts are left out."""
    groups: dict[str, list[TimeChoice]] = {"morning": [], "afternoon": [], "evening": []}
    for slot in slots:
        hour = slot.starts_at.astimezone(zone).time()
        name = "morning" if hour < AFTERNOON else "afternoon" if hour < EVENING else "evening"
        url = replace(state, at=slot.starts_at).url
        groups[name].append(TimeChoice(slot.starts_at, url, is_selected=slot.starts_at == state.at))
    labels = {
        "morning": (_("Morning"), "coffee"),
        "afternoon": (_("Afternoon"), "sun"),
        "evening": (_("Evening"), "moon"),
    }
    return [DayPart(*labels[name], times=times) for name, times in groups.items() if times]


def _month_within(wanted: date, today: date, last: date) -> date:
    """Return the first day of the month, moved into the months that can be booked."""
    return min(max(wanted.replace(day=1), today.replace(day=1)), last.replace(day=1))


def _month_end(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])


def write_moment(moment: datetime) -> str:
    """Return an instant as addresses carry it: "2026-11-25T16:00Z", with seconds only where there are any."""
    text = moment.astimezone(UTC).isoformat(timespec="seconds" if moment.second else "minutes")
    return text.replace("+00:00", "Z")


def read_moment(text: str) -> datetime | None:
    """Return the instant of an address, in UTC, or None when it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    # Beyond these years the arithmetic of zones overflows.
    return moment.astimezone(UTC) if moment.tzinfo and 2000 <= moment.year < 2200 else None


def _read_id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= BIG_INTEGER_DIGITS else None


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
