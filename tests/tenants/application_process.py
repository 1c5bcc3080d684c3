"""Does what web processes do, as their own login: claims a workspace, works in it, and tries what it may not."""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402
from django.db import ProgrammingError, connection, transaction  # noqa: E402

from tenants.context import public_context, tenant_context  # noqa: E402
from tests.factories.tenants import claim  # noqa: E402


def refused(sql: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except ProgrammingError as error:
        return "permission denied" in str(error) or "must be owner" in str(error)
    return False


with public_context():
    tenant = claim(slug="gamma", name="Taller Gamma")
    answers = {
        "reads a tenant's table without switching": not refused(f'SELECT * FROM "{tenant.schema_name}".auth_group'),
        "creates a table in public": not refused("CREATE TABLE mine (id int)"),
        "alters a public table": not refused("ALTER TABLE tenants_tenant ADD COLUMN mine int"),
        "creates a schema": not refused("CREATE SCHEMA mine"),
        "creates a role": not refused("CREATE ROLE mine"),
    }
with tenant_context(tenant):
    Group.objects.create(name="works")
    answers["alters a tenant's table"] = not refused("ALTER TABLE auth_group ADD COLUMN mine int")
    answers["groups"] = list(Group.objects.values_list("name", flat=True))
print(json.dumps(answers))
