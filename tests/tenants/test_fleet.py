"""Fleet migrations: planned once, replayed per schema, resumable, and equal to migrating from zero."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import psycopg2
import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection, migrations

from tenants import selectors, services
from tenants.checks import migration_errors
from tenants.context import TenantSnapshot, public_context, tenant_context
from tenants.errors import UnknownSchemaVersion
from tenants.fleet import migrate_fleet
from tenants.models import RenderedPlan, Tenant
from tenants.schemas import render
from tenants.schemas.catalogue import catalogue_facts
from tenants.schemas.drift import expected_facts, find_drift
from tenants.schemas.plan import fingerprint, plan_digest, plan_keys, tenant_app_labels
from tests.tenants import extra_migration

PROCESS = Path(__file__).with_name("fleet_process.py")


@pytest.fixture
def released(committed_db: None) -> Iterator[None]:
    with extra_migration.released(), public_context():
        yield


def has_note(schema: str) -> bool:
    with public_context(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM information_schema.columns"
            " WHERE table_schema = %s AND table_name = 'auth_group' AND column_name = 'note'",
            [schema],
        )
        return cursor.fetchone()[0] == 1


def recorded(schema: str) -> int:
    with public_context(), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM \"{schema}\".django_migrations WHERE name = '9999_group_note'")
        return cursor.fetchone()[0]


def test_nothing_to_do_costs_one_query(tenant: TenantSnapshot, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert selectors.list_behind() == []
    call_command("migrate_tenants", check=True, stdout=StringIO())


def test_every_schema_gets_what_it_lacks(released: None) -> None:
    behind = selectors.list_behind()
    assert len(behind) == 4
    with pytest.raises(CommandError, match=r"4 tenant\(s\) are behind"):
        call_command("migrate_tenants", check=True)
    out = StringIO()
    call_command("migrate_tenants", jobs=2, canary=1, stdout=out)
    assert "4 migrated" in out.getvalue()
    assert selectors.list_behind() == []
    for _, schema, _ in behind:
        assert has_note(schema)
        assert recorded(schema) == 1
    call_command("migrate_tenants", stdout=out)
    assert "Every tenant is at the current version" in out.getvalue()


def test_replayed_equals_migrated_from_zero(released: None) -> None:
    """A schema upgraded by replay, one provisioned at the new version, and one migrated from zero are alike."""
    call_command("migrate_tenants", stdout=StringIO())
    expected = expected_facts()
    new = services.provision_tenant(tenant_id=services.request_tenant().pk)
    for schema in [new.schema_name, *Tenant.objects.values_list("schema_name", flat=True)]:
        assert not find_drift(schema, expected)
    assert len(expected) > 100


def test_replayed_and_provisioned_have_the_same_rights(released: None) -> None:
    upgraded = selectors.list_behind()[0][1]
    call_command("migrate_tenants", stdout=StringIO())
    new = services.provision_tenant(tenant_id=services.request_tenant().pk)
    assert catalogue_facts(upgraded) == catalogue_facts(new.schema_name)
    assert any(
        line.startswith("rights auth_group $user DELETE,INSERT,SELECT,UPDATE") for line in catalogue_facts(upgraded)
    )


def test_drift_is_told(in_public: None, tenant: TenantSnapshot) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{tenant.schema}".auth_group ADD COLUMN surprise int')
        cursor.execute(f'ALTER TABLE "{tenant.schema}".auth_group DROP CONSTRAINT auth_group_name_key')
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match="1 of 4"):
        call_command("check_drift", stdout=out, stderr=err)
    assert "has    column auth_group.surprise integer" in err.getvalue()
    assert "lacks  constraint auth_group.auth_group_name_key UNIQUE (name)" in err.getvalue()


def test_canary_that_fails_stops_the_run(released: None) -> None:
    behind = selectors.list_behind()
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{behind[0][1]}".auth_group ADD COLUMN note text')
    err = StringIO()
    with pytest.raises(CommandError, match="1 failed, 3 not tried"):
        call_command("migrate_tenants", canary=1, stdout=StringIO(), stderr=err)
    assert "already exists" in err.getvalue()
    assert "already exists" in Tenant.objects.get(pk=behind[0][0]).last_error
    assert [has_note(schema) for _, schema, _ in behind[1:]] == [False] * 3
    assert recorded(behind[0][1]) == 0


def test_failure_of_one_leaves_the_others_going(released: None) -> None:
    behind = selectors.list_behind()
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{behind[1][1]}".auth_group ADD COLUMN note text')
    outcomes = list(migrate_fleet(behind=behind, jobs=2))
    assert sorted(outcome.schema for outcome in outcomes if not outcome.error) == sorted(
        schema for _, schema, _ in behind if schema != behind[1][1]
    )
    assert [entry[1] for entry in selectors.list_behind()] == [behind[1][1]]


def test_locked_schema_is_retried(released: None) -> None:
    _, schema, _ = behind = selectors.list_behind()[0]
    blocker = psycopg2.connect(**connection.get_connection_params())
    pauses: list[float] = []
    try:
        with blocker.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{schema}".auth_group IN ACCESS EXCLUSIVE MODE')

        def unlock(seconds: float) -> None:
            pauses.append(seconds)
            blocker.rollback()

        outcomes = list(migrate_fleet(behind=[behind], canary=1, pause=unlock))
    finally:
        blocker.close()
    assert [outcome.error for outcome in outcomes] == [""]
    assert len(pauses) == 1
    assert has_note(schema)


def test_two_runs_at_once_migrate_each_schema_once(released: None) -> None:
    behind = selectors.list_behind()
    outcomes = list(migrate_fleet(behind=[*behind, *behind], jobs=4))
    assert [outcome.error for outcome in outcomes] == [""] * 8
    assert [recorded(schema) for _, schema, _ in behind] == [1] * 4


def test_unknown_version_stops_before_anything_changes(released: None) -> None:
    behind = selectors.list_behind()
    broken = [*behind[:1], (behind[1][0], behind[1][1], "f" * 64)]
    with pytest.raises(UnknownSchemaVersion):
        list(migrate_fleet(behind=broken))
    assert not has_note(behind[0][1])


def test_killed_run_resumes(committed_db: None) -> None:
    """kill -9 in the middle of a schema: that schema stays at its old version, and the next run completes the fleet."""
    process = subprocess.Popen(
        [sys.executable, str(PROCESS), connection.settings_dict["NAME"]], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        schema = process.stdout.readline().strip()  # replayed, not committed, and now asleep
        assert schema.startswith("t_")
        time.sleep(0.5)  # the statement that replays and then sleeps is on its way
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    finally:
        process.kill()
        process.stdout.close()
    with extra_migration.released(), public_context():
        for _ in range(50):
            if len(selectors.list_behind()) == 3:
                break
            time.sleep(0.1)
        behind = selectors.list_behind()
        assert schema in {entry[1] for entry in behind}
        assert not has_note(schema)
        call_command("migrate_tenants", stdout=StringIO())
        assert selectors.list_behind() == []
        assert has_note(schema)


def test_ids_of_content_types_and_permissions_are_the_same_everywhere(
    tenant: TenantSnapshot, other_tenant: TenantSnapshot
) -> None:
    def read() -> tuple[dict[tuple[str, str], int], dict[tuple[int, str], int]]:
        types = ContentType.objects.filter(app_label__in=tenant_app_labels())
        permissions = Permission.objects.filter(content_type__in=types)
        return (
            {(row.app_label, row.model): row.pk for row in types},
            {(row.content_type_id, row.codename): row.pk for row in permissions},
        )

    with public_context():
        public = read()
    with tenant_context(tenant):
        assert read() == public
    with tenant_context(other_tenant):
        assert read() == public
    assert len(public[0]) > 5


def test_fingerprint_does_not_depend_on_order() -> None:
    keys = plan_keys()
    assert fingerprint(keys) == fingerprint(keys[::-1])
    assert fingerprint(keys) != fingerprint(keys[:-1])


def _migration(*operations: object, atomic: bool = True) -> migrations.Migration:
    body = {"operations": list(operations), "atomic": atomic, "__module__": __name__}
    return type("Migration", (migrations.Migration,), body)("0002_bad", "clients")


@pytest.mark.parametrize(
    ("migration", "expected"),
    [
        (_migration(migrations.RunPython(migrations.RunPython.noop)), ["tenants.E001"]),
        (
            _migration(
                migrations.SeparateDatabaseAndState(
                    database_operations=[migrations.RunPython(migrations.RunPython.noop)]
                )
            ),
            ["tenants.E001"],
        ),
        (_migration(atomic=False), ["tenants.E002"]),
        (_migration(migrations.RunSQL("UPDATE clients_client SET name = name")), []),
    ],
)
def test_check_refuses_what_cannot_be_replayed(migration: migrations.Migration, expected: list[str]) -> None:
    assert [error.id for error in migration_errors(migration)] == expected


def test_plan_is_rendered_once_for_every_process(in_public: None, monkeypatch: pytest.MonkeyPatch) -> None:
    first = render.render_plan()
    assert RenderedPlan.objects.filter(digest=plan_digest()).count() == 1
    render.render_plan.cache_clear()  # as in another process

    def run_again() -> None:
        raise AssertionError("rendered again")

    monkeypatch.setattr(render, "run_plan", run_again)
    assert render.render_plan() == first
    assert len(first) == len(plan_keys()) + 1


def test_changed_migration_is_rendered_anew(in_public: None) -> None:
    before = plan_digest()
    with extra_migration.released():
        assert plan_digest() != before
        assert render.render_plan()[-1].key == ("auth", "9999_group_note")
        assert RenderedPlan.objects.filter(digest=plan_digest()).exists()
    assert plan_digest() == before
