"""The loop of `manage.py run_scheduler`."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone

from shared_apps.jobs import services
from shared_apps.jobs.errors import BrokerDown
from shared_apps.jobs.services.handover import BATCH_SIZE

logger = logging.getLogger("oficio.scheduler")

NAME = "scheduler"
TICK_SECONDS = 1.0
BEAT_SECONDS = 10.0
LONGEST_WAIT_SECONDS = 10.0


class Scheduler:
    """Hands over what is due once a second until told to stop. Any number may run side by side.

    An outage of the database or the broker is logged when it begins and when it ends; in between the loop tries
    again, at first after a second and at most every ten.
    """

    def __init__(self, *, clock: Callable[[], datetime] = timezone.now) -> None:
        self._clock = clock
        self._stop = threading.Event()
        self._failures = 0
        self._failed_at = 0.0
        self._beat_due = 0.0
        self._is_prepared = False

    def stop(self) -> None:
        """Have `run` return after the batch under way. Safe in a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Tick until stopped."""
        logger.info("Scheduler started")
        while not self._stop.is_set():
            close_old_connections()  # as after a request: the memory of a backend is bounded
            self._stop.wait(self.step())
        logger.info("Scheduler stopped")

    def step(self) -> float:
        """Do one round and return how many seconds to wait for the next: none while there is more to hand over."""
        try:
            self._keep_alive()
            taken = services.hand_over_due(now=self._clock(), limit=BATCH_SIZE)
        except (OperationalError, InterfaceError) as error:
            connection.close()
            return self._failed("database", error)
        except BrokerDown as error:
            return self._failed("broker", error)
        if self._failures:
            logger.info("Scheduler works again after %.0f s", time.monotonic() - self._failed_at)
            self._failures = 0
        return 0.0 if taken == BATCH_SIZE else TICK_SECONDS

    def _keep_alive(self) -> None:
        """Beat every few seconds; make the periodic rows once, with the first beat."""
        if time.monotonic() < self._beat_due:
            return
        if not self._is_prepared:
            services.materialize_periodic(now=self._clock())
            self._is_prepared = True
        services.record_beat(name=NAME)
        self._beat_due = time.monotonic() + BEAT_SECONDS

    def _failed(self, what: str, error: Exception) -> float:
        if not self._failures:
            self._failed_at = time.monotonic()
            logger.warning("The %s is not reachable, trying again: %s", what, str(error).splitlines()[0])
        self._failures += 1
        return min(2.0 ** (self._failures - 1), LONGEST_WAIT_SECONDS)
