"""Forms of weekly hours and time off. They work without a script: the blank rows are in the page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from tenant_apps.appointments.domain import WeekBlock
from tenant_apps.appointments.services.hours import MONDAY

from .fields import ClockField, DayField, moment_of, start_of_day

if TYPE_CHECKING:
    from tenant_apps.appointments.models import StaffMember

BLOCKS_PER_DAY = 4
WEEKDAYS = range(7)
EVERYONE = "all"
LONGEST_NIGHT = 12  # hours of a block over midnight


@dataclass(frozen=True, slots=True)
class BlockRow:
    """The two fields of one block. Spare rows are blank; without a script the next one is shown."""

    starts: forms.BoundField
    ends: forms.BoundField
    is_spare: bool
    is_next: bool


@dataclass(frozen=True, slots=True)
class DayRow:
    """One weekday of the form."""

    weekday: int
    name: str
    blocks: list[BlockRow]
    errors: list[str]
    is_open: bool


class WeekForm(forms.Form):
    """A person's week: up to four blocks a day, what lies between them are breaks. Cleaned into `blocks`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday in WEEKDAYS:
            for number in range(BLOCKS_PER_DAY):
                for end in ("starts", "ends"):
                    self.fields[_name(weekday, number, end)] = ClockField(required=False)

    def clean(self) -> dict[str, Any]:
        """Check each block by itself, and that those of a day do not overlap; the nights are for the service."""
        cleaned = super().clean() or {}
        for weekday in WEEKDAYS:
            for number in range(BLOCKS_PER_DAY):
                starts, ends = self._clocks(weekday, number)
                if (starts is None) != (ends is None) and not self._has_error(weekday, number):
                    missing = _name(weekday, number, "ends" if ends is None else "starts")
                    self.add_error(missing, _("Fill in both times, or neither."))
                elif starts is not None and starts == ends and starts != time():
                    self.add_error(_name(weekday, number, "ends"), _("The end is the same as the start."))
                elif starts is not None and ends is not None and _ends_too_early(starts, ends):
                    self.add_error(_name(weekday, number, "ends"), _("The end must come after the start."))
            self._check_overlap(weekday)
        return cleaned

    def _check_overlap(self, weekday: int) -> None:
        """Mark a block that begins before the one ahead of it on its day is over."""
        blocks = []
        for number in range(BLOCKS_PER_DAY):
            starts, ends = self._clocks(weekday, number)
            if starts is not None and ends is not None:
                blocks.append((starts, number, ends))
        blocks.sort()
        for (starts, _number, ends), (following, number, following_ends) in pairwise(blocks):
            if following < ends or ends <= starts:
                times = f"{starts:%H:%M}–{ends:%H:%M} / {following:%H:%M}–{following_ends:%H:%M}"
                self.add_error(
                    _name(weekday, number, "starts"), _("These hours overlap: %(times)s.") % {"times": times}
                )

    def _clocks(self, weekday: int, number: int) -> tuple[time | None, time | None]:
        starts, ends = (self.cleaned_data.get(_name(weekday, number, end)) for end in ("starts", "ends"))
        return starts, ends

    def _has_error(self, weekday: int, number: int) -> bool:
        return any(_name(weekday, number, end) in self.errors for end in ("starts", "ends"))

    def blocks(self) -> list[WeekBlock]:
        """Return the week in order."""
        found = []
        for weekday in WEEKDAYS:
            for number in range(BLOCKS_PER_DAY):
                starts, ends = (self.cleaned_data[_name(weekday, number, end)] for end in ("starts", "ends"))
                if starts is not None:
                    found.append(WeekBlock(weekday=weekday, starts_at=starts, ends_at=ends))
        return sorted(found, key=lambda block: (block.weekday, block.starts_at))

    def days(self) -> list[DayRow]:
        """Return the weekdays with their fields, for the template."""
        return [self._day(weekday) for weekday in WEEKDAYS]

    def _day(self, weekday: int) -> DayRow:
        rows, used = [], 0
        for number in range(BLOCKS_PER_DAY):
            starts, ends = (self[_name(weekday, number, end)] for end in ("starts", "ends"))
            is_filled = any(field.value() not in (None, "") for field in (starts, ends))
            used = number + 1 if is_filled else used
            rows.append((starts, ends))
        errors = [error for starts, ends in rows for error in (*starts.errors, *ends.errors)]
        name = date_format(MONDAY + timedelta(days=weekday), "l")
        blocks = [
            BlockRow(starts, ends, is_spare=number >= max(used, 1), is_next=number == max(used, 1))
            for number, (starts, ends) in enumerate(rows)
        ]
        return DayRow(weekday, name[:1].upper() + name[1:], blocks, errors, is_open=used > 0)


def _ends_too_early(starts: time, ends: time) -> bool:
    """Tell whether an end is before its start, and too long before it for work that goes on after midnight."""
    hours = ends.hour + ends.minute / 60 + 24 - starts.hour - starts.minute / 60
    return time() < ends < starts and hours > LONGEST_NIGHT


def _name(weekday: int, number: int, end: str) -> str:
    return f"day-{weekday}-{number}-{end}"


def week_initial(blocks: Iterable[Any]) -> dict[str, time]:
    """Return the form's values for a week of blocks or rules; more than fit on a day are left out by nobody."""
    initial: dict[str, time] = {}
    counts = dict.fromkeys(WEEKDAYS, 0)
    for block in sorted(blocks, key=lambda one: (one.weekday, one.starts_at)):
        number = counts[block.weekday]
        counts[block.weekday] += 1
        initial[_name(block.weekday, number, "starts")] = block.starts_at
        initial[_name(block.weekday, number, "ends")] = block.ends_at
    return initial


def copy_monday(data: Any) -> dict[str, str]:
    """Return what was typed with Monday's times on the other weekdays, Saturday and Sunday left alone."""
    copied = {name: data.get(name, "") for name in data}
    for weekday in range(1, 5):
        for number in range(BLOCKS_PER_DAY):
            for end in ("starts", "ends"):
                copied[_name(weekday, number, end)] = data.get(_name(0, number, end), "")
    return copied


class TimeOffForm(forms.Form):
    """A period without appointments: whole days, or from one time to another."""

    staff = forms.TypedChoiceField(label=_("Who"), coerce=lambda text: None if text == EVERYONE else int(text))
    from_on = DayField(label=_("From"))
    from_time = ClockField(label=_("Time"), required=False)
    to_on = DayField(label=_("Until"), required=False, help_text=_("Empty: the same day. The last day is included."))
    to_time = ClockField(label=_("Time"), required=False)
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("Only you and your team see it.")
    )
    # Set by the page that shows which appointments lie in the period.
    confirmed = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput())

    def __init__(self, *args: Any, staff: Sequence["StaffMember"], zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        people = [(person.pk, person.name) for person in staff]
        self.fields["staff"].choices = [(EVERYONE, _("Everyone")), *people]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Turn days and times of the workspace's clock into `starts_at` and `ends_at`."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("from_on"), cleaned.get("to_on") or cleaned.get("from_on")
        if first is None or last is None or self.errors:
            return cleaned
        starts = self._moment("from_time", first)
        # Without a time the last day is off as a whole, so the period ends where the next day begins.
        ends = self._moment("to_time", last if cleaned.get("to_time") else last + timedelta(days=1))
        if starts and ends and ends <= starts:
            self.add_error("to_on", _("The end must come after the start."))
        return {**cleaned, "starts_at": starts, "ends_at": ends}

    def _moment(self, field: str, day: date) -> datetime | None:
        clock: time | None = self.cleaned_data.get(field)
        try:
            return moment_of(day, clock, self.zone) if clock else start_of_day(day, self.zone)
        except forms.ValidationError as error:
            self.add_error(field, error)
            return None
