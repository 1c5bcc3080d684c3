"""The operators' panel and the full health report, on the apex."""

from django.urls import path

from . import panel  # noqa: F401  (registers the lists)
from .sites import full_health, operator_site

urlpatterns = [
    path("operators/", operator_site.urls),
    path("health/full", full_health, name="health_full"),
]
