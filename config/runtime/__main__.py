"""The command line behind make: run, reset and servers."""

import argparse
import os
import signal
import subprocess
import sys
import threading
import time

from config.runtime import product
from config.runtime.console import Console
from config.runtime.process import RuntimeProblem, die_with_parent
from config.runtime.servers import throw_away

STARTED_AT = time.monotonic()


def main() -> int:
    """Run one command and return its exit code."""
    arguments = parser().parse_args()
    try:
        if arguments.command == "servers":
            return run_servers(arguments.program)
        options = product.Options.read(dict(os.environ))
        if arguments.command == "reset":
            return product.reset(options, confirmed=arguments.yes)
        if arguments.stop_with_parent:
            die_with_parent(signal.SIGTERM)
        return product.run(options, Console(), started_at=STARTED_AT)
    except RuntimeProblem as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    result = argparse.ArgumentParser(prog="python -m config.runtime", description=__doc__)
    commands = result.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run the product: PORT, HOST, OFICIO_DATA_DIR, DATABASE_URL, REDIS_URL")
    run.add_argument("--stop-with-parent", action="store_true", help="stop when the calling process ends (make does)")
    reset = commands.add_parser("reset", help="delete the data folder")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    servers = commands.add_parser("servers", help="run a throw-away PostgreSQL and Valkey")
    servers.add_argument(
        "program", nargs=argparse.REMAINDER, help="run this with them; without it, print their addresses"
    )
    return result


def run_servers(program: list[str]) -> int:
    """Run both servers while a program runs, or in the foreground until interrupted."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    with throw_away() as addresses:
        if program:
            return subprocess.call(program, env={**os.environ, **addresses.environment()})
        for name, value in addresses.environment().items():
            print(f"export {name}='{value}'", flush=True)
        while not ended.wait(3600):
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
