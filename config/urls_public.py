"""URLs of the apex. Each app adds one include line, in alphabetical order."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []

handler400 = "shared_apps.core.views_errors.bad_request"
handler403 = "shared_apps.core.views_errors.permission_denied"
handler404 = "shared_apps.core.views_errors.not_found"
handler500 = "shared_apps.core.views_errors.server_error"
