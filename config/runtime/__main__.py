"""Command line: python -m config.runtime servers."""

import argparse
import signal
import sys
import threading

from config.runtime.process import RuntimeProblem
from config.runtime.servers import throw_away


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.runtime", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "servers", help="run a throw-away PostgreSQL and Valkey in the foreground and print their addresses"
    )
    parser.parse_args()
    try:
        return run_servers()
    except RuntimeProblem as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1


def run_servers() -> int:
    """Run both servers until interrupted."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    with throw_away() as addresses:
        for name, value in addresses.environment().items():
            print(f"export {name}='{value}'", flush=True)
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
