"""`manage.py prepare`: does what is missing, skips what is done, prints how to sign in."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared_apps.billing.models import Plan
from shared_apps.jobs.models import ScheduledJob
from tenants.context import public_context
from tenants.enums import TenantStatus
from tenants.models import Tenant

pytestmark = pytest.mark.usefixtures("db")


def prepare(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    with public_context():
        call_command("prepare", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_prepare_makes_everything_and_says_how_to_sign_in() -> None:
    out, err = prepare("--base-url", "http://localhost:8000")
    for words in (
        "http://localhost:8000/signup/",
        "Clínica Dental Sonrisa",
        "Barbería Cordillera",
        "Lucía Herrero",
        "http://clinica-sonrisa.localhost/a/",
        "http://localhost:8000/operators/",
        "operator@oficio.example.com",
    ):
        assert words in out
    assert "3 demo workspaces made" in err
    with public_context():
        assert Plan.objects.count() == 3
        assert Tenant.objects.filter(status=TenantStatus.SPARE).count() >= 2
        periodic = set(ScheduledJob.objects.filter(period_seconds__isnull=False).values_list("task", flat=True))
    assert {"shared_apps.signup.tasks.refill_pool", "shared_apps.signup.tasks.delete_expired_sign_ups"} <= periodic


def test_warm_prepare_changes_nothing_and_asks_little() -> None:
    first, _ = prepare()
    with CaptureQueriesContext(connection) as queries:
        second, err = prepare()
    assert (second, err) == (first, "")
    assert len(queries) <= 40
    changes = [query["sql"] for query in queries if query["sql"].startswith(("CREATE", "ALTER", "DROP"))]
    assert changes == []


def test_prepare_without_demo_prints_no_password() -> None:
    out, _ = prepare("--without-demo")
    assert out == ""
    with public_context():
        assert not Tenant.objects.filter(slug="clinica-sonrisa").exists()


def test_demo_is_refused_where_its_password_would_be_public(settings: object) -> None:
    settings.LOCAL_PAGES = False  # type: ignore[attr-defined]
    with public_context(), pytest.raises(CommandError, match="public password"):
        call_command("load_demo")
    out, _ = prepare()
    assert out == ""


def test_static_files_are_collected_when_they_changed(
    tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.css").write_text("a{}")
    settings.STATIC_ROOT = tmp_path / "collected"  # type: ignore[attr-defined]
    settings.STATICFILES_DIRS = [source]  # type: ignore[attr-defined]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]  # type: ignore[attr-defined]
    assert "static files collected" in prepare("--without-demo")[1]
    assert (tmp_path / "collected" / "a.css").read_text() == "a{}"
    assert "static files" not in prepare("--without-demo")[1]
    (source / "b.css").write_text("b{}")
    assert "static files collected" in prepare("--without-demo")[1]
    assert (tmp_path / "collected" / "b.css").exists()
