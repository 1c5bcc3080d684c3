"""`make run` with the whole product: what a newcomer sees, twice, with a kill -9 in between."""

import re
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.runtime.valkey import free_port
from tests.config.runtime.running import Run

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder that every account can enter, and stop what a failed test left running."""
    base = Path(tempfile.mkdtemp(prefix="oficio test "))
    base.chmod(0o755)
    yield base
    while Run.started:
        Run.started.pop().kill()
    shutil.rmtree(base, ignore_errors=True)


@pytest.mark.slow
def test_newcomer_starts_kills_and_starts_again(folder: Path) -> None:
    port = free_port()
    first = Run(ROOT, port, logs=folder, OFICIO_DATA_DIR=str(folder / "data"))

    hosts = sorted(set(re.findall(rf"http://([a-z0-9-]+\.localhost):{port}/panel/", first.output)))
    assert len(hosts) == 3
    assert len(re.findall(r"^  sign-in +\S+@\S+  \S+$", first.output, re.MULTILINE)) == 4  # three owners, one operator
    [link] = re.findall(rf"A client's link +http://[a-z0-9-]+\.localhost:{port}(/\S+)", first.output)
    assert "Ready in" in first.output
    for host in ("localhost", *hosts):
        assert first.get("/", host)[0] == 200
    assert first.get("/", "unknown.localhost")[0] == 404
    client_host = re.search(r"A client's link +http://([a-z0-9.-]+):", first.output)[1]
    assert first.get(link, client_host)[0] == 200
    assert _is_ready(first)

    assert first.end(signal.SIGKILL) == []

    again = Run(ROOT, port, logs=folder, OFICIO_DATA_DIR=str(folder / "data"))
    assert sorted(set(re.findall(rf"http://([a-z0-9-]+\.localhost):{port}/panel/", again.output))) == hosts
    assert "migrated in" not in again.output
    assert "demo workspaces made" not in again.output
    assert again.get("/", hosts[0])[0] == 200
    assert _is_ready(again)
    assert again.end(signal.SIGINT) == []
    assert [line for line in again.output.splitlines() if "ended (" in line or "Traceback" in line] == []


def _is_ready(run: Run) -> bool:
    """Wait for readiness, which turns green once the worker and the scheduler are up too."""
    deadline = time.monotonic() + 30
    while run.get("/health/ready", "localhost")[0] != 200:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
