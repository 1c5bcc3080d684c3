"""Forms of a workspace's settings."""

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shared_apps.core.countries import find_country
from tenants.context import TenantSnapshot

from .domain import Branding, Profile
from .models import Theme

# Continents of the IANA database; the rest of its names are links and technical zones that nobody lives in.
AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def _length(name: str) -> int:
    field: Any = Theme._meta.get_field(name)
    return int(field.max_length)


class ProfileForm(forms.Form):
    """The business's name and the words of its public page."""

    name = forms.CharField(
        label=_("Business name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    tagline = forms.CharField(
        label=_("One sentence about you"),
        max_length=_length("tagline"),
        required=False,
        help_text=_("Shown under the name on your page."),
    )
    address = forms.CharField(
        label=_("Address"),
        max_length=_length("address"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "street-address"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=_length("phone"),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    about = forms.CharField(
        label=_("About"),
        max_length=_length("about"),
        required=False,
        help_text=_("What you do, for whom, how to find the door."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, workspace: TenantSnapshot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workspace = workspace

    def clean_phone(self) -> str:
        """Return the number in international form; one without a country code belongs to the workspace's country."""
        text: str = self.cleaned_data["phone"]
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text, self.workspace.country or None)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise forms.ValidationError(_("Write a phone number, with its country code if it is from abroad."))
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    def profile(self) -> Profile:
        return Profile(**self.cleaned_data)


def profile_initial(branding: Branding) -> dict[str, str]:
    return {
        "name": branding.name,
        "tagline": branding.tagline,
        "address": branding.address,
        "phone": branding.phone,
        "about": branding.about,
    }


@cache
def _world_zones() -> tuple[tuple[str, str], ...]:
    names = sorted(name for name in available_timezones() if name.split("/")[0] in AREAS)
    return tuple((name, name.replace("_", " ")) for name in names)


def zone_choices(country: str) -> list[Any]:
    """Return the zones of a country under their usual names, then those of the world."""
    home = find_country(country)
    language = get_language() or "es"
    groups: list[Any] = []
    if home is not None:
        groups.append((home.name(language), [(zone.name, zone.label(language)) for zone in home.zones]))
    own = {zone.name for zone in home.zones} if home else set()
    groups.append((_("Everywhere"), [choice for choice in _world_zones() if choice[0] not in own]))
    return groups


class RegionForm(forms.Form):
    """Language and time zone of a workspace."""

    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("The language of your page and of the e-mails to your clients. Each visitor may switch."),
    )
    timezone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, *args: Any, workspace: TenantSnapshot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = zone_choices(workspace.country)
        known = {name for _label, zones in choices for name, _text in zones}
        if workspace.timezone not in known:
            choices.insert(0, (workspace.timezone, str(ZoneInfo(workspace.timezone))))
        self.fields["timezone"].choices = choices  # type: ignore[attr-defined]


class ColorForm(forms.Form):
    """The workspace's color; whether it is one is for the service to say."""

    color = forms.CharField(label=_("Color"), max_length=7, widget=forms.TextInput(attrs={"type": "color"}))


class LogoForm(forms.Form):
    """A logo; what the file really is, the service finds out by decoding it."""

    logo = forms.FileField(
        label=_("Logo"),
        max_length=255,
        help_text=_("PNG, JPEG or WebP, up to 2 MB. A square one looks best."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
