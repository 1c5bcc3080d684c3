"""Writes the output of several processes to one terminal: a colored name before each line."""

import os
import sys
import threading
from collections.abc import Callable, Sequence
from typing import IO

COLORS = {
    "oficio": "1",
    "postgres": "34",
    "valkey": "31",
    "prepare": "35",
    "web": "32",
    "worker": "36",
    "scheduler": "33",
}
NAME_WIDTH = max(map(len, COLORS))


def wants_color() -> bool:
    """Follow the usual variables (no-color.org), then whether anyone is looking."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


class Console:
    """Prints whole lines, one at a time. A terminal that is gone is ignored: stopping in order matters more."""

    def __init__(self, *, color: bool | None = None) -> None:
        self.color = wants_color() if color is None else color
        self._lock = threading.Lock()

    def line(self, name: str, text: str) -> None:
        """Print one line under a process's name."""
        label = f"{name:<{NAME_WIDTH}} |"
        if self.color:
            label = f"\033[{COLORS.get(name, '37')}m{label}\033[0m"
        self.plain(f"{label} {text}")

    def plain(self, text: str) -> None:
        """Print text as it is."""
        with self._lock:
            try:
                sys.stdout.write(text + "\n")
                sys.stdout.flush()
            except (OSError, ValueError):
                pass

    def strong(self, text: str) -> str:
        """Return the text in bold when colors are on."""
        return f"\033[1m{text}\033[0m" if self.color else text

    def follow(
        self,
        name: str,
        stream: IO[bytes] | None,
        *,
        hide: Sequence[str] = (),
        keep: Callable[[str], None] | None = None,
    ) -> threading.Thread:
        """Print what a process writes until it closes its output; `keep` takes the lines instead."""
        assert stream is not None

        def pump() -> None:
            with stream:
                for raw in stream:
                    text = raw.decode(errors="replace").rstrip()
                    if keep is not None:
                        keep(text)
                    elif text and not any(part in text for part in hide):
                        self.line(name, text)

        thread = threading.Thread(target=pump, name=f"{name}-output", daemon=True)
        thread.start()
        return thread
