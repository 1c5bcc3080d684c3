"""Who calls the API: the bearer of an access token that this workspace signed."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings

if TYPE_CHECKING:
    from .models import User
    from .tokens import AccessToken


class TenantJWTAuthentication(JWTAuthentication):
    """Verifies with the tenant's key and audience, and finds the person and their living sign-in in one query."""

    def get_validated_token(self, raw_token: bytes) -> "AccessToken":  # type: ignore[override]
        from .tokens import AccessToken  # simplejwt's tokens need the app registry; the settings name this module

        try:
            return AccessToken(raw_token)  # type: ignore[arg-type]
        except TokenError as error:
            raise AuthenticationFailed(_("The token is not valid or has expired."), code="token_invalid") from error

    def get_user(self, validated_token: Any) -> "User":  # type: ignore[override]
        from .selectors import find_token_bearer
        from .tokens import FAMILY_CLAIM

        user = find_token_bearer(
            user_id=int(validated_token[api_settings.USER_ID_CLAIM]), family=UUID(validated_token[FAMILY_CLAIM])
        )
        if user is None:
            raise AuthenticationFailed(_("The token is not valid or has expired."), code="token_invalid")
        return user
