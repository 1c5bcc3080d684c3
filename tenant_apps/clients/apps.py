"""Clients: the people a professional works for."""

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "tenant_apps.clients"
    verbose_name = "Clients"
