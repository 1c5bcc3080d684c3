"""Calendar files, read back by a small RFC 5545 reader of its own, so that a mistake of the writer's library shows."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from tenant_apps.appointments.calendar_files import CalendarEvent, Method, Person, render_calendar

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
EVENT = CalendarEvent(
    uid="2f1c0a52-6c5f-4a5e-9f3c-0d5f8a1f6b11@oficio",
    sequence=0,
    starts_at=datetime(2026, 11, 25, 16, 0, tzinfo=UTC),
    ends_at=datetime(2026, 11, 25, 16, 30, tzinfo=UTC),
    zone="America/Mexico_City",
    summary="Limpieza dental",
    organizer=Person("Clínica Sonrisa", "hola@sonrisa.example"),
    attendee=Person("Ana López", "ana@example.com"),
)


@dataclass
class Component:
    """Shapes: lines are (name, parameters, raw value) in order."""

    name: str
    lines: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    children: list["Component"] = field(default_factory=list)

    def value(self, name: str) -> str:
        return next(value for key, _, value in self.lines if key == name)

    def parameters(self, name: str) -> dict[str, str]:
        return next(parameters for key, parameters, _ in self.lines if key == name)

    def has(self, name: str) -> bool:
        return any(key == name for key, _, _ in self.lines)

    def find(self, *names: str) -> list["Component"]:
        return [child for child in self.children if child.name in names]


def parse(content: bytes) -> Component:
    assert content.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n")), "RFC 5545 §3.1: lines of 75 octets at most"
    unfolded = content.replace(b"\r\n ", b"").decode()
    root = Component("")
    stack = [root]
    for line in unfolded.removesuffix("\r\n").split("\r\n"):
        head, value = split_outside_quotes(line, ":")
        name, *parameters = split_all(head, ";")
        if name == "BEGIN":
            stack.append(Component(value))
            stack[-2].children.append(stack[-1])
        elif name == "END":
            assert stack.pop().name == value
        else:
            pairs = dict(parameter.split("=", 1) for parameter in parameters)
            stack[-1].lines.append((name, {key: text.strip('"') for key, text in pairs.items()}, value))
    assert stack == [root]
    (calendar,) = root.children
    return calendar


def split_outside_quotes(text: str, mark: str) -> tuple[str, str]:
    is_quoted = False
    for index, letter in enumerate(text):
        if letter == '"':
            is_quoted = not is_quoted
        if letter == mark and not is_quoted:
            return text[:index], text[index + 1 :]
    raise AssertionError(f"no {mark} in {text!r}")


def split_all(text: str, mark: str) -> list[str]:
    parts = []
    rest = text + mark
    while rest:
        part, rest = split_outside_quotes(rest, mark)
        parts.append(part)
    return parts


def unescape(value: str) -> str:
    return value.replace("\\\\", "\0").replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\0", "\\")


def offset(value: str) -> timedelta:
    sign = -1 if value[0] == "-" else 1
    return sign * timedelta(hours=int(value[1:3]), minutes=int(value[3:5]), seconds=int(value[5:7] or 0))


def wall_time(value: str) -> datetime:
    """Read a local time of a zone that is not known yet: naive, to be added to an offset."""
    return datetime.strptime(value, "%Y%m%dT%H%M%S")  # noqa: DTZ007


FAR_AWAY = wall_time("99991231T000000")


def read_moment(calendar: Component, name: str) -> datetime:
    """Return a property of the event in UTC, by the rules that the file itself carries (§3.6.5)."""
    (event,) = calendar.find("VEVENT")
    value, parameters = event.value(name), event.parameters(name)
    if value.endswith("Z"):
        return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    (zone,) = calendar.find("VTIMEZONE")
    assert zone.value("TZID") == parameters["TZID"]
    local = wall_time(value)
    onsets = []
    for observance in zone.find("STANDARD", "DAYLIGHT"):
        starts = wall_time(observance.value("DTSTART"))
        before, after = offset(observance.value("TZOFFSETFROM")), offset(observance.value("TZOFFSETTO"))
        onsets.append((starts - before, after))
    onsets.sort()
    # The first moment whose local time is the one written: an ambiguous one is its first occurrence.
    candidates = []
    for index, (begins, after) in enumerate(onsets):
        ends = onsets[index + 1][0] if index + 1 < len(onsets) else FAR_AWAY
        if begins <= local - after < ends:
            candidates.append(local - after)
    return min(candidates).replace(tzinfo=UTC)


ZONES = [
    "America/Mexico_City",  # no change of clocks since 2022
    "America/Santiago",  # changes at midnight, in the southern autumn and spring
    "America/Argentina/Buenos_Aires",
    "America/New_York",
    "Europe/Madrid",
    "Australia/Lord_Howe",  # half an hour
    "Asia/Kathmandu",
]


@pytest.mark.parametrize("zone", ZONES)
def test_times_read_back_are_the_same_moments_all_year(zone: str) -> None:
    for day in range(0, 366, 3):
        starts_at = datetime(2026, 11, 20, 13, 20, tzinfo=UTC) + timedelta(days=day)
        event = replace(EVENT, zone=zone, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=45))
        calendar = parse(render_calendar(event, method=Method.REQUEST, now=NOW))
        assert read_moment(calendar, "DTSTART") == event.starts_at
        assert read_moment(calendar, "DTEND") == event.ends_at


def changes_of(zone: str, year: int) -> list[datetime]:
    """Return each hour of the year in which the zone's offset changes."""
    hours = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(8784)]
    offsets = [hour.astimezone(ZoneInfo(zone)).utcoffset() for hour in hours]
    return [hours[index] for index in range(1, len(hours)) if offsets[index] != offsets[index - 1]]


@pytest.mark.parametrize(("zone", "count"), [(zone, 0 if "Mexico" in zone else None) for zone in ZONES])
def test_times_around_each_change_of_clocks_are_the_same_moments(zone: str, count: int | None) -> None:
    changes = changes_of(zone, 2027)
    if count is not None:
        assert len(changes) == count
    for change in changes:
        for minutes in range(-180, 181, 30):
            starts_at = change + timedelta(minutes=minutes)
            event = replace(EVENT, zone=zone, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30))
            calendar = parse(render_calendar(event, method=Method.REQUEST, now=NOW))
            assert read_moment(calendar, "DTSTART") == event.starts_at
            assert read_moment(calendar, "DTEND") == event.ends_at


def test_onset_of_daylight_time_is_dated_by_the_old_clock() -> None:
    starts_at = datetime(2027, 3, 20, 15, 0, tzinfo=UTC)
    event = replace(EVENT, zone="America/New_York", starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    (zone,) = parse(render_calendar(event, method=Method.REQUEST, now=NOW)).find("VTIMEZONE")
    spring = [part.value("DTSTART") for part in zone.find("DAYLIGHT") if part.value("DTSTART").startswith("2027")]
    assert spring == ["20270314T020000"]


def test_chile_has_both_observances_and_mexico_one() -> None:
    def observances(zone: str) -> set[tuple[str, str]]:
        calendar = parse(render_calendar(replace(EVENT, zone=zone), method=Method.REQUEST, now=NOW))
        return {(part.name, part.value("TZOFFSETTO")) for part in calendar.find("VTIMEZONE")[0].children}

    assert observances("America/Santiago") == {("STANDARD", "-0400"), ("DAYLIGHT", "-0300")}
    assert observances("America/Mexico_City") == {("STANDARD", "-0600")}


def test_invitation_names_both_sides_and_asks_for_no_answer() -> None:
    calendar = parse(render_calendar(EVENT, method=Method.REQUEST, now=NOW))
    (event,) = calendar.find("VEVENT")
    assert calendar.value("METHOD") == "REQUEST"
    assert event.value("UID") == EVENT.uid
    assert event.value("SEQUENCE") == "0"
    assert event.value("DTSTAMP") == "20261120T150000Z"
    assert event.value("STATUS") == "CONFIRMED"
    assert event.value("ORGANIZER") == "mailto:hola@sonrisa.example"
    assert event.value("ATTENDEE") == "mailto:ana@example.com"
    assert event.parameters("ATTENDEE")["RSVP"] == "FALSE"
    assert event.parameters("ATTENDEE")["CN"] == "Ana López"
    assert [alarm.value("TRIGGER") for alarm in event.find("VALARM")] == ["-PT2H"]


def test_cancellation_keeps_the_uid_and_frees_the_time() -> None:
    event = replace(EVENT, sequence=2, is_cancelled=True)
    calendar = parse(render_calendar(event, method=Method.CANCEL, now=NOW))
    (component,) = calendar.find("VEVENT")
    assert calendar.value("METHOD") == "CANCEL"
    assert component.value("UID") == EVENT.uid
    assert component.value("SEQUENCE") == "2"
    assert component.value("STATUS") == "CANCELLED"
    assert component.value("TRANSP") == "TRANSPARENT"
    assert component.find("VALARM") == []


def test_download_is_published_without_attendee() -> None:
    calendar = parse(render_calendar(EVENT, method=Method.PUBLISH, now=NOW))
    assert calendar.value("METHOD") == "PUBLISH"
    assert not calendar.find("VEVENT")[0].has("ATTENDEE")


def test_without_organizer_everything_is_published() -> None:
    event = replace(EVENT, organizer=None)
    calendar = parse(render_calendar(event, method=Method.REQUEST, now=NOW))
    assert calendar.value("METHOD") == "PUBLISH"
    assert not calendar.find("VEVENT")[0].has("ORGANIZER")


NASTY = [
    'Comillas "dobles"; comas, y \\barras\\',
    "Dos\nlíneas y una\r\ntercera",
    "BEGIN:VEVENT\r\nSUMMARY:otro",
    "مرحبا بالعالم \u202e rtl",
    "🦷" * 400,
    "timbre \x07 y escape \x1b",
    "<script>alert(1)</script>",
]


@pytest.mark.parametrize("text", NASTY)
def test_nasty_text_stays_inside_its_property(text: str) -> None:
    event = replace(
        EVENT,
        summary=text,
        description=text,
        location=text,
        organizer=Person(text, "hola@sonrisa.example"),
        attendee=Person(text, "ana@example.com"),
    )
    calendar = parse(render_calendar(event, method=Method.REQUEST, now=NOW))
    (component,) = calendar.find("VEVENT")
    clean = text.replace("\r\n", "\n").replace("\x07", "").replace("\x1b", "")
    assert unescape(component.value("SUMMARY")) == clean
    assert unescape(component.value("DESCRIPTION")) == clean
    assert component.value("ATTENDEE") == "mailto:ana@example.com"
    assert [child.name for child in calendar.children] == ["VTIMEZONE", "VEVENT"]


def test_second_occurrence_of_a_repeated_hour_is_written_in_utc() -> None:
    starts_at = datetime(2027, 11, 7, 6, 30, tzinfo=UTC)  # 01:30 in New York for the second time
    assert starts_at.astimezone(ZoneInfo("America/New_York")).utcoffset() == timedelta(hours=-5)
    event = replace(EVENT, zone="America/New_York", starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30))
    (component,) = parse(render_calendar(event, method=Method.REQUEST, now=NOW)).find("VEVENT")
    assert component.value("DTSTART") == "20271107T063000Z"


def test_a_fixed_offset_moment_is_written_by_the_workspace_clock() -> None:
    starts_at = datetime(2026, 11, 25, 11, 0, tzinfo=timezone(timedelta(hours=-5)))
    event = replace(EVENT, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30))
    (component,) = parse(render_calendar(event, method=Method.REQUEST, now=NOW)).find("VEVENT")
    assert component.value("DTSTART") == "20261125T100000"
    assert component.parameters("DTSTART")["TZID"] == "America/Mexico_City"
