"""Run a registered backfill over every tenant."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tenants.backfills import get_backfill, run_backfill


class Command(BaseCommand):
    help = "Run a data change in every tenant, in batches. May be stopped and run again at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            get_backfill(options["name"])
        except KeyError as error:
            raise CommandError(f"There is no backfill named {options['name']!r}.") from error
        finished = 0
        for schema, batches in run_backfill(name=options["name"], now=timezone.now):
            finished += 1
            self.stdout.write(f"{schema}: {batches} batch(es)")
        self.stdout.write(f"Finished in {finished} tenant(s).")
