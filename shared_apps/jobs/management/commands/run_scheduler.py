"""Hands over due jobs until it is stopped."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from shared_apps.jobs.scheduler import Scheduler


class Command(BaseCommand):
    help = "Hand over due jobs to the workers, once a second. Several may run side by side. Stops on SIGTERM or Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        scheduler = Scheduler()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: scheduler.stop())
        scheduler.run()
