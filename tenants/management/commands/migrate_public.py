"""Migrate the public schema."""

from typing import Any

from django.core.management.commands.migrate import Command as MigrateCommand

from tenants.context import public_context
from tenants.hosts import directory


class Command(MigrateCommand):
    help = "Apply the migrations of the public schema. Tenants follow with migrate_tenants."

    def handle(self, *args: Any, **options: Any) -> None:
        with public_context():
            super().handle(*args, **options)
        directory.forget()
