"""What a visitor types to book and to cancel."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext_lazy as _

from tenant_apps.clients.domain import ClientDetails
from tenants.keys import tenant_key

CONTACT_TEMPLATE = "appointments/public/_contact_field.html"


def _signer() -> Signer:
    return Signer(key=tenant_key("booking form").hex(), salt="booking form")


def new_form_key() -> str:
    """Return a signed, fresh reference: the appointment gets it, so that a form sent twice books once."""
    return _signer().sign(str(uuid4()))


def read_form_key(text: str) -> UUID | None:
    """Return the reference that we signed, or None. An unsigned one could name somebody else's appointment."""
    try:
        return UUID(_signer().unsign(text))
    except (BadSignature, ValueError):
        return None


class BookingForm(forms.Form):
    """Who is coming. Whether phone and e-mail are real ones is for the service to say."""

    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        template_name=CONTACT_TEMPLATE,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        template_name=CONTACT_TEMPLATE,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    note = forms.CharField(
        label=_("Anything we should know"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    # People never see it; programs that fill in everything do.
    website = forms.CharField(required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        has_contact = values.get("email") or values.get("phone")
        if not has_contact and not {"email", "phone"} & set(self.errors):
            self.add_error("email", _("Leave an e-mail or a phone, so that we can reach you."))
        if values.get("website"):
            raise forms.ValidationError(_("This looks like an automatic message. Reload the page and try again."))
        return values

    def details(self) -> ClientDetails:
        values = self.cleaned_data
        return ClientDetails(name=values["name"], email=values["email"], phone=values["phone"])


class CancelForm(forms.Form):
    """Why the client does not come."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
