"""Addresses of a visitor's preferences, included at the root of both urlconfs."""

from django.urls import path
from django.views.i18n import set_language

from .views_preferences import set_theme

urlpatterns = [
    path("i18n/setlang/", set_language, name="set_language"),
    path("theme/", set_theme, name="set_theme"),
]
