"""A real Valkey out of the installed wheel, run as a child process: cache, rate limits and job queue."""

import os
import re
import secrets
import signal
import socket
from pathlib import Path

from config.runtime import installation
from config.runtime.process import Account, FolderLock, ProcessSpec, RuntimeProblem, make_private

HOST = "127.0.0.1"
DATABASES = 64  # one number for each test worker
SECONDS_FOR_A_PREDECESSOR = 15.0


class Valkey:
    """One server on one folder. `prepare` first, then start `spec`.

    It listens on a free port of the loopback address behind a random password, because Celery and the cache
    take the same URL only when it is a TCP one.
    """

    def __init__(self, folder: Path, *, account: Account | None, durable: bool = True) -> None:
        self.folder = folder
        self.account = account
        self.durable = durable
        self.port = 0
        self.password = secrets.token_urlsafe(24)
        self.program = Path()
        self.lock = FolderLock(folder / "lock")

    def prepare(self) -> None:
        """Lock the folder and choose a port. Raises RuntimeProblem."""
        make_private(self.folder, self.account)
        if not self.lock.acquire(wait_seconds=SECONDS_FOR_A_PREDECESSOR):
            raise RuntimeProblem(f"Another Valkey still runs on {self.folder}. Wait a moment and try again.")
        self.program = installation.valkey_program(self.account)
        self.port = free_port()

    def spec(self) -> ProcessSpec:
        """Return how to run the server. Its configuration goes through stdin: a command line is public."""
        return ProcessSpec(
            name="valkey",
            argv=[str(self.program), "-"],
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd=Path("/"),
            account=self.account,
            stdin=self._configuration().encode(),
            stop_signal=signal.SIGTERM,
            death_signal=signal.SIGTERM,
            ready=self.is_ready,
            ready_seconds=60.0,
            inherit=(self.lock.fileno(),),
            hide=(
                "Memory overcommit must be enabled",
                "User requested shutdown",
                "is now ready to exit",
                "Redis is now",
                "Reading config from stdin",
                "Received SIGTERM scheduling shutdown",
            ),
        )

    def url(self, database: int = 0) -> str:
        """Return the address with the password."""
        return f"redis://:{self.password}@{HOST}:{self.port}/{database}"

    def is_ready(self) -> bool:
        """Tell whether the server answers (it says -LOADING while it reads its data)."""
        try:
            with socket.create_connection((HOST, self.port), timeout=1.0) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2:
                    part = connection.recv(256)
                    if not part:
                        return False
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def close(self) -> None:
        """Release the folder after the server has ended."""
        self.lock.release()

    def _configuration(self) -> str:
        # The queue lives here, so nothing may be evicted; the log is synced once a second.
        lines = [
            f"bind {HOST}",
            f"port {self.port}",
            f'requirepass "{self.password}"',
            f"dir {quoted(str(self.folder))}",
            f"databases {DATABASES}",
            f"appendonly {'yes' if self.durable else 'no'}",
            "appendfsync everysec",
            'save ""',
            "maxmemory-policy noeviction",
            "daemonize no",
            "loglevel warning",
            "always-show-logo no",
        ]
        return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Return the text as one argument of a Valkey configuration line, whatever is in it."""
    return '"' + re.sub(r'(["\\])', r"\\\1", text).replace("\n", "\\n") + '"'


def free_port() -> int:
    """Return a port of the loopback address that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
