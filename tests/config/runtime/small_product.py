"""A supervised PostgreSQL and Valkey with three trivial children; run by the tests as a program of its own.

Usage: python -m tests.config.runtime.small_product FOLDER
"""

import sys
from pathlib import Path

from config.runtime.console import Console
from config.runtime.postgres import Postgres
from config.runtime.process import ProcessSpec, RuntimeProblem, server_account
from config.runtime.supervisor import StopRequested, Supervisor
from config.runtime.valkey import Valkey

SLEEP = "import time; time.sleep(600)"
# Ignores every polite request, as a worker in the middle of a task may.
STUBBORN = "import signal, time; [signal.signal(n, signal.SIG_IGN) for n in (1, 2, 15)]; time.sleep(600)"
CRASHING = "import time; time.sleep(0.2); print('about to crash', flush=True); raise SystemExit(3)"


def child(name: str, code: str) -> ProcessSpec:
    """Return a child that runs a line of Python."""
    return ProcessSpec(name=name, argv=[sys.executable, "-c", code], env={}, cwd=Path("/"), stop_seconds=0.5)


def main(folder: Path) -> int:
    """Run until stopped."""
    account = server_account()
    servers = [Postgres(folder / "postgres", account=account), Valkey(folder / "valkey", account=account)]
    try:
        with Supervisor(Console(color=False)) as supervisor:
            for server in servers:
                server.prepare()
            supervisor.start([server.spec() for server in servers])
            servers[0].ensure_database()
            children = [child("web", SLEEP), child("worker", STUBBORN), child("scheduler", CRASHING)]
            supervisor.start(children)
            print("READY", servers[0].url(), servers[1].url(), flush=True)
            supervisor.watch()
    except StopRequested:
        pass
    except RuntimeProblem as problem:
        print(problem, flush=True)
        return 1
    finally:
        for server in servers:
            server.close()
    print("STOPPED", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
