"""The REST API below /api/v1/. Each app adds `path("", include("<app>.urls_api"))`, in alphabetical order."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "api"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("shared_apps.accounts.urls_api")),
    path("", include("tenant_apps.appointments.urls_api")),
    path("", include("tenant_apps.clients.urls_api")),
]
