"""The form of a client."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenant_apps.clients.domain import ClientDetails

if TYPE_CHECKING:
    from tenant_apps.clients.models import Client


class ClientForm(forms.Form):
    """What is on file of a client. Whether phone and e-mail hold is for the service to say."""

    name = forms.CharField(label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    notes = forms.CharField(
        label=_("Notes"),
        max_length=5000,
        required=False,
        help_text=_("Only you and your team see them."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def details(self) -> ClientDetails:
        cleaned = self.cleaned_data
        return ClientDetails(name=cleaned["name"], email=cleaned["email"], phone=cleaned["phone"])


def client_initial(client: "Client") -> dict[str, Any]:
    return {"name": client.name, "phone": client.phone, "email": client.email, "notes": client.notes}
