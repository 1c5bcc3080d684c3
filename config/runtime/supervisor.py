"""Starts processes in order, restarts those that end, and stops all of them in the opposite order."""

import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Self

from config.runtime.console import Console
from config.runtime.process import (
    ProcessSpec,
    RuntimeProblem,
    describe_end,
    kill_group,
    spawn,
    stop_together,
    wait_until_ready,
)

FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
STEADY_SECONDS = 30.0  # one that ran for so long starts again with the first delay
# Ctrl-C reaches us from the terminal and perhaps once more through make; a third one means "now".
IMPATIENT = 3
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(Exception):
    """Somebody wants us to stop while we were still starting."""


@dataclass
class Managed:
    """One process that should be running."""

    spec: ProcessSpec
    child: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    delay: float = FIRST_DELAY
    restart_at: float | None = None
    output: threading.Thread | None = None


class Supervisor:
    """Use as a context manager: leaving it stops everything.

    Children are only ever forked from the thread that entered it, which must live as long as the process
    (see die_with_parent). Signals set a flag and wake the loop; nothing happens inside a handler.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.stop_signal: int | None = None
        self.groups: list[list[Managed]] = []
        self._interrupts = 0

    def __enter__(self) -> Self:
        self._wake_read, self._wake_write = os.pipe()
        for end in (self._wake_read, self._wake_write):
            os.set_blocking(end, False)
        self._old_wakeup = signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        self._old_handlers = {number: signal.getsignal(number) for number in (*STOP_SIGNALS, signal.SIGCHLD)}
        for number in STOP_SIGNALS:
            if number == signal.SIGHUP and self._old_handlers[number] == signal.SIG_IGN:
                continue  # started by nohup: the terminal may close
            signal.signal(number, self._on_stop_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # without a handler it would not wake the loop
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            for number, handler in self._old_handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(self._old_wakeup)
            os.close(self._wake_read)
            os.close(self._wake_write)

    # --- Starting -----------------------------------------------------------------------------
    def start(self, specs: Sequence[ProcessSpec]) -> None:
        """Start a group side by side and return once all of it serves. Raises RuntimeProblem, StopRequested."""
        self.launch(specs)
        self.wait_until_ready(self.groups[-1])

    def launch(self, specs: Sequence[ProcessSpec]) -> None:
        """Start a group without waiting for it."""
        group = [Managed(spec) for spec in specs]
        self.groups.append(group)
        for managed in group:
            self._spawn(managed)

    def wait_until_ready(self, group: Sequence[Managed]) -> None:
        """Return once the group serves. Raises RuntimeProblem, StopRequested."""
        for managed in group:
            assert managed.child is not None
            try:
                wait_until_ready(managed.child, managed.spec, pause=self._pause)
            except RuntimeProblem:
                self._drain(managed)
                raise

    def run_to_end(self, spec: ProcessSpec) -> str:
        """Run a process to its end and return what it wrote to stdout; its stderr is shown as it comes.

        Raises RuntimeProblem when it fails, StopRequested when interrupted.
        """
        lines: list[str] = []
        child = spawn(spec, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        managed = Managed(spec, child, time.monotonic())
        readers = [
            self.console.follow(spec.name, child.stderr, hide=spec.hide),
            self.console.follow(spec.name, child.stdout, keep=lines.append),
        ]
        try:
            while child.poll() is None:
                self._pause(1.0)
        finally:
            self._stop_group([managed])
        for reader in readers:
            reader.join(timeout=1.0)
        self._raise_if_stopping()
        if child.returncode != 0:
            for line in lines:
                self.console.line(spec.name, line)
            raise RuntimeProblem(f"{spec.name} failed ({describe_end(child.returncode)}); see its lines above.")
        return "\n".join(lines)

    # --- Running ------------------------------------------------------------------------------
    def watch(self) -> None:
        """Keep everything running until asked to stop."""
        while self.stop_signal is None:
            now = time.monotonic()
            due = [LONGEST_DELAY]
            for managed in self._all():
                self._look_after(managed, now)
                if managed.restart_at is not None:
                    due.append(max(managed.restart_at - now, 0.0))
            self._sleep(min(due))

    def _look_after(self, managed: Managed, now: float) -> None:
        if managed.restart_at is not None:
            if now >= managed.restart_at:
                managed.restart_at = None
                self._restart(managed)
            return
        if managed.child is None or managed.child.poll() is None:
            return
        kill_group(managed.child.pid)
        self._drain(managed)
        if now - managed.started_at > STEADY_SECONDS:
            managed.delay = FIRST_DELAY
        reason = describe_end(managed.child.returncode)
        self.console.line(managed.spec.name, f"ended ({reason}); starting it again in {managed.delay:g} s")
        self._postpone(managed, now)

    def _restart(self, managed: Managed) -> None:
        try:
            self._spawn(managed)
        except (OSError, RuntimeProblem) as problem:
            self.console.line(managed.spec.name, f"could not start: {problem}; next try in {managed.delay:g} s")
            self._postpone(managed, time.monotonic())

    def _postpone(self, managed: Managed, now: float) -> None:
        managed.restart_at = now + managed.delay
        managed.delay = min(managed.delay * 2, LONGEST_DELAY)

    # --- Stopping -----------------------------------------------------------------------------
    def stop(self) -> None:
        """Stop the groups, the last started first; the members of one group side by side."""
        while self.groups:
            self._stop_group(self.groups.pop())

    def _stop_group(self, group: Sequence[Managed]) -> None:
        running = [(managed.child, managed.spec) for managed in group if managed.child is not None]
        stop_together(running, pause=self._sleep, hurry=lambda: self._interrupts >= IMPATIENT)
        for managed in group:
            self._drain(managed)

    # --- Pieces -------------------------------------------------------------------------------
    def _all(self) -> list[Managed]:
        return [managed for group in self.groups for managed in group]

    def _spawn(self, managed: Managed) -> None:
        managed.child = spawn(managed.spec, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        managed.started_at = time.monotonic()
        managed.output = self.console.follow(managed.spec.name, managed.child.stdout, hide=managed.spec.hide)

    def _drain(self, managed: Managed) -> None:
        """Let the last lines of an ended process appear before we speak of it."""
        if managed.output is not None:
            managed.output.join(timeout=0.5)

    def _sleep(self, seconds: float) -> None:
        """Sleep, but wake for a signal or the end of a child."""
        select.select([self._wake_read], [], [], seconds)
        try:
            while os.read(self._wake_read, 512):
                pass
        except BlockingIOError:
            pass

    def _pause(self, seconds: float) -> None:
        """Sleep while starting. Raises StopRequested when a signal says so."""
        self._sleep(seconds)
        self._raise_if_stopping()

    def _raise_if_stopping(self) -> None:
        if self.stop_signal is not None:
            raise StopRequested

    def _on_stop_signal(self, number: int, _frame: FrameType | None) -> None:
        self._interrupts += 1
        self.stop_signal = number
