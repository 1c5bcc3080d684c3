"""Runs `python -m config.runtime run` for the tests and sees what is left of it."""

import http.client
import json
import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import ClassVar

import psutil

SECONDS_TO_START = 90.0
SECONDS_TO_END = 15.0


def environment(port: int, **more: str) -> dict[str, str]:
    """Return an environment without the test session's servers."""
    hidden = {
        "DATABASE_URL",
        "REDIS_URL",
        "OFICIO_TEST_SERVER_URL",
        "DJANGO_SETTINGS_MODULE",
        "SECRET_KEY",
        "OFICIO_DATA_DIR",
    }
    return {**{k: v for k, v in os.environ.items() if k not in hidden}, "PORT": str(port), **more}


class Run:
    """A running product."""

    started: ClassVar[list[subprocess.Popen[bytes]]] = []

    def __init__(self, tree: Path, port: int, *, logs: Path | None = None, **more: str) -> None:
        self.port = port
        self.log = (logs or tree.parent) / f"log-{port}-{time.monotonic_ns()}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.runtime", "run"],
                cwd=tree,
                env=environment(port, **more),
                stdout=log,
                stderr=log,
            )
        self.started.append(self.process)
        deadline = time.monotonic() + SECONDS_TO_START
        while "Ready in" not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.05)
        time.sleep(0.3)
        self.family = psutil.Process(self.process.pid).children(recursive=True)

    @property
    def output(self) -> str:
        return self.log.read_text()

    def get(self, path: str, host: str) -> tuple[int, str]:
        """Return status and body of a page, for a host that only a browser would resolve."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request("GET", path, headers={"Host": f"{host}:{self.port}"})
            response = connection.getresponse()
            return response.status, response.read().decode()

    def ask(self) -> dict[str, object]:
        """Return what the tiny product says about its process."""
        return json.loads(self.get("/health/live", "localhost")[1])

    def end(self, number: int) -> list[psutil.Process]:
        """Send the signal, wait for the end and return what still runs."""
        self.process.send_signal(number)
        self.process.wait(timeout=SECONDS_TO_END)
        return psutil.wait_procs(self.family, timeout=SECONDS_TO_END)[1]
