"""The whole product on servers of its own: PostgreSQL, Valkey, web, worker and scheduler as real processes to kill."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from config.runtime.postgres import Postgres
from config.runtime.process import ProcessSpec, make_private, server_account, spawn, stop_together, wait_until_ready
from config.runtime.valkey import Valkey, free_port

ROOT = Path(__file__).resolve().parents[2]


def eventually(check: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Return the check's first true answer; fail when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {check.__code__.co_consts}"
        time.sleep(0.1)
    return found


class Stack:
    """Start it, break it, look at it. Logs of the processes are in `folder`/<name>.log."""

    def __init__(self, servers: Path, folder: Path) -> None:
        account = server_account()
        self.folder = folder
        make_private(servers, account)
        self.postgres = Postgres(servers / "p", account=account, durable=False, sockets=servers / "s")
        self.valkey = Valkey(servers / "v", account=account, durable=True)
        self.children: dict[str, tuple[subprocess.Popen[bytes], ProcessSpec]] = {}
        self.port = free_port()
        self.files = 0

    # --- Servers and processes ------------------------------------------------------------------
    def begin(self) -> None:
        """Start both servers and the driver, and build two workspaces."""
        for server in (self.postgres, self.valkey):
            server.prepare()
        self.start_postgres()
        self.start_valkey()
        self.postgres.ensure_database()
        with (self.folder / "driver.log").open("wb") as log:
            self.driver = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.driver"],
                cwd=ROOT,
                env=self.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.schemas = self.call("build")

    def end(self) -> None:
        self.driver.stdin.close()  # type: ignore[union-attr]
        self.driver.stdout.close()  # type: ignore[union-attr]
        self.driver.wait(timeout=10)
        for name in ("web", "worker", "scheduler", "valkey", "postgres"):
            self.stop(name)
        self.postgres.close()
        self.valkey.close()

    def environment(self) -> dict[str, str]:
        ours = {
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "DATABASE_URL": self.postgres.url(),
            "REDIS_URL": self.valkey.url(),
            "OFICIO_DATA_DIR": str(self.folder / "data"),
            "OFICIO_PORT": str(self.port),
            "OFICIO_BASE_HOST": "localhost",
            "JOBS_HANDOVER_LEASE_SECONDS": "4",
            "JOBS_RUN_LEASE_SECONDS": "4",
            "JOBS_VISIBILITY_TIMEOUT_SECONDS": "900",
            "TENANT_SPARE_POOL_SIZE": "0",
            "PYTHONUNBUFFERED": "1",
        }
        inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
        return inherited | ours

    def start_postgres(self) -> None:
        self._start(self.postgres.spec())

    def start_valkey(self) -> None:
        self._start(self.valkey.spec())

    def start_worker(self) -> None:
        argv = [sys.executable, "-m", "celery", "--app", "config.celery", "worker", "--pool", "threads"]
        argv += ["--concurrency", "4", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
        self._start(self._spec("worker", [*argv, "--include", "tests.faults.tasks"]))

    def start_scheduler(self) -> None:
        self._start(self._spec("scheduler", [sys.executable, "manage.py", "run_scheduler"]))

    def start_web(self) -> None:
        argv = [sys.executable, "-m", "gunicorn", "--config", "python:config.runtime.gunicorn"]
        argv += ["--bind", f"127.0.0.1:{self.port}", "config.wsgi:application"]
        self._start(self._spec("web", argv))
        eventually(lambda: self._is_listening())

    def is_running(self, name: str) -> bool:
        return name in self.children and self.children[name][0].poll() is None

    def kill(self, name: str) -> None:
        """End a process as kill -9 does."""
        child, _ = self.children.pop(name)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait(timeout=10)

    def stop(self, name: str) -> int | None:
        """Ask a process to stop, and return its exit code."""
        if name not in self.children:
            return None
        child, spec = self.children.pop(name)
        stop_together([(child, spec)])
        return child.returncode

    def freeze(self, name: str, *, thaw: bool = False) -> None:
        """Make a server hang without closing anything, or let it go on."""
        pid = self.children[name][0].pid
        group = [pid, *(int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        for number in group:
            with suppress(ProcessLookupError):  # a backend may end between the list and the signal
                os.kill(number, signal.SIGCONT if thaw else signal.SIGSTOP)

    def _spec(self, name: str, argv: list[str]) -> ProcessSpec:
        return ProcessSpec(name=name, argv=argv, env=self.environment(), cwd=ROOT, stop_seconds=15.0)

    def _start(self, spec: ProcessSpec) -> None:
        if self.is_running(spec.name):
            return
        with (self.folder / f"{spec.name}.log").open("ab") as log:
            child = spawn(spec, stdout=log, stderr=log)
        self.children[spec.name] = (child, spec)
        wait_until_ready(child, spec)

    # --- Looking ----------------------------------------------------------------------------------
    def call(self, command: str, **arguments: Any) -> Any:
        """Have the driver do something and return its answer. Raises RuntimeError with what it says went wrong."""
        assert self.driver.stdin is not None
        assert self.driver.stdout is not None
        self.driver.stdin.write(json.dumps({"call": command, "arguments": arguments}) + "\n")
        self.driver.stdin.flush()
        line = self.driver.stdout.readline()
        assert line, (self.folder / "driver.log").read_text()[-3000:]
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["value"]

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def mails(self, containing: str) -> int:
        """Return how many e-mails were sent with this text in them."""
        return sum(containing in path.read_text() for path in (self.folder / "data" / "mail").glob("*.log"))

    def new_file(self) -> Path:
        """Return the path of a file that tasks write into."""
        self.files += 1
        return self.folder / f"task-{self.files}.txt"

    def request(
        self, path: str, *, host: str = "alfa", form: dict[str, str] | None = None, timeout: float = 10.0
    ) -> tuple[int, str, float]:
        """Ask the web process; return status, body and seconds. With a form: GET the page, then POST with its token."""
        cookies = ""
        if form is not None:
            _, headers, _ = self._send("GET", path, host, {}, None, timeout)
            jar = SimpleCookie(headers.get("Set-Cookie", ""))
            token = jar["csrftoken"].value
            cookies = f"csrftoken={token}"
            form = {**form, "csrfmiddlewaretoken": token}
        started = time.monotonic()
        body = None if form is None else urlencode(form)
        sent = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
        status, _, text = self._send("GET" if form is None else "POST", path, host, sent, body, timeout)
        return status, text, time.monotonic() - started

    def _send(
        self, method: str, path: str, host: str, headers: dict[str, str], body: str | None, timeout: float
    ) -> tuple[int, Any, str]:
        name = f"{host}.localhost" if host else "localhost"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, {"Host": f"{name}:{self.port}", **headers})
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode(errors="replace")
        finally:
            connection.close()

    def _is_listening(self) -> bool:
        try:
            return self.request("/health/live", timeout=2)[0] == 200
        except OSError:
            return False
