"""URLs of a workspace. Each app adds its include lines, in alphabetical order."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("shared_apps.core.urls_preferences")),
    path("", include("shared_apps.core.urls_well_known")),
    path("", include("shared_apps.accounts.urls")),
    path("api/", include("shared_apps.core.urls_docs")),
    path("api/v1/", include("config.api_router")),
    path("", include("tenant_apps.appointments.urls_public")),
    path("panel/", include("tenant_apps.appointments.urls_panel")),
    path("", include("tenant_apps.branding.urls")),
]

if getattr(settings, "LOCAL_PAGES", False):
    urlpatterns.append(path("", include("shared_apps.core.gallery.urls")))

handler400 = "shared_apps.core.views_errors.bad_request"
handler403 = "shared_apps.core.views_errors.permission_denied"
handler404 = "shared_apps.core.views_errors.not_found"
handler500 = "shared_apps.core.views_errors.server_error"
