"""Checks that tell whether this installation works: a registry, and a run side by side that never takes long."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from typing import Final

from django.db import connections

logger = logging.getLogger("oficio.health")

Details = dict[str, object]
Check = Callable[[], Details]
DEADLINE_SECONDS: Final = 0.8


class Unhealthy(Exception):
    """Raised by a check that found something wrong, in words for operators and with what it measured."""

    def __init__(self, reason: str, details: Mapping[str, object] | None = None) -> None:
        super().__init__(reason)
        self.details = dict(details or {})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check found. Shapes: reason is empty when is_ok; details are for operators only."""

    name: str
    is_ok: bool
    reason: str = ""
    milliseconds: float = 0.0
    details: Details = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Registered:
    check: Check
    for_readiness: bool


_registry: dict[str, _Registered] = {}
_running: dict[str, tuple[float, "Future[Outcome]"]] = {}
_lock = threading.Lock()


def register(name: str, check: Check, *, for_readiness: bool = False) -> None:
    """Add a check; again replaces. It runs in a thread of its own, outside any context, and closes no connection.

    Those for readiness decide whether this process gets traffic: only what every request needs.
    """
    _registry[name] = _Registered(check, for_readiness)


def run_checks(*, readiness_only: bool = False, deadline_seconds: float = DEADLINE_SECONDS) -> list[Outcome]:
    """Run the checks side by side and return what they found, by name, within the deadline.

    One that hangs is reported as such and not started again while it hangs, so that a server that does not answer
    costs one thread, not one for each question.
    """
    started = time.monotonic()
    names = sorted(name for name, found in _registry.items() if found.for_readiness or not readiness_only)
    futures = {name: _start(name) for name in names}
    return [
        _await(name, future, since, started + deadline_seconds - time.monotonic())
        for name, (since, future) in futures.items()
    ]


def _start(name: str) -> "tuple[float, Future[Outcome]]":
    with _lock:
        under_way = _running.get(name)
        if under_way is not None and not under_way[1].done():
            return under_way
        future: Future[Outcome] = Future()
        _running[name] = (time.monotonic(), future)
    threading.Thread(target=_work, args=(name, future), name=f"health-{name}", daemon=True).start()
    return _running[name]


def _await(name: str, future: "Future[Outcome]", since: float, seconds: float) -> Outcome:
    waited = time.monotonic() - since
    if waited > DEADLINE_SECONDS:
        seconds = 0.0  # it hung already when we came
    try:
        return future.result(timeout=max(seconds, 0.0))
    except FutureTimeout:
        elapsed = round((time.monotonic() - since) * 1000, 1)
        return Outcome(name, is_ok=False, reason="no answer in time", milliseconds=elapsed)


def _work(name: str, future: "Future[Outcome]") -> None:
    started = time.perf_counter()
    reason, details = "", Details()
    try:
        details = _registry[name].check()
    except Unhealthy as problem:
        reason, details = str(problem), problem.details
    except Exception as error:  # whatever a server or driver raises: the check has failed
        reason = type(error).__name__
        logger.warning("Health check %s: %s", name, str(error).strip().replace("\n", " "))
    finally:
        connections.close_all()  # this thread's own: a check also proves that new connections are let in
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    future.set_result(Outcome(name, not reason, reason, milliseconds, details))
