"""Build spare workspaces."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tenants import services as tenants


class Command(BaseCommand):
    help = "Build spare workspaces until the pool is full. Needs a login that may create schemas and roles."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", type=int, default=None, help="how many to have ready (default: the setting)")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{tenants.refill_pool(size=options['size'])} built.")
