"""The accounts' endpoints: tokens, and who one is."""

from dataclasses import asdict
from typing import Any

from django.contrib import auth
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from shared_apps.accounts import services
from shared_apps.accounts.errors import WrongCredentials
from shared_apps.accounts.models import User
from shared_apps.accounts.permissions import IsMember
from shared_apps.accounts.serializers import (
    CredentialsSerializer,
    MeSerializer,
    RefreshSerializer,
    TokenPairSerializer,
)
from shared_apps.core.addresses import client_network
from shared_apps.core.api_views import EndpointView
from shared_apps.core.ratelimit import limit
from tenants.context import current_tenant


class _DoorView(EndpointView):
    """Open to everyone; an Authorization header is not even read, so that a spent token does not get in the way."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


@extend_schema(tags=["auth"])
class ObtainTokensView(_DoorView):
    @extend_schema(operation_id="auth_obtain", request=CredentialsSerializer, responses=TokenPairSerializer)
    def post(self, request: Request) -> Response:
        """Sign in: trade an e-mail address and a password for a pair of tokens of this workspace."""
        given = self.given(CredentialsSerializer)
        user = auth.authenticate(request._request, username=given["email"], password=given["password"])
        if user is None:
            raise WrongCredentials
        return Response(asdict(services.issue_tokens(user_id=user.pk, now=timezone.now())))


@extend_schema(tags=["auth"])
class RefreshTokensView(_DoorView):
    @extend_schema(operation_id="auth_refresh", request=RefreshSerializer, responses=TokenPairSerializer)
    def post(self, request: Request) -> Response:
        """Trade a refresh token for the next pair.

        Within 30 seconds the same token gives the same successor (two tabs at once); later its whole family is revoked.
        """
        limit("token_refresh", client_network(request._request), "120/m")
        given = self.given(RefreshSerializer)
        return Response(asdict(services.rotate_tokens(refresh=given["refresh"], now=timezone.now())))


@extend_schema(tags=["auth"])
class LogoutView(_DoorView):
    @extend_schema(operation_id="auth_logout", request=RefreshSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Sign out: revoke the refresh token and everything that descends from the same sign-in, at once."""
        given = self.given(RefreshSerializer)
        services.revoke_tokens(refresh=given["refresh"], now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["me"])
class MeView(EndpointView):
    permission_classes = (IsMember,)

    @extend_schema(operation_id="me_get", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Who the caller is, and in which workspace."""
        return Response(_me(request.user))

    @extend_schema(operation_id="me_update", request=MeSerializer, responses=MeSerializer)
    def patch(self, request: Request) -> Response:
        """Change one's own name or language."""
        given = self.given(MeSerializer, partial=True)
        user = services.update_profile(
            user_id=request.user.pk,
            name=given.get("name", request.user.name),
            language=given.get("language", request.user.language),
        )
        return Response(_me(user))


def _me(user: User) -> dict[str, Any]:
    return dict(
        MeSerializer(
            {
                "id": user.pk,
                "email": user.email,
                "name": user.name,
                "role": user.role,
                "language": user.language,
                "workspace": current_tenant(),
            }
        ).data
    )
