"""This thread's connection, with the type that it really has."""

from typing import TYPE_CHECKING, cast

from django.db import connection

if TYPE_CHECKING:
    from .base import DatabaseWrapper


def tenant_connection() -> "DatabaseWrapper":
    """Return the default connection as our wrapper."""
    return cast("DatabaseWrapper", connection)
