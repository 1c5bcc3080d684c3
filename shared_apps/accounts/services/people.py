"""People and their passwords."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from shared_apps.accounts import gateways
from shared_apps.accounts.domain import normalize_email
from shared_apps.accounts.enums import Role
from shared_apps.accounts.errors import EmailTaken, ResetLinkInvalid, RoleNotAllowed, WrongPassword
from shared_apps.accounts.models import User
from shared_apps.accounts.reset_links import find_user_of_link, reset_tokens
from shared_apps.core.constraints import constraint_name
from shared_apps.core.errors import InvalidInput
from tenants.context import is_public

from .sessions import end_other_sessions
from .tokens import revoke_all_tokens


def create_user(
    *, email: str, name: str, role: str, password: str = "", password_hash: str = "", language: str = ""
) -> User:
    """Create a person in the schema in context: operators in public, everyone else in a tenant.

    Takes a password, which it checks, or the hash of one that was checked when it was chosen (sign-up).

    Raises InvalidInput for fields that do not hold, EmailTaken (also when somebody registers at the same moment),
    RoleNotAllowed.
    """
    if (role == Role.OPERATOR) is not is_public():
        raise RoleNotAllowed
    user = User(email=normalize_email(email), name=name, role=role, language=language)
    if password_hash:
        user.password = password_hash
    else:
        _set_password(user, password, field="password")
    _check(user)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        if constraint_name(error) == "accounts_user_email_unique":
            raise EmailTaken from error
        raise
    return user


def update_profile(*, user_id: int, name: str, language: str) -> User:
    """Change what a person may change of themselves. Raises InvalidInput."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        user.name = name
        user.language = language
        _check(user)
        user.save(update_fields=["name", "language"])
    return user


def change_password(
    *, user_id: int, current_password: str, new_password: str, keep_session_id: int | None = None
) -> User:
    """Set a new password, ending every other session and every API token of the person.

    Raises WrongPassword, InvalidInput. The caller refreshes the session it keeps (update_session_auth_hash).
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        if not user.check_password(current_password):
            raise WrongPassword
        _replace_password(user, new_password, keep_session_id)
    return user


def request_password_reset(*, email: str, now: datetime) -> None:
    """Send a reset link if an active person has this address; say nothing about whether one does.

    After commit: the outbox sends the message.
    """
    user = User.objects.filter(email=normalize_email(email), is_active=True).first()
    if user is None:
        return
    link = f"{urlsafe_base64_encode(force_bytes(user.pk))}/{reset_tokens.make_token(user)}"
    with transaction.atomic():
        gateways.send_password_reset(user=user, link=link, now=now)


def reset_password(*, uid: str, token: str, new_password: str) -> User:
    """Set a new password by a mailed link, which works once; ends every session and API token.

    Raises ResetLinkInvalid, InvalidInput (the link stays good).
    """
    with transaction.atomic():
        user = find_user_of_link(uid=uid, token=token, lock=True)
        if user is None:
            raise ResetLinkInvalid
        _replace_password(user, new_password, keep_session_id=None)
    return user


def _replace_password(user: User, new_password: str, keep_session_id: int | None) -> None:
    _set_password(user, new_password, field="new_password")
    user.save(update_fields=["password"])
    end_other_sessions(user_id=user.pk, keep_session_id=keep_session_id)
    revoke_all_tokens(user_id=user.pk)


def _set_password(user: User, password: str, *, field: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(fields={field: error.messages}) from error
    user.set_password(password)


def _check(user: User) -> None:
    try:
        user.full_clean(exclude=["password", "last_login"], validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise InvalidInput(fields=error.message_dict) from error
