"""The agenda: staff, services, weekly hours, time off, appointments."""

from django.apps import AppConfig


class AppointmentsConfig(AppConfig):
    name = "tenant_apps.appointments"
    verbose_name = "Appointments"
