"""The look and the public face of a workspace."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shared_apps.core.navigation import NavItem, register


class BrandingConfig(AppConfig):
    name = "tenant_apps.branding"
    label = "branding"
    verbose_name = _("Branding")

    def ready(self) -> None:
        register(NavItem(_("Settings"), "branding:business", "settings", 90, roles=("owner",)))
