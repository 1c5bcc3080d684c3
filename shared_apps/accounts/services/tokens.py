"""Issuing, rotating and revoking the API's tokens."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from rest_framework_simplejwt.settings import api_settings

from shared_apps.accounts import tokens
from shared_apps.accounts.errors import TokenInvalid
from shared_apps.accounts.models import RefreshToken


@dataclass(frozen=True)
class TokenPair:
    access: str
    refresh: str


def issue_tokens(*, user_id: int, now: datetime) -> TokenPair:
    """Start a family of tokens for someone who just proved who they are. Removes rows that have expired."""
    with transaction.atomic():
        RefreshToken.objects.filter(expires_at__lte=now).delete()
        row = _add_token(user_id=user_id, family=uuid.uuid4(), now=now)
    return _pair(row)


def rotate_tokens(*, refresh: str, now: datetime) -> TokenPair:
    """Spend a refresh token and return its successor with a new access token.

    Locks the token's row. Two tabs that spend the same token within JWT_ROTATION_GRACE_SECONDS get the same successor,
    minted again from its stored id and times. Later than that the token was stolen or restored from somewhere: the
    whole family is revoked, thief and owner alike. Raises TokenInvalid.
    """
    jti = tokens.read_refresh_token(refresh)
    with transaction.atomic():
        row = RefreshToken.objects.select_for_update(of=("self",)).select_related("user").filter(jti=jti).first()
        if row is None or row.revoked_at is not None or not row.user.is_active:
            raise TokenInvalid
        if row.replaced_at is None:
            successor = _add_token(user_id=row.user_id, family=row.family, now=now)
            row.replaced_by = successor
            row.replaced_at = now
            row.save(update_fields=["replaced_by", "replaced_at"])
            return _pair(successor)
        if now - row.replaced_at <= timedelta(seconds=settings.JWT_ROTATION_GRACE_SECONDS) and row.replaced_by:
            return _pair(row.replaced_by)
        _revoke(family=row.family, now=now)
    # Raised after the commit, or the revocation would be rolled back with it.
    raise TokenInvalid


def revoke_tokens(*, refresh: str, now: datetime) -> None:
    """Sign out: revoke the family of a refresh token. An already revoked one is fine. Raises TokenInvalid."""
    jti = tokens.read_refresh_token(refresh)
    with transaction.atomic():
        row = RefreshToken.objects.filter(jti=jti).first()
        if row is None:
            raise TokenInvalid
        _revoke(family=row.family, now=now)


def revoke_all_tokens(*, user_id: int) -> None:
    """Remove every token of a person; access tokens stop at once, because each request looks for its family."""
    RefreshToken.objects.filter(user_id=user_id).delete()


def _add_token(*, user_id: int, family: uuid.UUID, now: datetime) -> RefreshToken:
    expires_at = now + api_settings.REFRESH_TOKEN_LIFETIME
    return RefreshToken.objects.create(
        jti=uuid.uuid4(), family=family, user_id=user_id, issued_at=now, expires_at=expires_at
    )


def _revoke(*, family: uuid.UUID, now: datetime) -> None:
    RefreshToken.objects.filter(family=family, revoked_at=None).update(revoked_at=now)


def _pair(row: RefreshToken) -> TokenPair:
    return TokenPair(
        access=tokens.mint_access_token(user_id=row.user_id, family=row.family),
        refresh=tokens.mint_refresh_token(
            jti=row.jti,
            family=row.family,
            user_id=row.user_id,
            issued_at=row.issued_at,
            expires_at=row.expires_at,
        ),
    )
