"""Fixtures of every test: a migrated database, two workspaces with colliding keys, and clients for them."""

from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

import config.celery  # noqa: F401  (sets the current Celery application, as manage.py and wsgi.py do)
from shared_apps.core import ratelimit
from tenants import services as tenant_services
from tenants.context import TenantSnapshot, public_context, tenant_context
from tenants.hosts import directory
from tenants.selectors import find_tenant_by_slug
from tests import plugin
from tests.factories.tenants import claim

ALFA, BETA = "alfa", "beta"
SPARES = 2


def build_template(name: str) -> None:
    """Migrate an empty database and give it two workspaces, `alfa` and `beta`, and spares for sign-up tests."""
    _use_database(name)
    with public_context():
        call_command("migrate_public", verbosity=0)
        tenant_services.refill_pool(size=SPARES + 2)
        claim(slug=ALFA, name="Clínica Alfa", sector="dentist", country="MX")
        claim(slug=BETA, name="Barbería Beta", sector="barber", country="CL")
    connection.close()


def _use_database(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, worker_id: str
) -> Iterator[None]:
    """Clone this worker's database from the template; replaces pytest-django's, which knows one schema only."""
    with django_db_blocker.unblock():
        plugin.create_template(build_template)
        _use_database(plugin.clone_template(worker_id))
        with public_context():
            _ = connection.features.supports_transactions  # asked once, before a test's transaction
    yield
    with django_db_blocker.unblock():
        connection.close()


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker, worker_id: str) -> Iterator[None]:
    """Let the test commit for real (threads, processes, live servers); the database is cloned anew afterwards."""
    directory.forget()
    with django_db_blocker.unblock():
        yield
        connection.close()  # before its database is dropped under it
        _use_database(plugin.clone_template(worker_id))
    directory.forget()


@pytest.fixture(autouse=True)
def _rate_limits_are_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo the pause that a slow or stopped cache gave the limits in another test."""
    monkeypatch.setattr(ratelimit, "_cache_down_until", 0.0)


@pytest.fixture(autouse=True)
def _living_connection(django_db_blocker: DjangoDbBlocker) -> None:
    """Start on a connection that works: servers and databases come and go between tests that need real ones."""
    if connection.connection is None or connection.in_atomic_block:
        return
    with django_db_blocker.unblock():
        if not connection.is_usable():
            connection.close()


@pytest.fixture(autouse=True)
def _forget_hosts() -> Iterator[None]:
    directory.forget()
    yield
    directory.forget()


@pytest.fixture(autouse=True)
def _clear_cache(request: pytest.FixtureRequest) -> None:
    """Empty this worker's Valkey database, so that rate limits and cached pages do not leak between tests."""
    if {"db", "committed_db", "tenant", "other_tenant", "in_public"} & set(request.fixturenames):
        from django.core.cache import cache

        with public_context():
            cache.clear()


def _snapshot(slug: str) -> TenantSnapshot:
    tenant = find_tenant_by_slug(slug=slug)
    assert tenant is not None
    return tenant.snapshot()


@pytest.fixture
def tenant(request: pytest.FixtureRequest) -> TenantSnapshot:
    """The workspace `alfa`: a dental clinic in Mexico. Inside a transaction unless the test asks for committed_db."""
    _database(request)
    return _snapshot(ALFA)


@pytest.fixture
def other_tenant(request: pytest.FixtureRequest) -> TenantSnapshot:
    """The workspace `beta`: a barber shop in Chile, whose rows have the same primary keys as alfa's."""
    _database(request)
    return _snapshot(BETA)


def _database(request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("committed_db" if "committed_db" in request.fixturenames else "db")


@pytest.fixture
def in_tenant(tenant: TenantSnapshot) -> Iterator[TenantSnapshot]:
    """Run the test inside `alfa`."""
    with tenant_context(tenant):
        yield tenant


@pytest.fixture
def in_public(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run the test in the public context."""
    _database(request)
    with public_context():
        yield


@pytest.fixture
def client_for() -> Callable[..., Client]:
    """Return a function that makes a Django test client for a workspace's host, or for the apex when given None."""

    def make(tenant: TenantSnapshot | None, **options: object) -> Client:
        host = f"{tenant.slug}.localhost" if tenant else "localhost"
        return Client(headers={"host": host}, **options)  # type: ignore[arg-type]

    return make
