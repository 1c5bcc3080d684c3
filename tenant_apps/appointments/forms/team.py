"""The form of a person with a calendar."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from .fields import PickedField

if TYPE_CHECKING:
    from tenant_apps.appointments.models import Service, StaffMember

COLORS = ("#1f4e9c", "#0b5a66", "#3d6b2f", "#9a5b13", "#a3352b", "#8c2f6b", "#5b3fa8", "#33383d")


class StaffForm(forms.Form):
    """A name, a color for the agenda, and what the person offers."""

    name = forms.CharField(label=_("Name"), max_length=120)
    color = forms.CharField(
        label=_("Color in the agenda"),
        max_length=7,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write a color such as #0b5a66."))],
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    service_ids = PickedField(label=_("Offers"), required=False)
    is_active = forms.BooleanField(
        label=_("Takes appointments"),
        required=False,
        help_text=_("Switched off, nothing new can be booked with this person; what is booked stays."),
    )

    def __init__(self, *args: Any, services: Sequence["Service"], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service_ids"].offer(services)  # type: ignore[attr-defined]

    def clean_color(self) -> str:
        return str(self.cleaned_data["color"]).lower()


def staff_initial(member: "StaffMember") -> dict[str, Any]:
    return {
        "name": member.name,
        "color": member.color or COLORS[0],
        "is_active": member.is_active,
        "service_ids": [service.pk for service in member.services.all()],
    }
