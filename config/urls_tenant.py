"""URLs of a workspace. Each app adds its include lines, in alphabetical order."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("config.api_router")),
]

handler400 = "shared_apps.core.views_errors.bad_request"
handler403 = "shared_apps.core.views_errors.permission_denied"
handler404 = "shared_apps.core.views_errors.not_found"
handler500 = "shared_apps.core.views_errors.server_error"
