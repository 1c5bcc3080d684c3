"""Passing a signed-in person from the apex to their workspace, whose cookies the apex cannot set."""

from datetime import datetime, timedelta

from django.db import transaction

from shared_apps.accounts.errors import HandoverCodeInvalid
from shared_apps.accounts.models import HandoverCode, User
from shared_apps.core.crypto import new_token, token_hash
from tenants.hosts import normalize_host

LIFETIME = timedelta(seconds=30)


def issue_handover_code(*, user_id: int, host: str, now: datetime) -> str:
    """Return a code that signs the person in once, on this host, within 30 seconds. Only its hash is stored.

    Runs inside the tenant. Removes codes that have expired.
    """
    code = new_token()
    with transaction.atomic():
        HandoverCode.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
        HandoverCode.objects.create(
            user_id=user_id, code_hash=token_hash(code), host=normalize_host(host), expires_at=now + LIFETIME
        )
    return code


def redeem_handover_code(*, code: str, host: str, now: datetime) -> User:
    """Spend a code and return whom it signs in. Of two at once one wins, by compare-and-set.

    Raises HandoverCodeInvalid when it is unknown, used, expired, made for another host, or its person was deactivated.
    """
    hashed = token_hash(code)
    # No condition on the person here: a join makes Django filter through a sub-query, which PostgreSQL does not
    # evaluate again after waiting for the row, and then both of two at once would win.
    live = HandoverCode.objects.filter(code_hash=hashed, host=normalize_host(host), used_at=None, expires_at__gt=now)
    with transaction.atomic():
        if not live.update(used_at=now):
            raise HandoverCodeInvalid
        user = User.objects.get(handover_codes__code_hash=hashed)
        if not user.is_active:
            raise HandoverCodeInvalid
        return user
