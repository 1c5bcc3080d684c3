"""URLs of the apex. Each app adds one include line, in alphabetical order."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("shared_apps.core.urls_preferences")),
    path("", include("shared_apps.core.urls_well_known")),
    path("", include("shared_apps.operators.urls")),
    path("", include("shared_apps.signup.urls")),
]

handler400 = "shared_apps.core.views_errors.bad_request"
handler403 = "shared_apps.core.views_errors.permission_denied"
handler404 = "shared_apps.core.views_errors.not_found"
handler500 = "shared_apps.core.views_errors.server_error"
