"""Forms of the onboarding."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenant_apps.appointments.services.setup import ServiceAdjustment

from .fields import PriceField
from .services import DAY

if TYPE_CHECKING:
    from tenant_apps.appointments.models import Service


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """The fields of one service."""

    service: "Service"
    is_offered: forms.BoundField
    minutes: forms.BoundField
    price: forms.BoundField


class ServicesForm(forms.Form):
    """The prefilled services, one row each: offered or not, minutes, price."""

    def __init__(self, *args: Any, services: Sequence["Service"], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.services = services
        for service in services:
            self.fields[f"offered-{service.pk}"] = forms.BooleanField(
                label=service.name, required=False, initial=service.is_active
            )
            self.fields[f"minutes-{service.pk}"] = forms.IntegerField(
                label=_("Minutes"),
                min_value=5,
                max_value=DAY,
                initial=service.duration_minutes,
                widget=forms.NumberInput(attrs={"step": 5, "inputmode": "numeric"}),
            )
            self.fields[f"price-{service.pk}"] = PriceField(
                currency=currency, label=_("Price"), required=False, initial=service.price
            )

    def rows(self) -> list[ServiceRow]:
        return [
            ServiceRow(
                service,
                self[f"offered-{service.pk}"],
                self[f"minutes-{service.pk}"],
                self[f"price-{service.pk}"],
            )
            for service in self.services
        ]

    def adjustments(self) -> list[ServiceAdjustment]:
        cleaned = self.cleaned_data
        return [
            ServiceAdjustment(
                service_id=service.pk,
                is_offered=cleaned[f"offered-{service.pk}"],
                duration_minutes=cleaned[f"minutes-{service.pk}"],
                price=cleaned[f"price-{service.pk}"],
            )
            for service in self.services
        ]


class LookForm(forms.Form):
    """Name, color and logo in one."""

    name = forms.CharField(label=_("Business name"), max_length=120)
    color = forms.CharField(label=_("Color"), max_length=7, widget=forms.TextInput(attrs={"type": "color"}))
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        max_length=255,
        help_text=_("PNG, JPEG or WebP, up to 2 MB."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
