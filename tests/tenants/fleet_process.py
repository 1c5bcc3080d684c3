"""Migrates one schema, then prints the next one's name, whose transaction sleeps until this process is killed."""

import os
import sys
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
upgrade_sql = fleet.upgrade_sql
seen: list[str] = []


def upgrade_and_wait(schema: str, missing: object) -> str:
    """Let the second schema's transaction sleep after its replay, with its name on standard output."""
    seen.append(schema)
    sql = upgrade_sql(schema, missing)  # type: ignore[arg-type]
    if len(seen) == 2:
        print(schema, flush=True)
        sql += "SELECT pg_sleep(4);"  # the backend ends its statement before it notices that its client is gone
    return sql


with extra_migration.released(), public_context():
    fleet.upgrade_sql = upgrade_and_wait
    list(fleet.migrate_fleet(behind=selectors.list_behind(), canary=4))
