"""Sign-up: from a visitor on the apex to the owner of a workspace."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SignupConfig(AppConfig):
    name = "shared_apps.signup"
    label = "signup"
    verbose_name = _("Sign-up")
