"""The form of a service."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .fields import MinutesField, PickedField, PriceField

if TYPE_CHECKING:
    from tenant_apps.appointments.models import Service, StaffMember

HOUR, DAY = 60, 24 * 60
INTERVALS = (5, 10, 15, 20, 30, 45, 60, 90, 120)
BUFFERS = (0, 5, 10, 15, 20, 30, 45, 60)
NOTICES = (0, 30, HOUR, 2 * HOUR, 4 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY)
HORIZONS = (7, 14, 30, 60, 90, 180, 365)


def write_minutes(minutes: int) -> str:
    """Write a length of time in the largest unit that fits: "45 minutes", "2 hours", "3 days"."""
    for size, write in ((DAY, _days), (HOUR, _hours)):
        if minutes and minutes % size == 0:
            return write(minutes // size)
    return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}


def _hours(number: int) -> str:
    return ngettext("%(number)d hour", "%(number)d hours", number) % {"number": number}


def _days(number: int) -> str:
    return ngettext("%(number)d day", "%(number)d days", number) % {"number": number}


def _write_notice(minutes: int) -> str:
    return write_minutes(minutes) if minutes else str(_("None: up to the last moment"))


def _write_buffer(minutes: int) -> str:
    return write_minutes(minutes) if minutes else str(_("None"))


class ServiceForm(forms.Form):
    """Everything about a service. `service` is the one being changed, None for a new one."""

    name = forms.CharField(label=_("Name"), max_length=120)
    description = forms.CharField(
        label=_("Description"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    duration_minutes = forms.IntegerField(
        label=_("Duration in minutes"), min_value=5, max_value=DAY, widget=forms.NumberInput(attrs={"step": 5})
    )
    staff_ids = PickedField(label=_("Offered by"))
    is_public = forms.BooleanField(label=_("Clients can book it on my page"), required=False)
    requires_confirmation = forms.BooleanField(label=_("I confirm each booking by hand"), required=False)

    def __init__(
        self,
        *args: Any,
        currency: str,
        staff: Sequence["StaffMember"],
        service: "Service | None" = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"] = PriceField(
            currency=currency, label=_("Price (%(currency)s)") % {"currency": currency}, required=False
        )
        self.fields["slot_interval_minutes"] = _choice(_("A start every"), INTERVALS, write_minutes)
        self.fields["buffer_before_minutes"] = _choice(_("Free time before"), BUFFERS, _write_buffer)
        self.fields["buffer_after_minutes"] = _choice(_("Free time after"), BUFFERS, _write_buffer)
        self.fields["minimum_notice_minutes"] = _choice(_("Notice you need"), NOTICES, _write_notice)
        self.fields["horizon_days"] = _choice(_("Bookable up to"), HORIZONS, _write_horizon)
        self.fields["staff_ids"].offer(staff)  # type: ignore[attr-defined]
        if len(staff) == 1:
            self.fields["staff_ids"].widget = forms.MultipleHiddenInput()
        for name, write in (
            ("slot_interval_minutes", write_minutes),
            ("buffer_before_minutes", _write_buffer),
            ("buffer_after_minutes", _write_buffer),
            ("minimum_notice_minutes", _write_notice),
            ("horizon_days", _write_horizon),
        ):
            field: MinutesField = self.fields[name]  # type: ignore[assignment]
            if service is not None:
                field.include(getattr(service, name), write(getattr(service, name)))


def _write_horizon(days: int) -> str:
    return str(_("%(time)s ahead") % {"time": _days(days)})


def _choice(label: Any, values: Sequence[int], write: Any) -> MinutesField:
    return MinutesField(label=label, options=[(value, write(value)) for value in values])


def service_initial(service: "Service") -> dict[str, Any]:
    names = ("name", "description", "duration_minutes", "price", "is_public", "requires_confirmation")
    timing = (
        "slot_interval_minutes",
        "buffer_before_minutes",
        "buffer_after_minutes",
        "minimum_notice_minutes",
        "horizon_days",
    )
    return {
        **{name: getattr(service, name) for name in (*names, *timing)},
        "staff_ids": [person.pk for person in service.staff.all()],
    }


def new_service_initial(staff: Sequence["StaffMember"]) -> dict[str, Any]:
    return {
        "duration_minutes": 30,
        "slot_interval_minutes": 30,
        "buffer_before_minutes": 0,
        "buffer_after_minutes": 0,
        "minimum_notice_minutes": HOUR,
        "horizon_days": 60,
        "is_public": True,
        "staff_ids": [person.pk for person in staff],
    }
