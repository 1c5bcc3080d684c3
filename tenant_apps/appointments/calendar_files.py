"""Calendar files (.ics) of one appointment, for a download or an e-mail. No Django.

Source: RFC 5545 (iCalendar), RFC 5546 (iTIP methods).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vText

CONTENT_TYPE = "text/calendar; charset=utf-8"
# A calendar needs the clock changes around its event only; a year to each side covers later moves by hand.
ZONE_MARGIN = timedelta(days=370)
REMINDER = timedelta(hours=2)


class Method(StrEnum):
    """What the receiving calendar does: keep a copy, take an invitation or its update, or take it out."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True)
class Person:
    name: str
    email: str


@dataclass(frozen=True)
class CalendarEvent:
    """One appointment as calendars know it.

    Shapes: uid never changes; sequence grows with each change of time and with the cancellation; zone is an IANA name.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    organizer: Person | None = None
    attendee: Person | None = None
    is_tentative: bool = False
    is_cancelled: bool = False


def render_calendar(event: CalendarEvent, *, method: Method, now: datetime) -> bytes:
    """Return the file's content, with the zone's rules in it.

    An invitation (REQUEST) and its CANCEL name the organizer: without one they become PUBLISH, which RFC 5546 allows.
    """
    if event.organizer is None:
        method = Method.PUBLISH
    calendar = Calendar()
    calendar.add("prodid", "-//Oficio//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    zone = ZoneInfo(event.zone)
    calendar.add_component(_timezone(zone, event.starts_at, event.ends_at))
    calendar.add_component(_event(event, zone=zone, method=method, now=now))
    return bytes(calendar.to_ical())


def _event(event: CalendarEvent, *, zone: ZoneInfo, method: Method, now: datetime) -> Event:
    is_cancelled = event.is_cancelled or method is Method.CANCEL
    component = Event()
    component.add("uid", event.uid)
    component.add("sequence", event.sequence)
    component.add("dtstamp", now.astimezone(UTC))
    component.add("dtstart", _moment(event.starts_at, zone))
    component.add("dtend", _moment(event.ends_at, zone))
    component.add("summary", _text(event.summary))
    component.add("status", "CANCELLED" if is_cancelled else "TENTATIVE" if event.is_tentative else "CONFIRMED")
    component.add("transp", "TRANSPARENT" if is_cancelled else "OPAQUE")
    for name in ("description", "location", "url"):
        if value := getattr(event, name):
            component.add(name, _text(value))
    if event.organizer is not None:
        component.add("organizer", _address(event.organizer))
    if event.attendee is not None and method is not Method.PUBLISH:
        attendee = _address(event.attendee)
        # The client booked: no calendar needs to ask whether they come.
        attendee.params.update(ROLE=vText("REQ-PARTICIPANT"), PARTSTAT=vText("ACCEPTED"), RSVP=vText("FALSE"))
        component.add("attendee", attendee)
    if not is_cancelled:
        component.add_component(_reminder(_text(event.summary)))
    return component


def _moment(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment by the zone's clock, or in UTC when that clock shows it for the second time that night.

    RFC 5545 §3.3.5 reads an ambiguous local time as its first occurrence and has no way to say the second.
    """
    local = moment.astimezone(zone)
    is_second = local.fold == 1 and local.replace(fold=0).utcoffset() != local.utcoffset()
    return moment.astimezone(UTC) if is_second else local


def _text(value: str) -> str:
    """Return the text without what RFC 5545 §3.3.11 does not allow: control characters other than a line break."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(letter for letter in line if letter >= " " and letter != "\x7f") for line in lines)


def _reminder(text: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", -REMINDER)
    return alarm


def _address(person: Person) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.email}")
    # A parameter's value cannot hold control characters or quotation marks, escaped or not.
    name = "".join(character for character in person.name if character.isprintable() and character != '"')
    address.params["CN"] = vText(name or person.email)
    return address


def _timezone(zone: ZoneInfo, starts_at: datetime, ends_at: datetime) -> Timezone:
    """Return the zone's observances around the event.

    Written here because icalendar 7's Timezone.from_tzinfo dates an onset in spring by the new clock ("03:00"), while
    RFC 5545 §3.6.5 wants the old one ("02:00"): readers that follow it are an hour late on the day of the change.
    """
    first, last = starts_at.astimezone(UTC) - ZONE_MARGIN, ends_at.astimezone(UTC) + ZONE_MARGIN
    component = Timezone()
    component.add("tzid", zone.key)
    component.add_component(_observance(zone, onset=first, before=first))
    for onset in _changes(zone, first, last):
        component.add_component(_observance(zone, onset=onset, before=onset - timedelta(seconds=1)))
    return component


def _observance(zone: ZoneInfo, *, onset: datetime, before: datetime) -> TimezoneStandard | TimezoneDaylight:
    """Describe the clock from `onset` on; its date is written in the clock of the moment `before`."""
    local = onset.astimezone(zone)
    offset_before = before.astimezone(zone).utcoffset()
    assert offset_before is not None
    component = TimezoneDaylight() if local.dst() else TimezoneStandard()
    component.add("dtstart", (onset + offset_before).replace(tzinfo=None, microsecond=0))
    component.add("tzoffsetfrom", offset_before)
    component.add("tzoffsetto", local.utcoffset())
    component.add("tzname", local.tzname())
    return component


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield each moment between two at which the zone's offset changes, to the second."""

    def offset(moment: datetime) -> timedelta | None:
        return moment.astimezone(zone).utcoffset()

    day = first
    while day < last:
        following = day + timedelta(days=1)
        if offset(day) != offset(following):
            low, high = day, following
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) / 2
                low, high = (middle, high) if offset(middle) == offset(day) else (low, middle)
            yield high.replace(microsecond=0)
        day = following
