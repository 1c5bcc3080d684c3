"""Tenants: models, context, host routing, database backend, provisioning, fleet migrations."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = _("Workspaces")

    def ready(self) -> None:
        from . import checks, health  # noqa: F401  (checks registers the system checks)

        health.register()
