"""Addresses that browsers and crawlers ask for by themselves, included at the root of both urlconfs."""

from django.urls import path

from .views_well_known import favicon, robots

urlpatterns = [
    path("favicon.ico", favicon),
    path("robots.txt", robots),
]
