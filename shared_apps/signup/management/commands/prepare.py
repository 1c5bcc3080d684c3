"""Bring an installation to where its processes can serve."""

import hashlib
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from shared_apps.billing import services as billing
from shared_apps.jobs import services as jobs
from shared_apps.signup import services
from shared_apps.signup.services.demo import DEMO_PASSWORD, OPERATOR_EMAIL
from tenants import health
from tenants import selectors as tenants_selectors
from tenants import services as tenants
from tenants.enums import TenantStatus
from tenants.hosts import apex_url

FIRST_SPARES: Final = 2  # the worker builds the rest


class Command(BaseCommand):
    help = "Prepare everything that `make run` or a deployment needs. What is done already is skipped."
    requires_system_checks: list[str] = []  # those run in `make check`; here they would cost half of a warm start

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--without-demo", action="store_true", help="no demo workspaces and no demo operator")
        parser.add_argument("--base-url", default="", help="the apex, as it is printed (default: from the settings)")

    def handle(self, *args: Any, **options: Any) -> None:
        self._step("public tables migrated", self._migrate_public)
        self._step("workspaces migrated", self._migrate_tenants)
        self._step("plans loaded", billing.load_plans)
        self._step("static files collected", self._collect_static)
        with_demo = settings.LOCAL_PAGES and not options["without_demo"]
        if with_demo:
            self._step("demo workspaces made", lambda: services.load_demo(now=timezone.now()))
        self._step("spare workspaces built", self._build_spares)
        jobs.materialize_periodic(now=timezone.now())
        if with_demo:
            self._print_sign_ins(options["base_url"].rstrip("/") or apex_url("").rstrip("/"))

    # --- Steps: each returns what it did, and 0 when there was nothing to do ---------------------
    def _step(self, name: str, work: Callable[[], int]) -> None:
        started = time.monotonic()
        if done := work():
            self.stderr.write(f"{done} {name} in {time.monotonic() - started:.1f} s")

    def _migrate_public(self) -> int:
        missing = health.list_missing_in_public()
        if missing:
            call_command("migrate_public", verbosity=0, interactive=False)
        return len(missing)

    def _migrate_tenants(self) -> int:
        behind = len(tenants_selectors.list_behind())
        if behind:
            call_command("migrate_tenants", verbosity=0)
        return behind

    def _build_spares(self) -> int:
        wanted = min(FIRST_SPARES, settings.TENANT_SPARE_POOL_SIZE)
        if tenants_selectors.count_by_status().get(TenantStatus.SPARE, 0) >= wanted:
            return 0
        return tenants.refill_pool(size=wanted)

    def _collect_static(self) -> int:
        """Collect when a source has changed since the last time; the stamp beside the result holds their digest."""
        if not settings.STATIC_ROOT:
            return 0
        stamp = Path(settings.STATIC_ROOT).with_suffix(".stamp")
        digest = _digest_of_sources()
        if stamp.exists() and stamp.read_text() == digest:
            return 0
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(digest)
        return sum(1 for path in Path(settings.STATIC_ROOT).rglob("*") if path.is_file())

    # --- What is printed -------------------------------------------------------------------------
    def _print_sign_ins(self, apex: str) -> None:
        workspaces = services.list_demo()
        lines = [f"Oficio                {apex}", f"Create a workspace    {apex}/signup/", ""]
        for workspace in workspaces:
            lines += [
                f"{workspace.name}",
                f"  public page         {workspace.url}",
                f"  panel               {workspace.panel_url}",
                f"  sign-in             {workspace.email}  {DEMO_PASSWORD}",
            ]
        if workspaces:
            lines += ["", f"A client's link       {workspaces[0].client_url}"]
        lines += [
            f"Operators             {apex}/operators/",
            f"  sign-in             {OPERATOR_EMAIL}  {DEMO_PASSWORD}",
        ]
        self.stdout.write("\n".join(lines))


def _digest_of_sources() -> str:
    """Return a digest of path, size and time of every static source, and of how they are stored."""
    digest = hashlib.blake2b(repr(settings.STORAGES["staticfiles"]).encode(), digest_size=16)
    for finder in get_finders():
        for path, storage in finder.list(None):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
