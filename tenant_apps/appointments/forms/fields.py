"""Fields that forms of the panel share."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from shared_apps.core.money import FORMS

Choice = tuple[int, Any]


def moment_of(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the instant at which the wall clock shows a time; the first one where it shows it twice.

    Raises ValidationError for a time that clocks skip on that day.
    """
    wall = datetime.combine(day, clock, tzinfo=zone)
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise forms.ValidationError(_("That time does not exist on this day: clocks change."))
    return instant


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a local day; where clocks skip midnight (Chile), the instant of the change."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


class DayInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    """The browser's own time picker, in steps of five minutes."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"step": 300, **(attrs or {})}, format="%H:%M")


class DayField(forms.DateField):
    widget = DayInput

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **options)


class ClockField(forms.TimeField):
    widget = ClockInput

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%H:%M", "%H:%M:%S"], **options)


class PriceField(forms.DecimalField):
    """An amount in the workspace's currency, with the decimals that people there write."""

    def __init__(self, *, currency: str, **options: Any) -> None:
        places = FORMS[currency].places if currency in FORMS else 2
        super().__init__(min_value=Decimal(0), max_digits=12, decimal_places=2, **options)
        self.widget.attrs.update({"step": str(Decimal(1).scaleb(-places)), "inputmode": "decimal"})

    def prepare_value(self, value: Any) -> Any:
        """Leave out decimals that are zero: 450.00 is 450 in the field."""
        if isinstance(value, Decimal) and value == value.to_integral_value():
            return str(int(value))
        return super().prepare_value(value)


class MinutesField(forms.TypedChoiceField):
    """A number of minutes (or days) from a short list; a value that is not on it joins it."""

    def __init__(self, *, options: Sequence[Choice], **rest: Any) -> None:
        self.options = list(options)
        super().__init__(choices=self.options, coerce=int, **rest)

    def include(self, value: int | None, label: str) -> None:
        """Add a stored value that the list does not know."""
        if value is not None and value not in {known for known, _label in self.options}:
            self.options = sorted([*self.options, (value, label)], key=lambda choice: choice[0])
            self.choices = self.options


class PickedField(forms.TypedMultipleChoiceField):
    """Some of a list of rows with names, as checkboxes; cleaned into their ids."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:
        super().__init__(coerce=int, **options)

    def offer(self, rows: Iterable[Any]) -> None:
        self.choices = [(row.pk, row.name) for row in rows]
