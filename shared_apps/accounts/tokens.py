"""JSON Web Tokens of one workspace: signed with a key derived for it, and naming it as their audience.

A token of another workspace fails twice: its signature does not verify, and its `aud` is another schema.
"""

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from rest_framework_simplejwt import tokens as simplejwt
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.utils import datetime_to_epoch

from tenants.context import current
from tenants.keys import tenant_key

from .errors import TokenInvalid

FAMILY_CLAIM = "sid"  # the sign-in that a token descends from
KEY_PURPOSE = "jwt"


@lru_cache(maxsize=1024)
def _backend(schema: str, signing_key: str) -> TokenBackend:
    return TokenBackend(api_settings.ALGORITHM, signing_key=signing_key, audience=schema, issuer="oficio")


def tenant_backend() -> TokenBackend:
    """Return what signs and verifies in the current context. Raises NoTenantContext outside one."""
    return _backend(current().schema, tenant_key(KEY_PURPOSE).hex())


class _TenantToken(simplejwt.Token):
    def get_token_backend(self) -> TokenBackend:
        return tenant_backend()


class AccessToken(_TenantToken):
    token_type = "access"  # noqa: S105
    lifetime = api_settings.ACCESS_TOKEN_LIFETIME


class RefreshToken(_TenantToken):
    """Spent tokens are rows of accounts.RefreshToken, not of simplejwt's blacklist, which would store them readable."""

    token_type = "refresh"  # noqa: S105
    lifetime = api_settings.REFRESH_TOKEN_LIFETIME


def mint_access_token(*, user_id: int, family: UUID) -> str:
    token = AccessToken()
    token[api_settings.USER_ID_CLAIM] = str(user_id)
    token[FAMILY_CLAIM] = family.hex
    return str(token)


def mint_refresh_token(*, jti: UUID, family: UUID, user_id: int, issued_at: datetime, expires_at: datetime) -> str:
    """Return the text of a token. The same values always give the same text."""
    token = RefreshToken()
    token.payload = {
        api_settings.TOKEN_TYPE_CLAIM: RefreshToken.token_type,
        "exp": datetime_to_epoch(expires_at),
        "iat": datetime_to_epoch(issued_at),
        "jti": jti.hex,
        FAMILY_CLAIM: family.hex,
        api_settings.USER_ID_CLAIM: str(user_id),
    }
    return str(token)


def read_refresh_token(text: str) -> UUID:
    """Return the id of a refresh token that this workspace signed and that has not expired. Raises TokenInvalid."""
    try:
        return UUID(RefreshToken(text)["jti"])  # type: ignore[arg-type]
    except TokenError as error:
        raise TokenInvalid from error
