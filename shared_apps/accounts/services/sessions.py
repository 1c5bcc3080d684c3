"""Ending browser sessions."""

from datetime import datetime

from shared_apps.accounts.errors import SessionNotFound
from shared_apps.accounts.models import Session


def end_session(*, user_id: int, session_id: int) -> None:
    """Sign a person out of one device. Raises SessionNotFound when it is not theirs or has ended already."""
    deleted, _ = Session.objects.filter(pk=session_id, user_id=user_id).delete()
    if not deleted:
        raise SessionNotFound


def end_other_sessions(*, user_id: int, keep_session_id: int | None) -> int:
    """Sign a person out everywhere but on one device, and return how many sessions ended."""
    others = Session.objects.filter(user_id=user_id)
    if keep_session_id is not None:
        others = others.exclude(pk=keep_session_id)
    deleted, _ = others.delete()
    return deleted


def forget_expired_sessions(*, now: datetime) -> int:
    """Remove sessions that have expired. Runs at each sign-in, so that no job has to visit every tenant."""
    deleted, _ = Session.objects.filter(expires_at__lte=now).delete()
    return deleted
