"""Web processes log in without rights to change tables: the same product, fewer rights."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import call_command
from django.db import connection

from tenants import services
from tenants.context import public_context
from tenants.enums import TenantStatus
from tenants.models import Tenant

PROCESS = Path(__file__).with_name("application_process.py")
LOGIN_SQL = Path(__file__).resolve().parents[2] / "deploy" / "postgres" / "create-application-login.sh"
LOGIN = "oficio_test_app"


@pytest.fixture
def application_url(committed_db: None, settings: object) -> Iterator[str]:
    """A database whose public tables and newest spare the application's login may use; its address for that login."""
    script = LOGIN_SQL.read_text().split("<<'SQL'\n")[1].rsplit("SQL", 1)[0]
    with public_context(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (owner,) = cursor.fetchone()
        for name, value in (("login", LOGIN), ("owner", owner)):
            script = script.replace(f':"{name}"', f'"{value}"')
        cursor.execute(script.replace(":'password'", "'app'"))
        # The tables of this database are older than the script's default privileges.
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {LOGIN}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {LOGIN}")
    settings.TENANT_APPLICATION_LOGIN = LOGIN  # type: ignore[attr-defined]
    with public_context():
        Tenant.objects.filter(status=TenantStatus.SPARE).update(status=TenantStatus.DELETED)
        services.refill_pool(size=1)
        call_command("migrate_public", verbosity=0)
    address = urlsplit(os.environ["DATABASE_URL"])
    host = address.netloc.rpartition("@")[2]
    yield urlunsplit(address._replace(netloc=f"{LOGIN}:app@{host}", path=f"/{connection.settings_dict['NAME']}"))
    with public_context(), connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {LOGIN}")
        cursor.execute(f"DROP ROLE {LOGIN}")


def test_application_login_serves_but_changes_no_table(application_url: str) -> None:
    answer = subprocess.run(
        [sys.executable, str(PROCESS)],
        env=os.environ | {"DATABASE_URL": application_url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == {
        "reads a tenant's table without switching": False,
        "creates a table in public": False,
        "alters a public table": False,
        "creates a schema": False,
        "creates a role": False,
        "alters a tenant's table": False,
        "groups": ["works"],
    }
