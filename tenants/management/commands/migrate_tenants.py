"""Migrate every tenant's schema."""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.fleet import migrate_fleet
from tenants.selectors import list_behind

BAR_WIDTH = 30


class Command(BaseCommand):
    help = "Bring every tenant's schema to the version of this code. May be stopped and run again at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only tell how many are behind; exit code 1 if any")
        parser.add_argument("--jobs", type=int, default=2, help="schemas migrated at once (default 2)")
        parser.add_argument("--canary", type=int, default=0, help="first migrate this many alone; stop if one fails")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        behind = list_behind()
        if options["check"]:
            if behind:
                raise CommandError(f"{len(behind)} tenant(s) are behind.", returncode=1)
            self.stdout.write("Every tenant is at the current version.")
            return
        if options["jobs"] < 1 or options["canary"] < 0:
            raise CommandError("--jobs must be at least 1, --canary at least 0.")
        failures = []
        done = 0
        for outcome in migrate_fleet(behind=behind, jobs=options["jobs"], canary=options["canary"]):
            done += 1
            if outcome.error:
                failures.append(outcome)
            self._progress(done, len(behind))
        if behind and options["verbosity"]:
            self.stdout.write(f"{done - len(failures)} migrated in {time.monotonic() - started:.1f} s.")
        elif options["verbosity"]:
            self.stdout.write("Every tenant is at the current version.")
        for failure in failures:
            self.stderr.write(f"{failure.schema}: {failure.error}")
        if failures:
            raise CommandError(f"{len(failures)} failed, {len(behind) - done} not tried.", returncode=1)

    def _progress(self, done: int, total: int) -> None:
        if sys.stdout.isatty():
            filled = BAR_WIDTH * done // total
            bar = "█" * filled + "·" * (BAR_WIDTH - filled)
            self.stdout.write(f"\r{bar} {done}/{total}", ending="\n" if done == total else "")
            self.stdout.flush()
