"""The gallery's address."""

from django.urls import path

from .views import show_gallery

urlpatterns = [path("dev/components/", show_gallery, name="component_gallery")]
