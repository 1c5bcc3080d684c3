"""The forms of accounts."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .domain import MAX_PASSWORD_LENGTH


class PasswordField(forms.CharField):
    def __init__(self, *, is_new: bool = False, **options: Any) -> None:
        autocomplete = "new-password" if is_new else "current-password"
        widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
        super().__init__(strip=False, max_length=MAX_PASSWORD_LENGTH, widget=widget, **options)


class SignInForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = PasswordField(label=_("Password"))


class ForgotPasswordForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )


class SetPasswordForm(forms.Form):
    new_password = PasswordField(label=_("New password"), is_new=True, help_text=_("At least 10 characters."))


class ChangePasswordForm(forms.Form):
    current_password = PasswordField(label=_("Current password"))
    new_password = PasswordField(label=_("New password"), is_new=True, help_text=_("At least 10 characters."))


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("The workspace's language")), *settings.LANGUAGES],
    )
