"""Locks named by words, with the tenant always part of the name."""

import hashlib

from django.db import connection

from .context import current


def lock_key(*parts: object) -> int:
    """Return the signed 64-bit key of a lock in this tenant. Raises NoTenantContext when nothing was entered.

    Advisory locks are per database, not per schema, so the schema is the first part of the name.
    """
    name = "\x1f".join([current().schema, *(str(part) for part in parts)])
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def advisory_lock(*parts: object) -> None:
    """Wait for and hold a lock until the transaction ends. Must run inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(*parts)])


def try_advisory_lock(*parts: object) -> bool:
    """Take the lock until the transaction ends if it is free, and tell whether it was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_key(*parts)])
        return bool(cursor.fetchone()[0])
