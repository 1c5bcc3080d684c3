"""The workspace's week as visitors read it: when somebody is there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from django.utils.dates import WEEKDAYS

from shared_apps.core.moments import write_moment

if TYPE_CHECKING:
    from tenant_apps.appointments.models import AvailabilityRule

MIDNIGHT = 24 * 60


@dataclass(frozen=True, slots=True)
class OpeningDay:
    """Shapes: hours like "9:00–14:00", in order; none when nobody works that day."""

    name: str
    hours: Sequence[str]
    is_today: bool


def list_week(rules: "Iterable[AvailabilityRule]", *, country: str, today: date) -> list[OpeningDay]:
    """Return seven days from Monday, with the hours of all people joined; nothing when nobody has hours."""
    blocks: dict[int, list[tuple[int, int]]] = {weekday: [] for weekday in range(7)}
    for rule in rules:
        start, end = _minutes(rule.starts_at), _minutes(rule.ends_at)
        blocks[rule.weekday].append((start, end if end > start else end + MIDNIGHT))
    if not any(blocks.values()):
        return []
    return [
        OpeningDay(
            name=str(WEEKDAYS[weekday]),
            hours=[f"{_write(start, country)}–{_write(end, country)}" for start, end in join(blocks[weekday])],
            is_today=weekday == today.weekday(),
        )
        for weekday in range(7)
    ]


def join(intervals: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return intervals in order, with those that overlap or touch made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _write(minutes: int, country: str) -> str:
    """Write a time of day by the country's clock. A moment in UTC carries it: no day of another zone lacks an hour."""
    hour, minute = divmod(minutes % MIDNIGHT, 60)
    return write_moment(datetime(2000, 1, 1, hour, minute, tzinfo=UTC), zone=UTC, form="time", country=country)
