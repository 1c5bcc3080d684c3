"""The agenda: staff, services, weekly hours, time off, appointments."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shared_apps.core.navigation import NavItem, register


class AppointmentsConfig(AppConfig):
    name = "tenant_apps.appointments"
    verbose_name = "Appointments"

    def ready(self) -> None:
        register(
            NavItem(_("Agenda"), "panel:agenda", "calendar-days", 10, also=("/panel/agenda/", "/panel/appointments/")),
            NavItem(_("Clients"), "panel:clients", "users", 20),
            NavItem(_("Services"), "panel:services", "briefcase", 30),
            NavItem(_("Hours"), "panel:hours", "clock", 40, roles=("owner",)),
            NavItem(_("Team"), "panel:team", "user-round", 50, roles=("owner",)),
        )
