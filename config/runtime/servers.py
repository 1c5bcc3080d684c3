"""PostgreSQL and Valkey together: for development on a durable folder, for tests on one that is thrown away."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.runtime.installation import SHARED_PLACES
from config.runtime.postgres import Postgres
from config.runtime.process import (
    Account,
    ProcessSpec,
    RuntimeProblem,
    can_enter,
    make_private,
    server_account,
    short_temporary_folder,
    spawn,
    stop_together,
    wait_until_ready,
)
from config.runtime.valkey import Valkey

THROW_AWAY_PREFIX = "oficio-throwaway-"
SECONDS_TO_START = 60.0  # a younger folder may belong to a start that has not locked it yet


@dataclass(frozen=True)
class Addresses:
    """Where the two servers are."""

    database_url: str
    redis_url: str

    def environment(self) -> dict[str, str]:
        """Return the variables that the settings read."""
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


def server_folder(data_dir: Path, account: Account | None) -> Path:
    """Return the folder for server data: inside data_dir, or elsewhere when the servers' account cannot get there.

    That happens when root keeps the clone in its 0700 home. The name then carries a digest of data_dir, so
    that every clone has its own.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    if can_enter(account, data_dir):
        return data_dir
    assert account is not None
    digest = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]
    for place in SHARED_PLACES:
        folder = place / "data" / digest
        try:
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        except OSError:
            continue
        if can_enter(account, folder) and folder.lstat().st_uid == os.geteuid():
            return folder
    raise RuntimeProblem(f"User '{account.name}' cannot enter {data_dir}; choose a folder with OFICIO_DATA_DIR.")


@contextmanager
def throw_away(*, durable: bool = False) -> Iterator[Addresses]:
    """Run both servers on a temporary folder while the block runs. durable=True keeps fsync on, for benchmarks."""
    remove_abandoned()
    account = server_account()
    folder = Path(tempfile.mkdtemp(prefix=THROW_AWAY_PREFIX, dir=short_temporary_folder(account)))
    make_private(folder, account)
    postgres = Postgres(folder / "p", account=account, durable=durable, sockets=folder / "s")
    valkey = Valkey(folder / "v", account=account, durable=False)
    running: list[tuple[subprocess.Popen[bytes], ProcessSpec]] = []
    try:
        with open(folder / "log", "wb") as log:
            for server in (postgres, valkey):
                server.prepare()
                spec = server.spec()
                child = spawn(spec, stdout=log, stderr=log)
                running.append((child, spec))
            for child, spec in running:
                try:
                    wait_until_ready(child, spec)
                except RuntimeProblem as problem:
                    raise RuntimeProblem(f"{problem}\n{(folder / 'log').read_text(errors='replace')}") from problem
        postgres.ensure_database()
        yield Addresses(postgres.url(), valkey.url())
    finally:
        stop_together(running)
        postgres.close()
        valkey.close()
        shutil.rmtree(folder, ignore_errors=True)


def remove_abandoned() -> None:
    """Remove throw-away folders whose servers are gone, left by a process that was killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{THROW_AWAY_PREFIX}*"):
        try:
            if time.time() - folder.stat().st_mtime < SECONDS_TO_START:
                continue
            with open(folder / "p" / "lock", "r+") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # in use or not ours
            continue
        shutil.rmtree(folder, ignore_errors=True)
