"""The sign-up form and the form that changes the address of a waiting sign-up."""

import unicodedata
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shared_apps.accounts.domain import normalize_email
from shared_apps.core.countries import COUNTRIES, Country
from tenants.domain import SLUG_MAX, is_valid_slug
from tenants.errors import SlugInvalid
from tenants.selectors import is_slug_free

from .domain import Application, load_sectors
from .selectors import suggest_addresses


def clean_line(text: str) -> str:
    """Return a text that is one visible line. Raises ValidationError for control characters and invisible names."""
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise ValidationError(_("Line breaks and control characters are not allowed here."))
    if not any(character.isprintable() and not character.isspace() for character in text):
        raise ValidationError(_("Write at least one visible character."))
    return text


class AddressForm(forms.Form):
    """One field: the workspace's address. Letters are lowered; an empty one means “choose for me”."""

    slug = forms.CharField(
        label=_("Address of your workspace"),
        max_length=SLUG_MAX,
        required=False,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"].lower()
        if slug and not is_valid_slug(slug):
            raise ValidationError(str(SlugInvalid()), code=SlugInvalid.code)
        return slug


class FindWorkspaceForm(forms.Form):
    """The address of somebody's workspace: its first part, or all of it as copied from the browser."""

    slug = forms.CharField(
        label=_("Address of your workspace"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "organization"}),
    )

    def clean_slug(self) -> str:
        typed: str = self.cleaned_data["slug"].lower()
        slug = typed.rpartition("//")[2].split("/")[0].split(":")[0].split(".")[0]
        if not is_valid_slug(slug) or is_slug_free(slug=slug):
            raise ValidationError(_("There is no workspace at this address. Check how it is written."))
        return slug


class SignUpForm(AddressForm):
    """What a newcomer fills in. `language` and `country` are where the visitor seems to come from."""

    business = forms.CharField(
        label=_("Name of your business"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    sector = forms.ChoiceField(label=_("Line of work"))
    country = forms.ChoiceField(label=_("Country"))
    timezone = forms.CharField(label=_("Time zone"), max_length=64, required=False, widget=forms.Select)
    person = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        help_text=_("At least 10 characters, not all of them digits; no common password, nor your name or e-mail."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    accepts_terms = forms.BooleanField(
        label=_("I accept the terms of use and the privacy notice"),
        error_messages={"required": _("Please accept the terms to create your workspace.")},
    )
    # People do not see this field; programs that fill in every field do.
    website = forms.CharField(required=False, max_length=200)

    def __init__(self, *args: Any, language: str, country: Country, zone: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = language
        self.fields["sector"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose one")),
            *((sector.slug, sector.name.localized(language)) for sector in load_sectors().values()),
        ]
        countries = [(found.code, found.name(language)) for found in COUNTRIES.values()]
        self.fields["country"].choices = countries  # type: ignore[attr-defined]
        self.fields["country"].initial = country.code
        self._ask_while_typing()
        chosen = COUNTRIES.get(str(self["country"].value()), country)
        self.zones = [(found.name, found.label(language)) for found in chosen.zones]
        self.fields["timezone"].widget.choices = self.zones
        self.fields["timezone"].initial = zone if chosen.has_zone(zone) else chosen.timezone

    def _ask_while_typing(self) -> None:
        """Let the page suggest an address for the name, and show the zones of the chosen country."""
        self.fields["business"].widget.attrs |= {
            "hx-get": f"{reverse('signup:address')}?source=business",
            "hx-trigger": "input changed delay:400ms",
            "hx-include": "[name=slug],[name=suggested],[name=sector]",
            "hx-target": "#address-control",
            "hx-swap": "outerHTML",
            "hx-sync": "this:replace",
        }
        self.fields["country"].widget.attrs |= {
            "hx-get": reverse("signup:zones"),
            "hx-trigger": "change",
            "hx-include": "[name=timezone]",
            "hx-target": "#zone-field",
            "hx-swap": "outerHTML",
        }

    def focus(self) -> None:
        """Put the cursor into the first field, or the first one with an error: of several, browsers take the first."""
        for name in self.errors or ("business",):
            if name in self.fields:
                self.fields[name].widget.attrs["autofocus"] = True

    @property
    def has_zone_choice(self) -> bool:
        return len(self.zones) > 1

    def clean_business(self) -> str:
        return clean_line(self.cleaned_data["business"])

    def clean_person(self) -> str:
        return clean_line(self.cleaned_data["person"])

    def clean_email(self) -> str:
        email = normalize_email(self.cleaned_data["email"])
        self.fields["email"].run_validators(email)  # compatibility characters may have grown
        return email

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("website"):
            raise ValidationError(_("We could not create the workspace: a field that must stay empty was filled in."))
        country = COUNTRIES.get(values.get("country", ""))
        if country and not country.has_zone(values.get("timezone", "")):
            values["timezone"] = country.timezone  # a zone of another country: without JavaScript
        if "password" in values:
            self._check_password(values)
        if values.get("slug") == "" and not self.errors:
            suggested = suggest_addresses(business=values["business"], sector=values["sector"], language=self.language)
            if suggested:
                values["slug"] = suggested[0]
            else:
                self.add_error("slug", _("Choose an address for your workspace."))
        return values

    def _check_password(self, values: dict[str, Any]) -> None:
        newcomer = get_user_model()(email=values.get("email", ""), name=values.get("person", ""))
        try:
            validate_password(values["password"], user=newcomer)
        except ValidationError as error:
            self.add_error("password", error)

    def application(self) -> Application:
        """Return the checked values. Only for a valid form."""
        values = self.cleaned_data
        return Application(
            person=values["person"],
            email=values["email"],
            business=values["business"],
            slug=values["slug"],
            sector=values["sector"],
            country=values["country"],
            timezone=values["timezone"],
            language=self.language,
        )
