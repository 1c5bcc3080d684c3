"""Forms of one appointment: made by hand, moved, cancelled, annotated."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from tenant_apps.clients.domain import ClientDetails

from .fields import ClockField, DayField, moment_of

if TYPE_CHECKING:
    from tenant_apps.appointments.models import Appointment, Service, StaffMember


def _outside_hours_field() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("Even outside the usual hours"),
        required=False,
        help_text=_("Two appointments at once are never possible."),
    )


ANYONE = "any"


class _MomentForm(forms.Form):
    """A day and a time of the workspace's clock, cleaned into `starts_at`."""

    on = DayField(label=_("Day"))
    at = ClockField(label=_("Time"))

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("on") and cleaned.get("at"):
            try:
                cleaned["starts_at"] = moment_of(cleaned["on"], cleaned["at"], self.zone)
            except forms.ValidationError as error:
                self.add_error("at", error)
        return cleaned


class AppointmentForm(_MomentForm):
    """A new appointment: what, who, when, and a client on file or a new one."""

    service_id = forms.TypedChoiceField(label=_("Service"), coerce=int)
    staff_id = forms.TypedChoiceField(label=_("With"), coerce=lambda text: None if text == ANYONE else int(text))
    ignore_hours = _outside_hours_field()
    client_id = forms.IntegerField(required=False, widget=forms.HiddenInput())
    name = forms.CharField(
        label=_("Name"), max_length=150, error_messages={"required": _("Choose a client or write a name.")}
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    notes = forms.CharField(
        label=_("Notes"),
        max_length=2000,
        required=False,
        help_text=_("Only you and your team see them."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    field_order = ("service_id", "staff_id", "on", "at")

    def __init__(
        self, *args: Any, services: Sequence["Service"], staff: Sequence["StaffMember"], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service_id"].choices = [(service.pk, service.name) for service in services]  # type: ignore[attr-defined]
        people = [(person.pk, person.name) for person in staff]
        anyone = [(ANYONE, _("Whoever is free"))] if len(people) > 1 else []
        self.fields["staff_id"].choices = [*anyone, *people]  # type: ignore[attr-defined]
        if len(people) == 1:
            self.initial["staff_id"] = people[0][0]
        # Only a client who is not on file needs a name; the field says so.
        self.fields["name"].required = not self["client_id"].value()

    def details(self) -> ClientDetails:
        cleaned = self.cleaned_data
        return ClientDetails(name=cleaned["name"], email=cleaned["email"], phone=cleaned["phone"])


class RescheduleForm(_MomentForm):
    """A new time, and if wanted another person."""

    staff_id = forms.TypedChoiceField(label=_("With"), coerce=int)
    ignore_hours = _outside_hours_field()

    field_order = ("on", "at", "staff_id")

    def __init__(self, *args: Any, staff: Sequence["StaffMember"], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["staff_id"].choices = [(person.pk, person.name) for person in staff]  # type: ignore[attr-defined]


def reschedule_initial(appointment: "Appointment", zone: ZoneInfo) -> dict[str, Any]:
    wall: datetime = appointment.starts_at.astimezone(zone)
    return {"on": wall.date(), "at": wall.time(), "staff_id": appointment.staff_id}


class CancelForm(forms.Form):
    """Why an appointment is cancelled; the client reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        help_text=_("Your client reads it in the e-mail about the cancellation."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class NotesForm(forms.Form):
    """Notes about one appointment."""

    notes = forms.CharField(
        label=_("Notes"),
        max_length=2000,
        required=False,
        help_text=_("Only you and your team see them."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
