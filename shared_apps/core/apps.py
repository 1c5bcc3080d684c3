"""Core: errors, HTMX and API plumbing, crypto. No business words, no concrete models."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "shared_apps.core"
    label = "core"
