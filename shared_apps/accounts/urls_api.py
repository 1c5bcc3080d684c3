"""The endpoints of accounts, below /api/v1/."""

from django.urls import path

from . import (
    api,
    openapi,  # noqa: F401  (registers how the schema describes our tokens)
)

urlpatterns = [
    path("auth/obtain/", api.ObtainTokensView.as_view(), name="auth_obtain"),
    path("auth/refresh/", api.RefreshTokensView.as_view(), name="auth_refresh"),
    path("auth/logout/", api.LogoutView.as_view(), name="auth_logout"),
    path("me/", api.MeView.as_view(), name="me"),
]
