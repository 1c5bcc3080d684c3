import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import RequestFactory
from django.utils import timezone

from shared_apps.core.health import Unhealthy
from shared_apps.jobs import services as jobs
from shared_apps.jobs.health import check_jobs
from shared_apps.jobs.models import ScheduledJob
from tenants import health, selectors
from tenants.context import public_context
from tenants.health import HealthMiddleware
from tenants.models import SchemaVersion, Tenant
from tenants.schemas.plan import plan_keys, target_version


def ask(path: str, host: str = "whatever.example", method: str = "GET") -> Any:
    request = RequestFactory().generic(method, path, headers={"host": host})
    return HealthMiddleware(lambda _: SimpleNamespace(status_code=418))(request)  # type: ignore[arg-type]


def body(response: Any) -> dict[str, Any]:
    return dict(json.loads(response.content))


def test_live_asks_no_server_and_answers_on_any_host() -> None:
    for host in ("localhost", "nobody.example", "10.0.0.7:8000"):
        response = ask("/health/live", host)
        assert (response.status_code, body(response), response["Cache-Control"]) == (200, {"status": "ok"}, "no-store")


@pytest.mark.usefixtures("committed_db")
def test_ready_names_what_it_checked() -> None:
    response = ask("/health/ready")
    assert body(response) == {"status": "ok", "checks": {"cache": "ok", "database": "ok", "migrations": "ok"}}
    assert response.status_code == 200


@pytest.mark.usefixtures("committed_db")
def test_ready_is_red_and_silent_about_addresses_when_the_database_is_gone() -> None:
    name = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = "no_such_database"
    try:
        response = ask("/health/ready/")
    finally:
        connection.settings_dict["NAME"] = name
    assert response.status_code == 503
    assert body(response) == {
        "status": "failed",
        "checks": {"cache": "ok", "database": "failed", "migrations": "failed"},
    }


@pytest.mark.usefixtures("committed_db")
def test_ready_is_red_when_the_cache_is_gone(settings: Any) -> None:
    settings.CACHES = {
        **settings.CACHES,
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"},
    }
    response = ask("/health/ready")
    assert (response.status_code, body(response)["checks"]["cache"]) == (503, "failed")


def test_other_methods_and_paths() -> None:
    assert ask("/health/ready", method="POST").status_code == 405
    assert ask("/health/full").status_code == 418
    assert ask("/healthy").status_code == 418


def test_migrations_red_when_public_lacks_one(in_public: None) -> None:
    MigrationRecorder.Migration.objects.filter(app="jobs").delete()
    with pytest.raises(Unhealthy, match="public") as caught:
        health.check_migrations()
    assert caught.value.details["public_missing"] == ["jobs.0001_initial"]


def test_migrations_red_when_the_fleet_is_behind_and_green_when_it_is_ahead(in_public: None) -> None:
    keys = [list(key) for key in plan_keys()]
    SchemaVersion.objects.create(fingerprint="old", applied=keys[:-1])
    SchemaVersion.objects.create(fingerprint="new", applied=[*keys, ["clients", "0099_future"]])
    Tenant.objects.filter(slug="alfa").update(schema_version="new")
    assert (selectors.count_behind(), health.check_migrations()["workspaces_behind"]) == (0, 0)
    Tenant.objects.filter(slug="alfa").update(schema_version="old")
    assert selectors.count_behind() == 1
    with pytest.raises(Unhealthy, match="workspaces"):
        health.check_migrations()


def test_migrations_green_while_one_of_many_is_behind(in_public: None) -> None:
    Tenant.objects.filter(slug="alfa").update(schema_version="unheard of")
    Tenant.objects.bulk_create(
        Tenant(schema_name=f"t_{number:016}", status="spare", schema_version=target_version()) for number in range(200)
    )
    assert health.check_migrations()["workspaces_behind"] == 1


def test_workspaces_red_without_a_spare(in_public: None) -> None:
    assert health.check_workspaces()["spares"] == 2
    Tenant.objects.filter(status="spare").update(status="provisioning")
    with pytest.raises(Unhealthy, match="spare"):
        health.check_workspaces()


def test_disk_measures_the_data_folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_DIR = tmp_path
    if os.statvfs(tmp_path).f_bavail:
        assert set(health.check_disk()) == {"free_gigabytes", "free_percent"}
    monkeypatch.setattr(health, "LEAST_FREE_SHARE", 1.1)
    with pytest.raises(Unhealthy, match="disk"):
        health.check_disk()


def test_jobs_red_without_a_scheduler(in_public: None) -> None:
    with pytest.raises(Unhealthy, match="scheduler"):
        check_jobs()
    jobs.record_beat(name="scheduler")
    ScheduledJob.objects.create(run_at=timezone.now(), task="a.task", state="parked", last_error="ValueError: no")
    details = check_jobs()
    assert (details["due"], details["parked"]) == (0, 1)
    assert isinstance(details["queued"], int)
    assert str(details["last_parked"]).endswith("a.task: ValueError: no']")


@pytest.mark.usefixtures("committed_db")
def test_full_report_has_every_check_with_details() -> None:
    with public_context():
        jobs.record_beat(name="scheduler")
    report = health.full_report()
    checks = {check["name"]: check for check in report["checks"]}  # type: ignore[attr-defined]
    assert {"database", "cache", "migrations", "workspaces", "disk", "jobs"} <= set(checks)
    assert checks["workspaces"]["details"]["spares"] == 2
    assert checks["jobs"]["details"]["parked"] == 0
    assert str(report["at"]).startswith(str(timezone.now().year))
