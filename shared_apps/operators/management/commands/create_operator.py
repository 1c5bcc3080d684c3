"""Create someone who runs the platform."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shared_apps.accounts import services as accounts
from shared_apps.accounts.enums import Role
from shared_apps.core.errors import DomainError
from tenants.context import public_context


class Command(BaseCommand):
    help = "Create an operator. Asks for the password, which appears nowhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Again: "):
            raise CommandError("The two passwords differ.")
        try:
            with public_context():
                accounts.create_user(
                    email=options["email"], name=options["name"], password=password, role=Role.OPERATOR
                )
        except DomainError as error:
            problems = [text for texts in error.fields.values() for text in texts] or [str(error)]
            raise CommandError(" ".join(problems)) from error
        self.stdout.write(f"{options['email']} may sign in at /operators/.")
