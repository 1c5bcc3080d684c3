"""The clients' endpoints, below /api/v1/."""

from django.urls import path

from . import api

urlpatterns = [
    path("clients/", api.ClientsView.as_view(), name="clients"),
    path("clients/<int:client_id>/", api.ClientView.as_view(), name="client"),
]
