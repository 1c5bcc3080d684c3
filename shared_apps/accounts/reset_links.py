"""The links that set a new password: signed per tenant, good once, for PASSWORD_RESET_TIMEOUT."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.http import urlsafe_base64_decode

from tenants.keys import tenant_key

from .models import User


class ResetTokenGenerator(PasswordResetTokenGenerator):
    """Django's generator with a key of the tenant: a link of one workspace opens nothing in another.

    Setting a password changes what is signed, so a link works once.
    """

    key_salt = "shared_apps.accounts.reset_links"

    @property
    def secret(self) -> str:  # type: ignore[override]
        return tenant_key("password_reset").hex()

    @property
    def secret_fallbacks(self) -> list[str]:  # type: ignore[override]
        return []


reset_tokens = ResetTokenGenerator()


def find_user_of_link(*, uid: str, token: str, lock: bool = False) -> User | None:
    """Return the active person that a link was made for, or None. One query."""
    try:
        pk = int(urlsafe_base64_decode(uid).decode())
    except ValueError:
        return None
    if not 0 < pk < 2**63:
        return None
    users = User.objects.select_for_update() if lock else User.objects.all()
    user = users.filter(pk=pk, is_active=True).first()
    return user if user is not None and reset_tokens.check_token(user, token) else None
