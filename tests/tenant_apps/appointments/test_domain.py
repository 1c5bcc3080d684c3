"""When somebody is free: examples, and properties over random weeks, zones and appointments."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_apps.appointments.domain import (
    BookingRules,
    Refusal,
    Slot,
    StaffCalendar,
    WeekBlock,
    choose_staff,
    compute_slots,
    explain_refusal,
    find_slot,
    merge,
    nearest_slots,
    overlapping_blocks,
    subtract,
    week_seconds,
)

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HALF_HOURS = BookingRules(duration_minutes=30, slot_interval_minutes=30, horizon_days=10_000)
MADRID = ZoneInfo("Europe/Madrid")
MONDAY = date(2026, 3, 2)


def week(start: str, end: str, *days: int) -> list[WeekBlock]:
    return [WeekBlock(day, time.fromisoformat(start), time.fromisoformat(end)) for day in (days or range(7))]


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def interval(zone: ZoneInfo, day: date, start: str, end: str) -> tuple[int, int]:
    moments = (datetime.combine(day, time.fromisoformat(text), zone) for text in (start, end))
    return tuple(seconds(moment) for moment in moments)  # type: ignore[return-value]


def listed(
    blocks: list[WeekBlock],
    *,
    on: date = MONDAY,
    zone: ZoneInfo = MADRID,
    rules: BookingRules = HALF_HOURS,
    now: datetime = LONG_AGO,
    **calendar: object,
) -> list[str]:
    """Return the wall times of a day's slots."""
    calendars = [StaffCalendar(1, blocks, **calendar)]  # type: ignore[arg-type]
    slots = compute_slots(rules=rules, calendars=calendars, zone=zone, from_on=on, to_on=on, now=now)
    return [f"{slot.starts_at.astimezone(zone):%H:%M}" for slot in slots]


def test_compute_slots_fills_each_block() -> None:
    assert listed(week("09:00", "10:30", 0) + week("16:00", "17:00", 0)) == [
        "09:00", "09:30", "10:00", "16:00", "16:30",
    ]  # fmt: skip


def test_compute_slots_on_a_day_without_blocks_is_empty() -> None:
    assert listed(week("09:00", "10:30", 1)) == []


def test_compute_slots_grid_starts_with_each_block() -> None:
    rules = BookingRules(duration_minutes=20, slot_interval_minutes=25, horizon_days=10_000)
    assert listed(week("09:10", "10:00", 0) + week("12:00", "12:20", 0), rules=rules) == ["09:10", "09:35", "12:00"]


def test_compute_slots_may_last_from_one_block_into_the_next_that_touches_it() -> None:
    rules = BookingRules(duration_minutes=60, slot_interval_minutes=30, horizon_days=10_000)
    blocks = week("09:00", "10:00", 0) + week("10:00", "11:00", 0)
    assert listed(blocks, rules=rules) == ["09:00", "09:30", "10:00"]


def test_compute_slots_ends_at_midnight() -> None:
    assert listed(week("23:00", "00:00", 0)) == ["23:00", "23:30"]


def test_compute_slots_over_midnight_belong_to_the_day_they_start_on() -> None:
    blocks = week("23:00", "01:00", 0)
    assert listed(blocks) == ["23:00", "23:30"]
    assert listed(blocks, on=MONDAY + timedelta(days=1)) == ["00:00", "00:30"]


def test_compute_slots_may_last_over_midnight_when_both_days_are_open() -> None:
    rules = BookingRules(duration_minutes=90, slot_interval_minutes=60, horizon_days=10_000)
    assert listed(week("22:00", "00:00", 0) + week("00:00", "02:00", 1), rules=rules) == ["22:00", "23:00"]


def test_compute_slots_whole_day() -> None:
    rules = BookingRules(duration_minutes=360, slot_interval_minutes=360, horizon_days=10_000)
    assert listed(week("00:00", "00:00", 0), rules=rules) == ["00:00", "06:00", "12:00", "18:00"]


def test_compute_slots_leaves_out_what_is_busy() -> None:
    busy = [interval(MADRID, MONDAY, "09:45", "10:00")]
    assert listed(week("09:00", "11:00", 0), busy=busy) == ["09:00", "10:00", "10:30"]


def test_compute_slots_leaves_out_time_off() -> None:
    off = [interval(MADRID, MONDAY, "00:00", "10:15")]
    assert listed(week("09:00", "11:00", 0), time_off=off) == ["10:30"]


def test_compute_slots_buffers_may_lie_outside_opening_hours_and_in_time_off() -> None:
    rules = BookingRules(30, 30, buffer_before_minutes=30, buffer_after_minutes=30, horizon_days=10_000)
    off = [interval(MADRID, MONDAY, "10:00", "12:00")]
    assert listed(week("09:00", "12:00", 0), rules=rules, time_off=off) == ["09:00", "09:30"]


def test_compute_slots_buffers_keep_away_from_other_appointments() -> None:
    rules = BookingRules(30, 30, buffer_before_minutes=15, buffer_after_minutes=30, horizon_days=10_000)
    busy = [interval(MADRID, MONDAY, "11:00", "11:30")]
    assert listed(week("09:00", "13:00", 0), rules=rules, busy=busy) == ["09:00", "09:30", "10:00", "12:00", "12:30"]


def test_compute_slots_minimum_notice_counts_from_now() -> None:
    rules = BookingRules(30, 30, minimum_notice_minutes=60, horizon_days=10_000)
    now = datetime(2026, 3, 2, 9, 0, tzinfo=MADRID)
    assert listed(week("09:00", "11:00", 0), rules=rules, now=now) == ["10:00", "10:30"]
    later = now + timedelta(microseconds=1)
    assert listed(week("09:00", "11:00", 0), rules=rules, now=later) == ["10:30"]


def test_compute_slots_horizon_includes_its_last_day() -> None:
    rules = BookingRules(30, 30, horizon_days=2)
    now = datetime(2026, 3, 2, 23, 30, tzinfo=MADRID)  # already the 3rd in some zones, still the 2nd in Madrid
    blocks = week("09:00", "09:30")
    calendars = [StaffCalendar(1, blocks)]
    slots = compute_slots(
        rules=rules, calendars=calendars, zone=MADRID, from_on=MONDAY, to_on=MONDAY + timedelta(days=30), now=now
    )
    assert [slot.starts_at.astimezone(MADRID).date() for slot in slots] == [date(2026, 3, 3), date(2026, 3, 4)]


def test_compute_slots_names_who_is_free_in_the_order_given() -> None:
    blocks = week("09:00", "10:00", 0)
    busy = [interval(MADRID, MONDAY, "09:00", "09:30")]
    calendars = [StaffCalendar(7, blocks), StaffCalendar(3, blocks, busy=busy)]
    slots = compute_slots(
        rules=HALF_HOURS, calendars=calendars, zone=MADRID, from_on=MONDAY, to_on=MONDAY, now=LONG_AGO
    )
    assert [slot.staff_ids for slot in slots] == [(7,), (7, 3)]


def test_compute_slots_keep_their_wall_time_over_the_year() -> None:
    blocks = week("09:00", "10:00", 0)
    for number in range(60):
        assert listed(blocks, on=MONDAY + timedelta(weeks=number)) == ["09:00", "09:30"]


# Madrid, 29 March 2026: 02:00 → 03:00.  25 October 2026: 03:00 → 02:00.
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def test_compute_slots_gap_has_no_slot_and_keeps_the_grid() -> None:
    rules = BookingRules(duration_minutes=45, slot_interval_minutes=45, horizon_days=10_000)
    blocks = week("00:00", "06:00")
    usual = ["00:00", "00:45", "01:30", "02:15", "03:00", "03:45", "04:30", "05:15"]
    assert listed(blocks, on=SPRING - timedelta(days=7), rules=rules) == usual
    # 01:30 lasts 45 elapsed minutes, until 03:15.
    assert listed(blocks, on=SPRING, rules=rules) == [start for start in usual if start != "02:15"]


def test_compute_slots_block_inside_the_gap_does_not_exist() -> None:
    assert listed(week("02:00", "03:00"), on=SPRING) == []
    assert listed(week("02:15", "03:30"), on=SPRING) == []
    assert listed(week("02:00", "03:30"), on=SPRING) == ["03:00"]


def test_compute_slots_fold_is_open_both_times() -> None:
    assert listed(week("01:30", "03:30"), on=AUTUMN) == ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"]
    assert listed(week("02:00", "02:30"), on=AUTUMN) == ["02:00", "02:00"]


def test_compute_slots_fold_closes_while_the_clock_shows_a_closed_time() -> None:
    hour = BookingRules(duration_minutes=60, slot_interval_minutes=30, horizon_days=10_000)
    # Open 02:30–04:00: the first 02:30 lasts half an hour, then the clock shows 02:00, closed.
    assert listed(week("02:30", "04:00"), on=AUTUMN, rules=hour) == ["02:30", "03:00"]


def test_explain_refusal_names_each_reason() -> None:
    rules = BookingRules(30, 30, minimum_notice_minutes=120, horizon_days=3)
    now = datetime(2026, 3, 2, 9, 10, tzinfo=MADRID)
    busy = [interval(MADRID, MONDAY, "12:00", "12:30")]
    calendars = [StaffCalendar(1, week("09:00", "13:00"), busy=busy)]

    def reason(text: str) -> Refusal | None:
        starts_at = datetime.fromisoformat(text).replace(tzinfo=MADRID)
        return explain_refusal(rules=rules, calendars=calendars, zone=MADRID, starts_at=starts_at, now=now)

    assert reason("2026-03-02 11:30") is None
    assert reason("2026-03-02 09:00") is Refusal.PAST
    assert reason("2026-03-02 11:00") is Refusal.TOO_SOON
    assert reason("2026-03-05 12:30") is None
    assert reason("2026-03-06 12:30") is Refusal.BEYOND_HORIZON
    assert reason("2026-03-02 12:00") is Refusal.TAKEN
    assert reason("2026-03-02 12:45") is Refusal.CLOSED
    assert reason("2026-03-02 15:00") is Refusal.CLOSED


def test_nearest_slots_are_in_order_of_time() -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    slots = [Slot(start + timedelta(hours=hour), start + timedelta(hours=hour + 1), (1,)) for hour in range(10)]
    nearest = nearest_slots(slots, near=start + timedelta(hours=5, minutes=10), limit=3)
    assert [slot.starts_at - start for slot in nearest] == [timedelta(hours=hour) for hour in (4, 5, 6)]


def test_choose_staff_prefers_the_least_booked_then_the_order_given() -> None:
    assert choose_staff([5, 2, 9], {5: 1, 9: 0, 2: 0}) == [2, 9, 5]
    assert choose_staff([5, 2, 9], {}) == [5, 2, 9]


@pytest.mark.parametrize(
    ("blocks", "overlap"),
    [
        (week("09:00", "12:00", 0) + week("12:00", "14:00", 0), False),
        (week("09:00", "12:00", 0) + week("11:59", "14:00", 0), True),
        (week("22:00", "02:00", 0) + week("01:00", "03:00", 1), True),
        (week("22:00", "02:00", 0) + week("02:00", "03:00", 1), False),
        (week("22:00", "02:00", 6) + week("01:00", "03:00", 0), True),
        (week("22:00", "00:00", 6) + week("00:00", "03:00", 0), False),
        (week("09:00", "12:00", 0) * 2, True),
        ([], False),
    ],
)
def test_overlapping_blocks(blocks: list[WeekBlock], overlap: bool) -> None:
    assert (overlapping_blocks(blocks) is not None) is overlap


# --- Properties --------------------------------------------------------------------------------
ZONES = [
    "America/Mexico_City", "America/Santiago", "America/Bogota", "America/Argentina/Buenos_Aires", "Europe/Madrid",
    "Australia/Lord_Howe", "America/Havana", "Africa/Casablanca", "Asia/Kathmandu", "Pacific/Chatham", "UTC",
]  # fmt: skip
quarters = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
blocks_strategy = st.lists(
    st.builds(WeekBlock, st.integers(0, 6), quarters, quarters).filter(
        lambda block: block.starts_at != block.ends_at or block.ends_at == time(0)
    ),
    max_size=10,
)
rules_strategy = st.builds(
    BookingRules,
    duration_minutes=st.sampled_from([5, 20, 30, 45, 60, 90, 480]),
    slot_interval_minutes=st.sampled_from([5, 15, 20, 30, 45, 60]),
    buffer_before_minutes=st.sampled_from([0, 5, 30]),
    buffer_after_minutes=st.sampled_from([0, 10, 60]),
    minimum_notice_minutes=st.sampled_from([0, 60, 2880]),
    horizon_days=st.integers(1, 20),
)
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def span(draw: st.DrawFn, base: int) -> tuple[int, int]:
    start = base + draw(st.integers(-2 * 96, 6 * 96)) * 900 + draw(st.sampled_from([0, 60, 61]))
    return start, start + draw(st.integers(1, 40)) * 600


@st.composite
def situations(draw: st.DrawFn) -> dict[str, object]:
    first = draw(days)
    base = seconds(datetime(first.year, first.month, first.day, tzinfo=UTC))
    calendars = [
        StaffCalendar(
            staff_id=number,
            blocks=draw(blocks_strategy),
            time_off=[span(draw, base) for _ in range(draw(st.integers(0, 2)))],
            busy=[span(draw, base) for _ in range(draw(st.integers(0, 6)))],
        )
        for number in range(1, draw(st.integers(1, 3)) + 1)
    ]
    return {
        "rules": draw(rules_strategy),
        "calendars": calendars,
        "zone": ZoneInfo(draw(st.sampled_from(ZONES))),
        "from_on": first,
        "to_on": first + timedelta(days=draw(st.integers(0, 4))),
        "now": datetime.fromtimestamp(base, UTC) + timedelta(minutes=draw(st.integers(-4000, 2000))),
    }


def is_open(blocks: list[WeekBlock], zone: ZoneInfo, instant: int) -> bool:
    """Tell whether the wall clock shows an opening time, in the most literal way."""
    wall = datetime.fromtimestamp(instant, zone).replace(tzinfo=None)
    second_of_week = wall.weekday() * 86_400 + wall.hour * 3600 + wall.minute * 60 + wall.second
    for block in blocks:
        start, end = week_seconds(block)
        if start <= second_of_week < end or start <= second_of_week + 7 * 86_400 < end:
            return True
    return False


def overlaps(one: tuple[int, int], others: object) -> bool:
    return any(one[0] < end and start < one[1] for start, end in others)  # type: ignore[attr-defined]


@given(situations())
@settings(max_examples=150, deadline=None)
def test_every_slot_is_open_free_and_accepted(situation: dict[str, object]) -> None:
    rules: BookingRules = situation["rules"]  # type: ignore[assignment]
    zone: ZoneInfo = situation["zone"]  # type: ignore[assignment]
    now: datetime = situation["now"]  # type: ignore[assignment]
    calendars = {calendar.staff_id: calendar for calendar in situation["calendars"]}  # type: ignore[attr-defined]
    slots = compute_slots(**situation)  # type: ignore[arg-type]
    assert slots == sorted(slots, key=lambda slot: slot.starts_at)
    for slot in slots:
        start, end = seconds(slot.starts_at), seconds(slot.ends_at)
        local = slot.starts_at.astimezone(zone).date()
        assert situation["from_on"] <= local <= situation["to_on"]  # type: ignore[operator]
        assert local <= now.astimezone(zone).date() + timedelta(days=rules.horizon_days)
        assert slot.starts_at >= now + timedelta(minutes=rules.minimum_notice_minutes)
        assert end - start == rules.duration_minutes * 60
        kept = (start - rules.buffer_before_minutes * 60, end + rules.buffer_after_minutes * 60)
        for staff_id in slot.staff_ids:
            calendar = calendars[staff_id]
            assert all(is_open(calendar.blocks, zone, instant) for instant in range(start, end, 300))
            assert not overlaps((start, end), calendar.time_off)
            assert not overlaps(kept, calendar.busy)
    every_fifth = slots[::5]
    accepted = [
        find_slot(rules=rules, calendars=list(calendars.values()), zone=zone, starts_at=slot.starts_at, now=now)
        for slot in every_fifth
    ]
    assert accepted == every_fifth


@given(situations())
@settings(max_examples=60, deadline=None)
def test_what_is_not_listed_is_refused_with_a_reason_that_holds(situation: dict[str, object]) -> None:
    rules: BookingRules = situation["rules"]  # type: ignore[assignment]
    zone: ZoneInfo = situation["zone"]  # type: ignore[assignment]
    now: datetime = situation["now"]  # type: ignore[assignment]
    calendars: list[StaffCalendar] = situation["calendars"]  # type: ignore[assignment]
    first: date = situation["from_on"]  # type: ignore[assignment]
    listed_starts = {slot.starts_at for slot in compute_slots(**{**situation, "to_on": first})}  # type: ignore[arg-type]
    midnight = seconds(datetime(first.year, first.month, first.day, tzinfo=zone))
    for number in range(0, 96, 7):
        starts_at = datetime.fromtimestamp(midnight + number * 900, UTC)
        if starts_at.astimezone(zone).date() != first:
            continue
        reason = explain_refusal(rules=rules, calendars=calendars, zone=zone, starts_at=starts_at, now=now)
        assert (reason is None) == (starts_at in listed_starts)
        if reason is Refusal.PAST:
            assert starts_at < now
        elif reason is Refusal.TAKEN:
            start = seconds(starts_at)
            kept = (
                start - rules.buffer_before_minutes * 60,
                start + (rules.duration_minutes + rules.buffer_after_minutes) * 60,
            )
            assert any(overlaps(kept, calendar.busy) for calendar in calendars)


@given(situations())
@settings(max_examples=60, deadline=None)
def test_nothing_free_is_left_out(situation: dict[str, object]) -> None:
    """The fast function against the slowest one: try every minute of the day."""
    rules: BookingRules = situation["rules"]  # type: ignore[assignment]
    zone: ZoneInfo = situation["zone"]  # type: ignore[assignment]
    first: date = situation["from_on"]  # type: ignore[assignment]
    calendar: StaffCalendar = situation["calendars"][0]  # type: ignore[index]
    duration = rules.duration_minutes * 60
    midnight = seconds(datetime(first.year, first.month, first.day, tzinfo=UTC))
    expected = set()
    for start in range(midnight - 86_400, midnight + 2 * 86_400, 300):
        moment = datetime.fromtimestamp(start, UTC)
        wall = moment.astimezone(zone).replace(tzinfo=None)
        if wall.date() != first or moment < situation["now"] + timedelta(minutes=rules.minimum_notice_minutes):  # type: ignore[operator]
            continue
        if first > situation["now"].astimezone(zone).date() + timedelta(days=rules.horizon_days):  # type: ignore[attr-defined]
            continue
        second_of_week = wall.weekday() * 86_400 + wall.hour * 3600 + wall.minute * 60
        on_grid = any(
            begin <= second < end and (second - begin) % (rules.slot_interval_minutes * 60) == 0
            for begin, end in map(week_seconds, calendar.blocks)
            for second in (second_of_week, second_of_week + 7 * 86_400)
        )
        if not on_grid or not all(
            is_open(calendar.blocks, zone, instant) for instant in range(start, start + duration, 300)
        ):
            continue
        kept = (start - rules.buffer_before_minutes * 60, start + duration + rules.buffer_after_minutes * 60)
        if not overlaps((start, start + duration), calendar.time_off) and not overlaps(kept, calendar.busy):
            expected.add(moment)
    slots = compute_slots(**{**situation, "to_on": first, "calendars": [calendar]})  # type: ignore[arg-type]
    assert {slot.starts_at for slot in slots} == expected


spans = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 10)).map(lambda pair: (pair[0], pair[0] + pair[1])))


@given(spans, spans)
def test_subtract_agrees_with_sets(kept: list[tuple[int, int]], removed: list[tuple[int, int]]) -> None:
    def numbers(intervals: list[tuple[int, int]]) -> set[int]:
        return {number for start, end in intervals for number in range(start, end)}

    assert numbers(subtract(merge(kept), merge(removed))) == numbers(kept) - numbers(removed)
