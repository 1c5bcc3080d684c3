"""The session engine (SESSION_ENGINE): rows with person, address and device, so that people can see and end them.

Django loads it by its dotted path and wants a class named SessionStore here. A request costs one query to load its
session; once in TOUCH_SECONDS a second one notes that it is in use and moves its expiry.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY as USER_ID_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.utils import timezone

from shared_apps.core.crypto import token_hash

TOUCH_SECONDS = 300
VISITOR_KEY = "_visitor"  # {"ip", "user_agent"}, noted at sign-in


class SessionStore(SessionBase):
    """One session of the schema in context; the cookie's key is known to the browser only."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.row_id: int | None = None

    # --- What Django calls ------------------------------------------------------------------------------------------
    def load(self) -> dict[str, Any]:
        now = timezone.now()
        row = self._rows().filter(expires_at__gt=now).first() if self.session_key else None
        if row is None:
            self._session_key = None
            return {}
        self.row_id = row.pk
        data = self.decode(row.data)
        if now - row.last_seen_at > timedelta(seconds=TOUCH_SECONDS):
            self._rows().update(last_seen_at=now, expires_at=self._expiry(data, now))
        return data

    def exists(self, session_key: str) -> bool:
        return self._model().objects.filter(key_hash=token_hash(session_key)).exists()

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Write the row. Raises CreateError when a new key exists already, UpdateError when the row has gone.

        A session that somebody ended elsewhere while this request ran stays ended.
        """
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        now = timezone.now()
        visitor = data.get(VISITOR_KEY) or {}
        values = {
            "data": self.encode(data),
            "expires_at": self._expiry(data, now),
            "user_id": data.get(USER_ID_KEY),
            "ip": visitor.get("ip"),
            "user_agent": visitor.get("user_agent", ""),
            "last_seen_at": now,
        }
        if must_create:
            try:
                with transaction.atomic():
                    row = self._model().objects.create(key_hash=self._hash(), created_at=now, **values)
            except IntegrityError as error:
                raise CreateError from error
            self.row_id = row.pk
        elif not self._rows().update(**values):
            raise UpdateError

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            self._model().objects.filter(key_hash=token_hash(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        cls._model().objects.filter(expires_at__lte=timezone.now()).delete()

    # --- Inside -----------------------------------------------------------------------------------------------------
    @staticmethod
    def _model() -> Any:
        from .models import Session  # SESSION_ENGINE is imported by middleware that may load before the apps

        return Session

    def _rows(self) -> Any:
        return self._model().objects.filter(key_hash=self._hash())

    def _hash(self) -> str:
        return token_hash(self.session_key or "")

    def _expiry(self, data: dict[str, Any], now: datetime) -> datetime:
        """Return when the session ends if nothing more happens. `data` is passed because load has not set it yet."""
        return self.get_expiry_date(modification=now, expiry=data.get("_session_expiry"))
