"""When somebody is free: one pure function for what is listed and for what is accepted. No Django.

Weekly hours are wall time in the workspace's zone. A person is open at the instants at which the wall clock shows an
opening time, which settles the days on which clocks change:

- a local time that does not exist is no instant, so nothing starts in the gap, and a block inside it is no block;
- a local time that happens twice is open both times, and both are listed (their offsets differ);
- slots start at the same wall times every week, and last their duration in real, elapsed minutes.

A slot lies inside opening hours and outside time off. Its buffers need not: cleaning may happen before opening and
after closing. What may not overlap is the busy range, the slot with its buffers, with the busy ranges of other
appointments. The exclusion constraint on appointments says the same.

Instants are whole seconds since 1970 in here, intervals half-open pairs of them: no datetime is made per slot tried.
Source: docs/adr/0009-one-slot-function.md
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

MINUTE = 60
DAY = 86_400
MIDNIGHT = time()
EPOCH = date(1970, 1, 1).toordinal()
EPOCH_WEEKDAY = 3  # a Thursday
# Calendars, zones and databases count with these years without trouble.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
# Offsets are compared this often; no zone has changed twice within such a time since 1970.
PROBE = 6 * 3600

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class WeekBlock:
    """Opening hours of a weekday (0 is Monday). An end at or before the start is on the next day; 00:00 is midnight."""

    weekday: int
    starts_at: time
    ends_at: time


@dataclass(frozen=True, slots=True)
class BookingRules:
    """How a service is booked."""

    duration_minutes: int
    slot_interval_minutes: int
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    minimum_notice_minutes: int = 0
    horizon_days: int = 60


@dataclass(frozen=True, slots=True)
class ServiceDetails:
    """Everything a professional decides about a service. Without a currency the workspace's applies."""

    name: str
    rules: BookingRules
    description: str = ""
    price: Decimal | None = None
    currency: str = ""
    requires_confirmation: bool = False
    is_public: bool = True
    order: int = 0


@dataclass(frozen=True, slots=True)
class StaffCalendar:
    """What decides when one person is free. Intervals are in epoch seconds and in no particular order."""

    staff_id: int
    blocks: Sequence[WeekBlock]
    time_off: Sequence[Interval] = ()
    busy: Sequence[Interval] = ()


class Slot(NamedTuple):
    """A time at which a service may start, in UTC, and who is free then (never empty, in the order given)."""

    starts_at: datetime
    ends_at: datetime
    staff_ids: tuple[int, ...] = ()

    def as_data(self) -> dict[str, object]:
        """Return the slot's values by name."""
        return {
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "staff_ids": list(self.staff_ids),
        }


class Refusal(Enum):
    """Why a time is not among the slots."""

    PAST = "past"
    TOO_SOON = "too_soon"
    BEYOND_HORIZON = "beyond_horizon"
    TAKEN = "taken"
    CLOSED = "closed"


def compute_slots(
    *,
    rules: BookingRules,
    calendars: Sequence[StaffCalendar],
    zone: ZoneInfo,
    from_on: date,
    to_on: date,
    now: datetime,
) -> list[Slot]:
    """Return the free slots that start on the local days from_on to to_on, both included, in order of time."""
    from_on, to_on = max(from_on, now.astimezone(zone).date()), min(to_on, latest_day(rules, zone, now))
    if from_on > to_on:
        return []
    offsets = ZoneOffsets(zone, from_on, to_on)
    earliest = math.ceil((now + timedelta(minutes=rules.minimum_notice_minutes)).timestamp())
    window = offsets.instants(wall_seconds(from_on), wall_seconds(to_on) + DAY)
    window = subtract(window, [(0, earliest)])
    free: defaultdict[int, list[int]] = defaultdict(list)
    if window:
        for calendar in calendars:
            for start in _free_starts(rules, calendar, offsets, window):
                free[start].append(calendar.staff_id)
    duration = timedelta(minutes=rules.duration_minutes)
    slots = []
    for instant in sorted(free):
        starts_at = datetime.fromtimestamp(instant, UTC)
        slots.append(Slot(starts_at, starts_at + duration, tuple(free[instant])))
    return slots


def explain_refusal(
    *, rules: BookingRules, calendars: Sequence[StaffCalendar], zone: ZoneInfo, starts_at: datetime, now: datetime
) -> Refusal | None:
    """Tell why a time cannot be booked, or None if it can: it is among the slots of its day."""
    if find_slot(rules=rules, calendars=calendars, zone=zone, starts_at=starts_at, now=now) is not None:
        return None
    if starts_at < now:
        return Refusal.PAST
    if starts_at < now + timedelta(minutes=rules.minimum_notice_minutes):
        return Refusal.TOO_SOON
    if starts_at.astimezone(zone).date() > latest_day(rules, zone, now):
        return Refusal.BEYOND_HORIZON
    empty = [StaffCalendar(calendar.staff_id, calendar.blocks, calendar.time_off) for calendar in calendars]
    is_open = find_slot(rules=rules, calendars=empty, zone=zone, starts_at=starts_at, now=now) is not None
    return Refusal.TAKEN if is_open else Refusal.CLOSED


def find_slot(
    *, rules: BookingRules, calendars: Sequence[StaffCalendar], zone: ZoneInfo, starts_at: datetime, now: datetime
) -> Slot | None:
    """Return the slot that starts at this very instant, or None: the booking check, by the function that lists."""
    day = starts_at.astimezone(zone).date()
    slots = compute_slots(rules=rules, calendars=calendars, zone=zone, from_on=day, to_on=day, now=now)
    return next((slot for slot in slots if slot.starts_at == starts_at), None)


def latest_day(rules: BookingRules, zone: ZoneInfo, now: datetime) -> date:
    """Return the last local day that may be booked now."""
    return now.astimezone(zone).date() + timedelta(days=rules.horizon_days)


def busy_range(rules: BookingRules, starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
    """Return the time an appointment keeps from others: its own and the buffers."""
    return (
        starts_at - timedelta(minutes=rules.buffer_before_minutes),
        ends_at + timedelta(minutes=rules.buffer_after_minutes),
    )


def day_has_come(starts_at: datetime, *, zone: ZoneInfo, now: datetime) -> bool:
    """Tell whether it is the local day of an appointment, or later."""
    return now.astimezone(zone).date() >= starts_at.astimezone(zone).date()


def nearest_slots(slots: Iterable[Slot], *, near: datetime, limit: int) -> list[Slot]:
    """Return the slots nearest to a moment, in order of time."""
    nearest = sorted(slots, key=lambda slot: (abs(slot.starts_at - near), slot.starts_at))[:limit]
    return sorted(nearest, key=lambda slot: slot.starts_at)


def choose_staff(free: Sequence[int], booked: dict[int, int]) -> list[int]:
    """Return who is free, fairest first: fewest appointments that day, then in the order given."""
    return sorted(free, key=lambda staff_id: booked.get(staff_id, 0))


def overlapping_blocks(blocks: Sequence[WeekBlock]) -> tuple[WeekBlock, WeekBlock] | None:
    """Return two blocks of a week that overlap, over Sunday midnight too, or None."""
    spans = sorted(((*week_seconds(block), block) for block in blocks), key=lambda span: span[:2])
    for (_, end, block), (start, _, following) in pairwise(spans):
        if start < end:
            return block, following
    if len(spans) > 1 and spans[-1][1] - 7 * DAY > spans[0][0]:
        return spans[-1][2], spans[0][2]
    return None


def week_seconds(block: WeekBlock) -> Interval:
    """Return when a block begins and ends, in seconds since Monday 00:00 by the wall clock."""
    start, end = (
        block.weekday * DAY + moment.hour * 3600 + moment.minute * MINUTE + moment.second
        for moment in (block.starts_at, block.ends_at)
    )
    return start, end if end > start else end + DAY


class ZoneOffsets:
    """A zone's offsets around some days, as (first instant, offset): conversions without a datetime each."""

    def __init__(self, zone: ZoneInfo, from_on: date, to_on: date) -> None:
        first = wall_seconds(from_on) - 3 * DAY
        last = wall_seconds(to_on) + 4 * DAY
        self.starts = [first]
        self.offsets = [_offset(zone, first)]
        for before, after in pairwise(range(first, last + PROBE, PROBE)):
            if (offset := _offset(zone, after)) != self.offsets[-1]:
                self.starts.append(_find_change(zone, before, after))
                self.offsets.append(offset)
        self.ends = [*self.starts[1:], last + PROBE]
        self._pieces: dict[Interval, Sequence[tuple[int, int, int]]] = {}

    def pieces(self, wall_start: int, wall_end: int) -> Sequence[tuple[int, int, int]]:
        """Return (start, end, offset) of the instants at which the wall clock shows a time of the interval.

        Kept, because people share their hours.
        """
        key = wall_start, wall_end
        if (known := self._pieces.get(key)) is None:
            cut = (
                (max(wall_start - offset, first), min(wall_end - offset, last), offset)
                for first, last, offset in zip(self.starts, self.ends, self.offsets, strict=True)
            )
            known = self._pieces[key] = [piece for piece in cut if piece[0] < piece[1]]
        return known

    def instants(self, wall_start: int, wall_end: int) -> list[Interval]:
        """Return the instants at which the wall clock shows a time of the interval, merged."""
        return merge((start, end) for start, end, _ in self.pieces(wall_start, wall_end))


def wall_seconds(day: date) -> int:
    """Return the local midnight at which a day begins, as if the zone were UTC."""
    return (day.toordinal() - EPOCH) * DAY


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the union of intervals, sorted, with those that touch joined."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def subtract(
    intervals: Sequence[Interval], removed: Sequence[Interval], *, before: int = 0, after: int = 0
) -> list[Interval]:
    """Return what merged intervals keep without others, which are sorted, may overlap, and are widened to each side."""
    left: list[Interval] = []
    position, count = 0, len(removed)
    for start, end in intervals:
        while position < count:
            removed_start, removed_end = removed[position]
            if removed_start - before >= end:
                break
            if removed_end + after > start:
                if removed_start - before > start:
                    left.append((start, removed_start - before))
                start = removed_end + after
                if start >= end:
                    break  # it may reach into the next interval
            position += 1
        if start < end:
            left.append((start, end))
    return left


def intersect(intervals: Sequence[Interval], others: Sequence[Interval]) -> list[Interval]:
    """Return what two lists of merged intervals have in common."""
    common: list[Interval] = []
    first = 0
    for start, end in intervals:
        while first < len(others) and others[first][1] <= start:
            first += 1
        for other_start, other_end in others[first:]:
            if other_start >= end:
                break
            common.append((max(start, other_start), min(end, other_end)))
    return common


def _free_starts(
    rules: BookingRules, calendar: StaffCalendar, offsets: ZoneOffsets, window: Sequence[Interval]
) -> set[int]:
    """Return the instants inside the window at which the service may start with this person.

    Works on whole intervals of allowed starts; only what is free is enumerated.
    """
    pieces = sorted(_open_pieces(calendar.blocks, offsets, window))
    opened = subtract(merge(piece[:2] for piece in pieces), sorted(calendar.time_off))
    duration = rules.duration_minutes * MINUTE
    fits = intersect([(start, end - duration + 1) for start, end in opened if end - duration >= start], window)
    # [s − before, s + duration + after) overlaps [b, e) exactly when b − duration − after < s < e + before.
    allowed = subtract(
        fits,
        sorted(calendar.busy),
        before=duration + rules.buffer_after_minutes * MINUTE - 1,
        after=rules.buffer_before_minutes * MINUTE,
    )
    step = rules.slot_interval_minutes * MINUTE
    starts: list[int] = []
    position = 0
    for first, last in allowed:
        while pieces[position][1] <= first:
            position += 1
        for index in range(position, len(pieces)):
            start, end, offset, anchor = pieces[index]
            if start >= last:
                break
            # The grid is in wall time, from the block's beginning.
            origin = anchor - offset
            low = first if first > start else start
            starts.extend(range(origin - (origin - low) // step * step, last if last < end else end, step))
    return set(starts)


def _open_pieces(
    blocks: Sequence[WeekBlock], offsets: ZoneOffsets, window: Sequence[Interval]
) -> Iterator[tuple[int, int, int, int]]:
    """Yield (start, end, offset, wall time of the block's beginning) of the blocks that matter for the window.

    From two days before, for what lasts over midnight, to two days after, for what continues into the next block.
    """
    by_weekday: dict[int, list[Interval]] = {}
    for block in blocks:
        start, end = week_seconds(block)
        day = block.weekday * DAY
        by_weekday.setdefault(block.weekday, []).append((start - day, end - day))
    first, last = window[0][0] // DAY - 2, window[-1][1] // DAY + 2
    for number in range(first, last + 1):
        for start, end in by_weekday.get((number + EPOCH_WEEKDAY) % 7, ()):
            anchor = number * DAY + start
            for piece_start, piece_end, offset in offsets.pieces(anchor, number * DAY + end):
                yield piece_start, piece_end, offset, anchor


def _offset(zone: ZoneInfo, instant: int) -> int:
    offset = datetime.fromtimestamp(instant, zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _find_change(zone: ZoneInfo, before: int, after: int) -> int:
    """Return the first instant in (before, after] with another offset than before's."""
    old = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after
