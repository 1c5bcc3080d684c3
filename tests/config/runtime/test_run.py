"""`python -m config.runtime run` and `reset` as a person meets them, on a tree whose product is tiny."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.runtime.valkey import free_port
from tests.config.runtime.running import SECONDS_TO_END, SECONDS_TO_START, Run, environment

ROOT = Path(__file__).resolve().parents[3]
TINY = Path(__file__).parent / "tiny_tree"


@pytest.fixture
def tree() -> Iterator[Path]:
    """Yield a copy of the runtime with a tiny product around it, in a path with spaces that every account can enter."""
    base = Path(tempfile.mkdtemp(prefix="oficio test "))
    base.chmod(0o755)
    root = base / "a clone"
    shutil.copytree(TINY, root)
    shutil.copytree(ROOT / "config/runtime", root / "config/runtime", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "config/__init__.py").touch()
    yield root
    while Run.started:  # what a failed test left running
        Run.started.pop().kill()
    shutil.rmtree(base, ignore_errors=True)


def refused(tree: Path, port: int, command: str = "run", answer: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "config.runtime", command],
        cwd=tree, env=environment(port), input=answer, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_run_serves_and_stops_in_order(tree: Path) -> None:
    port = free_port()
    run = Run(tree, port)
    answer = run.ask()

    assert answer["OFICIO_PORT"] == str(port)
    assert answer["OFICIO_BASE_HOST"] == "localhost"
    assert answer["DJANGO_SETTINGS_MODULE"] == "config.settings.local"
    data = tree / f".oficio-{port}"
    assert answer["OFICIO_DATA_DIR"] == str(data)
    assert data.stat().st_mode & 0o777 == (0o711 if os.geteuid() == 0 else 0o700)
    assert (data / "secret_key").stat().st_mode & 0o777 == 0o600
    assert answer["SECRET_KEY"] == (data / "secret_key").read_text()
    assert f"Starts so far: 1; apex http://localhost:{port}" in run.output
    time.sleep(4.0)  # worker and scheduler are up by now
    assert [line for line in run.output.splitlines() if "|" in line] == []  # all is well and nobody complains

    assert run.end(signal.SIGINT) == []
    assert run.process.returncode == 0
    assert run.output.rstrip().endswith("stopped; all data are kept")


@pytest.mark.slow
def test_run_killed_leaves_no_grandchild_and_next_start_has_the_data(tree: Path) -> None:
    port = free_port()
    run = Run(tree, port)
    serving = psutil.Process(int(str(run.ask()["pid"])))
    assert serving in run.family
    assert serving.ppid() != run.process.pid  # a worker of gunicorn: our grandchild

    assert run.end(signal.SIGKILL) == []

    again = Run(tree, port)
    assert "Starts so far: 2" in again.output
    assert again.ask()["SECRET_KEY"]
    assert again.end(signal.SIGTERM) == []


@pytest.mark.slow
def test_web_master_killed_is_started_again_without_its_old_worker(tree: Path) -> None:
    run = Run(tree, free_port())
    worker = psutil.Process(int(str(run.ask()["pid"])))
    worker.parent().kill()  # type: ignore[union-attr]
    assert psutil.wait_procs([worker], timeout=5)[1] == []

    deadline = time.monotonic() + 20
    while True:
        try:
            assert run.ask()["pid"] != worker.pid
            break
        except OSError:
            assert time.monotonic() < deadline, run.output
            time.sleep(0.2)
    assert "ended (killed by SIGKILL); starting it again in 0.5 s" in run.output
    run.family = psutil.Process(run.process.pid).children(recursive=True)
    assert run.end(signal.SIGHUP) == []


@pytest.mark.slow
def test_two_runs_on_different_ports_share_nothing(tree: Path) -> None:
    first, second = Run(tree, free_port()), Run(tree, free_port())

    answers = first.ask(), second.ask()

    for name in ("OFICIO_PORT", "OFICIO_DATA_DIR", "REDIS_URL", "SECRET_KEY"):
        assert answers[0][name] != answers[1][name]
    assert first.end(signal.SIGINT) == []
    assert second.ask()["pid"] == answers[1]["pid"]
    assert second.end(signal.SIGINT) == []


@pytest.mark.slow
def test_second_run_on_same_port_and_reset_are_refused_while_one_runs(tree: Path) -> None:
    port = free_port()
    run = Run(tree, port)

    second = refused(tree, port)
    assert second.returncode == 1
    assert f"Oficio already runs at http://localhost:{port} (process {run.process.pid})" in second.stderr
    assert f"PORT={port + 1} make run" in second.stderr
    assert "Traceback" not in second.stderr

    reset = refused(tree, port, "reset", "yes\n")
    assert reset.returncode == 1
    assert "already runs" in reset.stderr
    assert run.end(signal.SIGINT) == []


@pytest.mark.slow
def test_reset_asks_and_then_starts_over(tree: Path) -> None:
    port = free_port()
    assert Run(tree, port).end(signal.SIGINT) == []
    data = tree / f".oficio-{port}"

    kept = refused(tree, port, "reset", "no\n")
    assert kept.returncode == 1
    assert kept.stdout.rstrip().endswith("Nothing was deleted.")
    assert data.exists()

    deleted = refused(tree, port, "reset", "yes\n")
    assert deleted.returncode == 0
    assert not data.exists()


@pytest.mark.slow
def test_run_stops_when_make_is_killed(tree: Path) -> None:
    """`--stop-with-parent`: nobody is left to press Ctrl-C when the calling make is gone."""
    code = (
        "import subprocess, sys; subprocess.call([sys.executable, '-m', 'config.runtime', 'run', '--stop-with-parent'])"
    )
    log = tree.parent / "log"
    with log.open("wb") as output:
        caller = subprocess.Popen(
            [sys.executable, "-c", code], cwd=tree, env=environment(free_port()), stdout=output, stderr=output
        )
    deadline = time.monotonic() + SECONDS_TO_START
    while "Ready in" not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    family = psutil.Process(caller.pid).children(recursive=True)

    caller.kill()
    caller.wait()

    assert psutil.wait_procs(family, timeout=SECONDS_TO_END)[1] == []
    assert log.read_text().rstrip().endswith("stopped; all data are kept")


@pytest.mark.slow
def test_failing_preparation_stops_everything_and_says_why(tree: Path) -> None:
    (tree / "prepare-fails").touch()

    outcome = refused(tree, free_port())

    assert outcome.returncode == 1
    assert "the preparation found a problem" in outcome.stdout
    assert "prepare failed (exit code 1)" in outcome.stderr


def test_port_in_use_is_said_plainly(tree: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        outcome = refused(tree, port)

    assert outcome.returncode == 1
    advice = f"Choose another one: PORT={port + 1} make run (it gets data of its own)."
    assert outcome.stderr.strip() == f"Port {port} is used by another program. {advice}"


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_port_that_is_none_is_refused(tree: Path, port: str) -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "config.runtime", "run"],
        cwd=tree, env={**environment(1), "PORT": port}, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert outcome.stderr.strip() == f"PORT must be a number from 1 to 65535, not {port!r}."


def test_named_database_that_is_not_there_is_said_plainly(tree: Path) -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "config.runtime", "run"],
        cwd=tree, env=environment(free_port(), DATABASE_URL=f"postgresql://nobody@127.0.0.1:{free_port()}/oficio"),
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert outcome.returncode == 1
    assert outcome.stderr.strip().startswith("DATABASE_URL names a server that does not let us in:")


def test_reset_without_a_terminal_deletes_nothing(tree: Path) -> None:
    port = free_port()
    (tree / f".oficio-{port}").mkdir()
    outcome = refused(tree, port, "reset", "")
    assert outcome.returncode == 1
    assert (tree / f".oficio-{port}").exists()
