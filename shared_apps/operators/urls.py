"""The operators' panel and the full health report, on the apex."""

from django.urls import path

from .sites import full_health, operator_site

urlpatterns = [
    path("operators/", operator_site.urls),
    path("health/full", full_health, name="health_full"),
]
