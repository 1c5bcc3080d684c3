"""Addresses of a workspace's look and settings."""

from django.urls import path, re_path

from .views import panel, public

app_name = "branding"
urlpatterns = [
    path("theme.css", public.theme_css, name="theme_css"),
    re_path(
        r"^media/branding/(?P<key>[0-9a-f]{16})/(?P<name>mark\.webp|logo\.webp|logo\.png)$", public.logo, name="logo"
    ),
    path("panel/settings/", panel.BusinessView.as_view(), name="business"),
    path("panel/settings/region/", panel.RegionView.as_view(), name="region"),
    path("panel/settings/look/", panel.LookView.as_view(), name="look"),
    path("panel/settings/look/preview/", panel.ColorPreviewView.as_view(), name="color_preview"),
    path("panel/settings/logo/", panel.LogoView.as_view(), name="replace_logo"),
    path("panel/settings/logo/remove/", panel.RemoveLogoView.as_view(), name="remove_logo"),
]
