"""Reads of people, their sessions and tokens."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from .domain import Device, describe_device
from .enums import Role
from .models import RefreshToken, Session, User
from .sessions import TOUCH_SECONDS


@dataclass(frozen=True)
class OpenSession:
    """A session as its owner sees it."""

    id: int
    device: Device
    ip: str
    created_at: datetime
    last_seen_at: datetime
    is_recent: bool  # as recent as the engine can tell: it notes the use once in a while only
    is_this_one: bool


def find_user_by_email(*, email: str) -> User | None:
    """Return the person with an address, whatever its case, or None. One query."""
    try:
        return User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        return None


def find_token_bearer(*, user_id: int, family: UUID) -> User | None:
    """Return an active person whose sign-in (family of tokens) is not revoked, or None. One query."""
    living = RefreshToken.objects.filter(family=family, user_id=OuterRef("pk"), revoked_at=None)
    return User.objects.filter(Exists(living), pk=user_id, is_active=True).first()


def list_sessions(*, user_id: int, this_session_id: int | None, now: datetime) -> list[OpenSession]:
    """Return a person's sessions, this one first, then the last used. One query."""
    rows = Session.objects.filter(user_id=user_id, expires_at__gt=now).order_by("-last_seen_at", "-pk")
    sessions = [
        OpenSession(
            id=row.pk,
            device=describe_device(row.user_agent),
            ip=row.ip or "",
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            is_recent=now - row.last_seen_at < timedelta(seconds=TOUCH_SECONDS),
            is_this_one=row.pk == this_session_id,
        )
        for row in rows
    ]
    return sorted(sessions, key=lambda session: not session.is_this_one)


def list_active_owners() -> QuerySet[User]:
    """Return the workspace's owners who may sign in, the first one first. One query."""
    return User.objects.filter(role=Role.OWNER, is_active=True).order_by("pk")
