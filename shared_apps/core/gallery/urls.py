"""Addresses of the gallery."""

from django.urls import path

from .views import show_calendar, show_gallery

urlpatterns = [
    path("dev/components/", show_gallery, name="component_gallery"),
    path("dev/calendar/", show_calendar, name="calendar_gallery"),
]
