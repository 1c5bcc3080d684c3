"""Migrate the public schema."""

from typing import Any

from django.core.management.commands.migrate import Command as MigrateCommand

from tenants.context import public_context
from tenants.hosts import directory
from tenants.schemas.render import render_plan


class Command(MigrateCommand):
    help = "Apply the migrations of the public schema, and render those of tenants for migrate_tenants."

    def handle(self, *args: Any, **options: Any) -> None:
        with public_context():
            super().handle(*args, **options)
            if not options["plan"] and not options["check_unapplied"]:
                render_plan()  # once, here: migrate_tenants and every worker then find it stored
        directory.forget()
