"""Migrating every tenant: planned once, rendered once, replayed in parallel, each schema in one transaction.

A kill at any moment leaves every schema either at its old or at its new version, because the version is written in the
transaction that replays. Source: docs/adr/0002-rendered-migrations.md
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from django.db import DatabaseError, OperationalError, connection, transaction
from psycopg2 import errorcodes

from .context import public_context
from .errors import UnknownSchemaVersion
from .hosts import directory
from .models import SchemaVersion, Tenant
from .schemas.plan import MigrationKey, target_version
from .schemas.render import RenderedMigration, render_plan
from .schemas.replay import upgrade_sql
from .selectors import LIVE
from .services.provisioning import record_version

LOCK_TIMEOUT_MS = 2_000
ATTEMPTS = 5
_RETRIED = {errorcodes.LOCK_NOT_AVAILABLE, errorcodes.DEADLOCK_DETECTED, errorcodes.SERIALIZATION_FAILURE}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one schema. `error` is empty when it is at the target version."""

    tenant_id: int
    schema: str
    error: str = ""


def migrate_fleet(
    *,
    behind: Sequence[tuple[int, str, str]],
    jobs: int = 2,
    canary: int = 0,
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[Outcome]:
    """Bring each (id, schema, version) to the target version, yielding an outcome as each is done.

    The first `canary` schemas go one by one, and a failure among them ends the run; after them `jobs` threads share the
    rest, and a failure leaves the others going. Raises UnknownSchemaVersion before anything is changed when a
    schema is at a version that this database has never seen.
    """
    if not behind:
        return
    missing = {version: _missing(version) for version in {version for _, _, version in behind}}
    with public_context():
        record_version()
    for tenant_id, schema, _ in behind[:canary]:
        outcome = _migrate_one(tenant_id, schema, missing, pause)
        yield outcome
        if outcome.error:
            return
    yield from _in_parallel(behind[canary:], missing, jobs, pause)
    directory.forget()


def _in_parallel(
    behind: Sequence[tuple[int, str, str]],
    missing: dict[str, tuple[RenderedMigration, ...]],
    jobs: int,
    pause: Callable[[float], None],
) -> Iterator[Outcome]:
    queue = iter(behind)
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="migrate") as pool:
        running: set[Future[Outcome]] = set()
        try:
            while True:
                while len(running) < jobs * 2 and (entry := next(queue, None)) is not None:
                    running.add(pool.submit(_migrate_one, entry[0], entry[1], missing, pause))
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            for future in running:
                future.cancel()
            for _ in range(jobs):
                pool.submit(connection.close)


def _missing(version: str) -> tuple[RenderedMigration, ...]:
    """Return the rendered migrations that a schema at this version lacks, in order."""
    applied = _applied(version)
    return tuple(rendered for rendered in render_plan() if rendered.key[0] and rendered.key not in applied)


def _applied(version: str) -> frozenset[MigrationKey]:
    with public_context():
        row = SchemaVersion.objects.filter(fingerprint=version).first()
    if row is None:
        raise UnknownSchemaVersion(version)
    return frozenset((label, name) for label, name in row.applied)


def _migrate_one(
    tenant_id: int, schema: str, missing: dict[str, tuple[RenderedMigration, ...]], pause: Callable[[float], None]
) -> Outcome:
    """Replay what one schema lacks, in one transaction with its version; retry while it is locked."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _replay_and_record(tenant_id, schema, missing)
            return Outcome(tenant_id, schema)
        except DatabaseError as error:
            code = getattr(error.__cause__, "pgcode", None)
            if attempt < ATTEMPTS and (code in _RETRIED or isinstance(error, OperationalError)):
                connection.close_if_unusable_or_obsolete()
                pause(min(8.0, 0.25 * 2**attempt) * random.uniform(0.5, 1.5))  # noqa: S311 (jitter)
                continue
            text = str(error).strip()
            _remember_error(tenant_id, text)
            return Outcome(tenant_id, schema, error=text)
    raise AssertionError("unreachable")


def _replay_and_record(tenant_id: int, schema: str, missing: dict[str, tuple[RenderedMigration, ...]]) -> None:
    """Lock the row, replay, and write the version, in one transaction of three round trips."""
    target = target_version()
    with public_context(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT schema_version FROM tenants_tenant WHERE id = %s AND status = ANY(%s) FOR UPDATE",
            [tenant_id, list(LIVE)],
        )
        row = cursor.fetchone()
        if row is None or row[0] == target:
            return  # deleted meanwhile, or another run did it
        lacking = missing[row[0]] if row[0] in missing else _missing(row[0])
        cursor.execute(
            # A crash of the server may lose the last commits, whole: those schemas are then behind, and migrated again.
            f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}; SET LOCAL synchronous_commit = off;"
            + upgrade_sql(schema, lacking)
            + f"UPDATE public.tenants_tenant SET schema_version = '{target}', last_error = '' WHERE id = {tenant_id:d}"
        )


def _remember_error(tenant_id: int, text: str) -> None:
    with public_context():
        Tenant.objects.filter(pk=tenant_id).update(last_error=text)
