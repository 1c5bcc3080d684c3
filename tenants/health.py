"""Liveness and readiness on every host, and the full report that operators see.

`/health/live` says that the process answers. `/health/ready` says that it can serve: database, cache, and schemas that
fit the code; it names what is wrong and nothing more. Both answer before the host is looked up, within a second.
"""

import shutil
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone

from shared_apps.core import health
from shared_apps.core.health import Details, Unhealthy

from . import selectors
from .context import public_context
from .enums import TenantStatus
from .schemas.plan import target_version

LIVE_PATH, READY_PATH = "/health/live", "/health/ready"
# A fleet migration that left one workspace of thousands behind must not take the others off the air.
TOLERATED_SHARE_BEHIND = 0.01
LEAST_FREE_SHARE = 0.05


class HealthMiddleware:
    """Answers the two probes; everything else goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info.rstrip("/")
        if path not in (LIVE_PATH, READY_PATH):
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = JsonResponse({"status": "ok"}) if path == LIVE_PATH else _ready()
        response["Cache-Control"] = "no-store"
        return response


def _ready() -> HttpResponse:
    outcomes = health.run_checks(readiness_only=True)
    is_ok = all(outcome.is_ok for outcome in outcomes)
    body = {
        "status": "ok" if is_ok else "failed",
        "checks": {outcome.name: "ok" if outcome.is_ok else "failed" for outcome in outcomes},
    }
    return JsonResponse(body, status=HTTPStatus.OK if is_ok else HTTPStatus.SERVICE_UNAVAILABLE)


def full_report() -> Details:
    """Return every check with what it found, for operators: `{"status", "at", "checks": [{"name", "is_ok", …}]}`.

    Takes at most two seconds, whatever hangs.
    """
    outcomes = health.run_checks(deadline_seconds=2.0)
    return {
        "status": "ok" if all(outcome.is_ok for outcome in outcomes) else "failed",
        "at": timezone.now().isoformat(timespec="seconds"),
        "checks": [
            {
                "name": outcome.name,
                "is_ok": outcome.is_ok,
                "reason": outcome.reason,
                "milliseconds": outcome.milliseconds,
                "details": outcome.details,
            }
            for outcome in outcomes
        ],
    }


def register() -> None:
    """Add the checks that the tenancy core answers for."""
    health.register("database", check_database, for_readiness=True)
    health.register("cache", check_cache, for_readiness=True)
    health.register("migrations", check_migrations, for_readiness=True)
    health.register("workspaces", check_workspaces)
    health.register("disk", check_disk)


def check_database() -> Details:
    """Ask the database for its version over a new connection."""
    with public_context(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_database_size(current_database())")
        version, size = cursor.fetchone()
    return {"version": version, "megabytes": round(size / 1_000_000)}


def check_cache() -> Details:
    """Write a value and read it back."""
    with public_context():
        cache.set("health", "ok", timeout=60)
        if cache.get("health") != "ok":
            raise Unhealthy("a value just written was not there")
    return {}


def check_migrations() -> Details:
    """Raise Unhealthy when the public schema lacks a migration of this code, or more than 1 % of the fleet does.

    What is ahead of this code is fine: migrations are additive, so old code runs on new tables. Four queries.
    """
    with public_context():
        missing = list_missing_in_public()
        behind = selectors.count_behind()
        living = sum(row["number"] for row in selectors.fleet_versions())
    details: Details = {
        "public_missing": [f"{label}.{name}" for label, name in missing],
        "workspaces_behind": behind,
        "workspaces": living,
        "version": target_version()[:12],
    }
    if missing:
        raise Unhealthy("the public schema is behind", details)
    if behind > TOLERATED_SHARE_BEHIND * living:
        raise Unhealthy("workspaces are behind", details)
    return details


def list_missing_in_public() -> list[tuple[str, str]]:
    """Return the migrations of this code that the public schema lacks, all for an empty database. Two queries."""
    with public_context():
        return sorted(_known_migrations() - set(MigrationRecorder(connection).applied_migrations()))


@lru_cache(maxsize=1)
def _known_migrations() -> frozenset[tuple[str, str]]:
    """Return what the public schema should have applied; the files of a running process do not change."""
    shared = set(settings.SHARED_APPS)
    labels = {config.label for config in apps.get_app_configs() if config.name in shared}
    return frozenset(key for key in MigrationLoader(None).graph.nodes if key[0] in labels)


def check_workspaces() -> Details:
    """Count workspaces by status. Raises Unhealthy when no spare is left for the next sign-up."""
    counts = selectors.count_by_status()
    details: Details = {
        "by_status": counts,
        "spares": counts.get(TenantStatus.SPARE, 0),
        "spares_wanted": settings.TENANT_SPARE_POOL_SIZE,
        "versions": [
            {"version": row["schema_version"][:12], "number": row["number"]} for row in selectors.fleet_versions()
        ],
    }
    if settings.TENANT_SPARE_POOL_SIZE and not details["spares"]:
        raise Unhealthy("no spare workspace is left", details)
    return details


def check_disk() -> Details:
    """Measure the disk that holds the data folder. Raises Unhealthy when less than 5 % is free."""
    usage = shutil.disk_usage(settings.DATA_DIR if settings.DATA_DIR.exists() else settings.BASE_DIR)
    details: Details = {
        "free_gigabytes": round(usage.free / 1e9, 1),
        "free_percent": round(100 * usage.free / usage.total, 1),
    }
    if usage.free < LEAST_FREE_SHARE * usage.total:
        raise Unhealthy("the disk is nearly full", details)
    return details
