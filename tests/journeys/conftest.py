"""Journeys through the real product in a real browser."""

import os
import shutil
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path

import pytest
from django.core import mail
from django.core.cache import cache
from playwright.sync_api import Browser, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from shared_apps.billing.services import load_plans
from tenants.context import public_context
from tenants.hosts import directory
from tests import plugin
from tests.conftest import _use_database

from .browser import ARGUMENTS, MakeVisitor, Visitor
from .product import Product, serve

ARTIFACTS = Path(__file__).resolve().parents[2] / "test-artifacts"
MISSING = "The browser tests need Chromium: apt-get install chromium libatomic1"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, and keep each module on one worker: its tests share a database."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Start Chromium. Without it tests are skipped, or fail when REQUIRE_BROWSER=1."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None or find_library("atomic") is None:  # the latter is for Playwright's own driver
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    # Playwright's synchronous interface runs an event loop on this thread; Django would refuse every query here.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def product(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Serve the product on a free port while the journeys run: its settings must not reach other tests."""
    with serve(tmp_path_factory.mktemp("static")) as running:
        yield running


@pytest.fixture(scope="module")
def database(product: Product, django_db_blocker: DjangoDbBlocker, worker_id: str) -> Iterator[None]:
    """Give the module a fresh database whose rows are committed, so that the server's threads see them."""
    with django_db_blocker.unblock():
        _start_anew(worker_id)
        yield
        _start_anew(worker_id)


def _start_anew(worker_id: str) -> None:
    _use_database(plugin.clone_template(worker_id))
    directory.forget()
    with public_context():
        cache.clear()
        load_plans()


@pytest.fixture
def visitor(database: None, browser: Browser, request: pytest.FixtureRequest) -> Iterator[MakeVisitor]:
    """Return a function that seats one more visitor; at the end none may have met a problem."""
    visitors: list[Visitor] = []

    def make(**options: object) -> Visitor:
        visitors.append(Visitor(browser, artifacts=ARTIFACTS, **options))  # type: ignore[arg-type]
        return visitors[-1]

    mail.outbox.clear()
    yield make
    problems = [problem for one in visitors for problem in one.problems]
    failed = getattr(request.node, "failed", False)
    for number, one in enumerate(visitors):
        if failed or problems:
            one.photograph(f"failure-{request.node.name}-{number}")
        one.close()
    assert problems == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Let the `visitor` fixture know that the test failed, so that it keeps a picture."""
    report = yield
    if report.when == "call":
        item.failed = report.failed  # type: ignore[attr-defined]
    return report
