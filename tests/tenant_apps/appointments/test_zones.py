"""Every zone of the world on the days its clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest

from tenant_apps.appointments.domain import (
    BookingRules,
    Slot,
    StaffCalendar,
    WeekBlock,
    ZoneOffsets,
    compute_slots,
    find_slot,
)

FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
NOW = datetime(2023, 12, 31, tzinfo=UTC)
# Forty-five minutes: a grid that a change by an hour would shift.
RULES = BookingRules(duration_minutes=45, slot_interval_minutes=45, horizon_days=4000)
# The night, when clocks change, with a break; and a usual day.
HOURS = [(time(0), time(2, 30)), (time(2, 45), time(6)), (time(9), time(18)), (time(22), time(0))]
CALENDAR = StaffCalendar(1, [WeekBlock(day, start, end) for day in range(7) for start, end in HOURS])


def transition_days(zone: ZoneInfo) -> list[date]:
    """Return the local days, and the ones beside them, on which the zone's offset changes."""
    instants = ZoneOffsets(zone, FIRST, LAST).starts[1:]
    days = {datetime.fromtimestamp(instant, zone).date() for instant in instants}
    return sorted(day + timedelta(days=beside) for day in days for beside in (-1, 0, 1))


def is_open(zone: ZoneInfo, instant: datetime) -> bool:
    wall = instant.astimezone(zone).time()
    return any(start <= wall and (wall < end or end == time(0)) for start, end in HOURS)


def expected_starts(zone: ZoneInfo, day: date, usual: list[time]) -> set[datetime]:
    """Return the usual wall times, as often as the day has them, from which 45 elapsed minutes are open."""
    found = set()
    for wall in usual:
        for fold in (0, 1):
            start = datetime.combine(day, wall, zone).replace(fold=fold).astimezone(UTC)
            exists = start.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, wall)
            if exists and all(is_open(zone, start + timedelta(minutes=minutes)) for minutes in (0, 15, 30, 44)):
                found.add(start)
    return found


def list_day(zone: ZoneInfo, day: date) -> list[Slot]:
    return compute_slots(rules=RULES, calendars=[CALENDAR], zone=zone, from_on=day, to_on=day, now=NOW)


def usual_starts() -> list[time]:
    """Return the wall times of the slots on a day without a change."""
    return [slot.starts_at.time() for slot in list_day(ZoneInfo("UTC"), FIRST)]


@cache
def distinct_zones() -> list[ZoneInfo]:
    """Return every zone that differs from the others in these years; most of the 600 names are aliases then."""
    names = sorted(available_timezones())
    assert len(names) > 400
    found = {}
    for zone in map(ZoneInfo, names):
        offsets = ZoneOffsets(zone, FIRST, LAST)
        found[tuple(offsets.starts), tuple(offsets.offsets)] = zone
    return list(found.values())


@pytest.mark.slow
def test_all_zones_on_transition_days() -> None:
    """No slot outside local hours, none that booking refuses, all usual wall times kept: every zone, 2024–2030."""
    usual = usual_starts()
    checked = 0
    for zone in distinct_zones():
        for day in transition_days(zone):
            slots = list_day(zone, day)
            assert {slot.starts_at for slot in slots} == expected_starts(zone, day, usual), (zone, day)
            for slot in slots:
                checked += 1
                assert slot.starts_at.astimezone(zone).date() == day, (zone, slot)
                assert slot.ends_at - slot.starts_at == timedelta(minutes=45), (zone, slot)
            # One accepted in three: each costs the day's computation again.
            for slot in slots[day.toordinal() % 3 :: 3]:
                accepted = find_slot(rules=RULES, calendars=[CALENDAR], zone=zone, starts_at=slot.starts_at, now=NOW)
                assert accepted == slot, (zone, slot)
    assert checked > 10_000


def test_usual_wall_times_every_week_in_every_zone() -> None:
    """On the Wednesdays of a year that no clock changes on, each week has the same wall times."""
    usual = usual_starts()
    for zone in distinct_zones():
        changes = set(transition_days(zone))
        for week in range(0, 53, 4):
            day = date(2026, 1, 7) + timedelta(weeks=week)
            if day in changes:
                continue
            assert [slot.starts_at.astimezone(zone).time() for slot in list_day(zone, day)] == usual, (zone, day)
