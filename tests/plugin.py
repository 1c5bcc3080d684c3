"""Gives every test session a throw-away PostgreSQL and Valkey, and every xdist worker a database of its own.

Loaded with `-p tests.plugin`, because pytest-django reads DATABASES before any conftest is imported. The controller
(or the only process) starts the servers; its workers inherit the addresses through the environment. When DATABASE_URL
or REDIS_URL is set already, that real server is used: its login must be allowed to create databases.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from psycopg2 import sql

from config.runtime.servers import throw_away

TEMPLATE = "oficio_template"
# Set by the controller for its workers; holds the address that databases are created through.
SERVER_VARIABLE = "OFICIO_TEST_SERVER_URL"
VARIABLES = ("DATABASE_URL", "REDIS_URL", "OFICIO_DATA_DIR", SERVER_VARIABLE)
BUILD_LOCK = 7_236_001


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Start the servers before pytest-django loads the settings; stop them when pytest ends, however it ends."""
    wanted = early_config.known_args_namespace
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        _separate(worker)
    elif not (wanted.help or wanted.version):
        stack = ExitStack()
        early_config.add_cleanup(stack.close)
        stack.enter_context(_servers())
    return (yield)


@contextmanager
def _servers() -> Iterator[None]:
    """Export the addresses of the servers while the block runs."""
    saved = {name: os.environ.get(name) for name in VARIABLES}
    with ExitStack() as stack:
        if not (saved["DATABASE_URL"] and saved["REDIS_URL"]):
            addresses = stack.enter_context(throw_away())
            for name, value in addresses.environment().items():
                os.environ[name] = saved[name] or value
        os.environ["OFICIO_DATA_DIR"] = stack.enter_context(tempfile.TemporaryDirectory(prefix="oficio-tests-"))
        os.environ[SERVER_VARIABLE] = os.environ["DATABASE_URL"]
        _drop_left_over()
        try:
            yield
        finally:
            for name, before in saved.items():
                if before is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = before


def _separate(worker: str) -> None:
    """Give an xdist worker ("gw3") its own numbered Valkey database and folder; the controller keeps number 0."""
    os.environ["OFICIO_DATA_DIR"] = os.path.join(os.environ["OFICIO_DATA_DIR"], worker)
    address = urlsplit(os.environ["REDIS_URL"])
    os.environ["REDIS_URL"] = urlunsplit(address._replace(path=f"/{int(worker.removeprefix('gw')) + 1}"))


def create_template(build: Callable[[str], None]) -> None:
    """Build the template database once for all workers; the others wait.

    `build` gets the name of an empty database and must close its connections to it before it returns.
    """
    with _maintenance() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [BUILD_LOCK])
        if _exists(cursor, TEMPLATE):
            return
        draft = f"{TEMPLATE}_draft"
        _drop(cursor, draft)
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(draft)))
        build(draft)
        cursor.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(TEMPLATE))
        )


def clone_template(worker_id: str) -> str:
    """Create the worker's database from the template and return its name. "master" is the worker without xdist."""
    name = f"oficio_test_{worker_id}"
    with _maintenance() as cursor:
        # CREATE DATABASE wants the template to itself; workers take turns.
        cursor.execute("SELECT pg_advisory_lock(%s)", [BUILD_LOCK])
        _drop(cursor, name)
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
    return name


@contextmanager
def _maintenance() -> Iterator["psycopg2.extensions.cursor"]:
    """Yield a cursor that may create databases; closing its connection releases its advisory locks."""
    address = urlsplit(os.environ[SERVER_VARIABLE])
    connection = psycopg2.connect(urlunsplit(address._replace(path="/postgres")))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _exists(cursor: "psycopg2.extensions.cursor", name: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return cursor.fetchone() is not None


def _drop(cursor: "psycopg2.extensions.cursor", name: str) -> None:
    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _drop_left_over() -> None:
    """Drop the template of an earlier session on a real server: its tables may be out of date."""
    with _maintenance() as cursor:
        _drop(cursor, TEMPLATE)
