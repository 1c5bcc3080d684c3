#!/usr/bin/env python
"""Runs Django's commands, in the public context: a command enters a tenant explicitly."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    from django.core.management import execute_from_command_line

    import config.celery  # noqa: F401  (sets the current Celery application)
    from tenants.context import public_context

    with public_context():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
