"""Migrates one schema, then prints the next one's name in the middle of its transaction and waits to be killed."""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"

import django

django.setup()

from django.db import connection  # noqa: E402

from tenants import fleet, selectors  # noqa: E402
from tenants.context import public_context  # noqa: E402
from tests.tenants import extra_migration  # noqa: E402

connection.settings_dict["NAME"] = sys.argv[1]
replay = fleet.upgrade_schema
done: list[str] = []


def replay_and_wait(schema: str, missing: object) -> None:
    replay(schema, missing)  # type: ignore[arg-type]
    done.append(schema)
    if len(done) == 2:
        print(schema, flush=True)
        time.sleep(60)


with extra_migration.released(), public_context():
    fleet.upgrade_schema = replay_and_wait
    list(fleet.migrate_fleet(behind=selectors.list_behind(), canary=4))
