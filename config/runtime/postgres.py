"""A real PostgreSQL out of the installed wheel, run as a child process on a folder of its own."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from config.runtime import installation
from config.runtime.process import (
    Account,
    FolderLock,
    ProcessSpec,
    RuntimeProblem,
    make_private,
    run_quietly,
    socket_folder,
)

OWNER = "oficio"
PORT = 5432  # only part of the socket's file name: the server does not listen on TCP
SECONDS_FOR_A_PREDECESSOR = 20.0

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "jit": "off",
    "io_method": "sync",  # no extra worker processes on a small machine
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A refused statement is an answer to its caller, who logs it; the server need not repeat it.
    "log_min_messages": "fatal",
    "log_checkpoints": "off",
    "log_line_prefix": "",
    "lc_messages": "C",
    # One transaction may touch every table of several schemas (provisioning, deletion).
    "max_locks_per_transaction": "256",
}
THROW_AWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "autovacuum": "off",
}


class Postgres:
    """One server on one folder. `prepare` first, then start `spec`, then `ensure_database`."""

    def __init__(
        self, folder: Path, *, account: Account | None, durable: bool = True, sockets: Path | None = None
    ) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.account = account
        self.durable = durable
        self._sockets = sockets
        self.programs = Path()
        self.lock = FolderLock(folder / "lock")

    def prepare(self) -> None:
        """Lock the folder, initialize it on first use and check its version. Raises RuntimeProblem."""
        make_private(self.folder, self.account)
        if not self.lock.acquire(wait_seconds=SECONDS_FOR_A_PREDECESSOR):
            raise RuntimeProblem(f"Another PostgreSQL still runs on {self.folder}. {self._pid_hint()}")
        self.programs = installation.postgres_programs(self.account)
        self._sockets = self._sockets or socket_folder(self.folder, self.account)
        make_private(self._sockets, self.account)
        if not (self.data / "PG_VERSION").exists():
            self._initialize()
        self._check_version()

    @property
    def sockets(self) -> Path:
        """Return the folder of the socket; known once prepared."""
        assert self._sockets is not None
        return self._sockets

    def spec(self) -> ProcessSpec:
        """Return how to run the server."""
        settings = SETTINGS | ({} if self.durable else THROW_AWAY) | {"unix_socket_directories": str(self.sockets)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return ProcessSpec(
            name="postgres",
            argv=[str(self.programs / "postgres"), "-D", str(self.data), "-p", str(PORT), *options],
            env=self._environment(),
            cwd=self.folder if self.account is None else Path("/"),
            account=self.account,
            # SIGINT is "fast": cut the connections, write everything out, end. SIGTERM would wait for clients.
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT if self.durable else signal.SIGQUIT,
            stop_seconds=30.0,
            before=self._remove_stale_pid,
            ready=self.is_ready,
            ready_seconds=120.0,  # replaying the log after a kill -9 can take a while
            inherit=(self.lock.fileno(),),
            hide=(
                "LOG:  ",  # starting, listening, ready, stopping
                "the database system is starting up",
                "the database system is shutting down",
                "terminating connection due to administrator command",
            ),
        )

    def url(self, database: str = OWNER) -> str:
        """Return the address in the form that libpq and our settings both read."""
        return f"postgresql://{OWNER}@/{database}?host={quote(str(self.sockets), safe='/')}&port={PORT}"

    def is_ready(self) -> bool:
        """Tell whether the server accepts connections."""
        try:
            psycopg2.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def ensure_database(self, name: str = OWNER) -> None:
        """Create the database unless it is there."""
        connection = psycopg2.connect(self.url("postgres"))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
                if cursor.fetchone() is None:
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        finally:
            connection.close()

    def close(self) -> None:
        """Release the folder after the server has ended, and remove the socket folder."""
        self.lock.release()
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)

    # --- Steps --------------------------------------------------------------------------------
    def _initialize(self) -> None:
        """Run initdb into a draft folder and rename it, so that a kill in between leaves nothing half made."""
        draft = self.folder / "data.draft"
        shutil.rmtree(draft, ignore_errors=True)
        make_private(draft, self.account)
        flags = ["-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        flags += ["-U", OWNER, "-A", "trust"]  # the socket's folder is 0700: reaching it is the credential
        if not self.durable:
            flags.append("--no-sync")
        code, output = run_quietly(
            ProcessSpec(
                name="initdb",
                argv=[str(self.programs / "initdb"), "-D", str(draft), *flags],
                env=self._environment(),
                cwd=Path("/"),
                account=self.account,
                inherit=(self.lock.fileno(),),
            )
        )
        if code != 0:
            raise RuntimeProblem(f"PostgreSQL could not be initialized in {draft}:\n{output}")
        draft.rename(self.data)

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        answer = subprocess.run(
            [str(self.programs / "postgres"), "--version"], capture_output=True, text=True, check=True
        )
        ours = answer.stdout.split()[-1].split(".")[0]
        if found != ours:
            raise RuntimeProblem(
                f"{self.data} was made by PostgreSQL {found} and this is PostgreSQL {ours}. Start the old version, "
                "dump with pg_dump and load into a new folder (docs/operations.md), or begin again with 'make reset'."
            )

    def _remove_stale_pid(self) -> None:
        """Remove a postmaster.pid whose process is dead, a zombie or not a server on this folder.

        PostgreSQL refuses to start when any live process has the recorded number, as happens after kill -9
        and a restart of the machine or container, where numbers are used again.
        """
        pid_file = self.data / "postmaster.pid"
        pid = recorded_pid(pid_file)
        if pid is None:
            pid_file.unlink(missing_ok=True)
        elif runs_postgres_on(pid, self.data):
            raise RuntimeProblem(f"Another PostgreSQL still runs on {self.folder}. {self._pid_hint()}")
        else:
            pid_file.unlink(missing_ok=True)

    def _pid_hint(self) -> str:
        pid = recorded_pid(self.data / "postmaster.pid")
        return f"Its process is {pid}; stop it with 'kill -INT {pid}'." if pid else "Wait a moment and try again."

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": "/nonexistent"}


def recorded_pid(pid_file: Path) -> int | None:
    """Return the process number in the first line of a postmaster.pid, or None when there is none."""
    try:
        number = int(pid_file.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None
    return abs(number) or None


def runs_postgres_on(pid: int, data: Path) -> bool:
    """Tell whether the process is a live postgres whose working folder is this data folder."""
    process = Path("/proc") / str(pid)
    if not Path("/proc/self").exists():  # not Linux: believe the number, as PostgreSQL does
        return _is_alive(pid)
    try:
        # The state follows the name in brackets, and the name may itself hold spaces and brackets.
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        name = (process / "comm").read_text().strip()
        return state not in {"Z", "X"} and name == "postgres" and os.path.samefile(process / "cwd", data)
    except OSError:  # gone meanwhile, or of another user, whose server cannot be on a folder of ours
        return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
