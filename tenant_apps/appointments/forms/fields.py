"""Fields that forms of the panel share."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from shared_apps.core.money import form_of, parse_amount

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
    """An amount in the workspace's currency, read and shown as people there write it."""

    default_error_messages = {
        "invalid": _("Write an amount such as %(example)s."),
        "max_decimal_places": _("Write an amount such as %(example)s."),
        "whole": _("Prices in %(currency)s have no decimals: write an amount such as %(example)s."),
    }

    def __init__(self, *, currency: str, **options: Any) -> None:
        self.currency, self.form = currency, form_of(currency)
        widget = forms.TextInput({"inputmode": "decimal" if self.form.places else "numeric", "autocomplete": "off"})
        super().__init__(min_value=Decimal(0), max_digits=12, decimal_places=2, widget=widget, **options)

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        try:
            amount = parse_amount(str(value), self.currency)
        except ValueError as error:
            raise self._error("invalid") from error
        if amount != round(amount, self.form.places):
            raise self._error("max_decimal_places" if self.form.places else "whole")
        return round(amount, self.form.places)

    def _error(self, code: str) -> forms.ValidationError:
        example = f"12{self.form.group}500"
        if self.form.places:
            example += f"{self.form.decimal}50"
        return forms.ValidationError(
            self.error_messages[code], code=code, params={"example": example, "currency": self.currency}
        )

    def prepare_value(self, value: Any) -> Any:
        """Leave out decimals that are zero: 450.00 is 450 in the field."""
        if not isinstance(value, Decimal):
            return super().prepare_value(value)
        if value == value.to_integral_value():
            return str(int(value))
        return str(value).replace(".", self.form.decimal)


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
