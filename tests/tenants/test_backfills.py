"""Backfills: every tenant once, in batches, resumable."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from tenants import backfills
from tenants.context import TenantSnapshot, tenant_context
from tenants.models import BackfillProgress

BATCH = 2


def shout(after: int) -> int | None:
    """Put the next two groups' names in capitals."""
    rows = list(Group.objects.filter(pk__gt=after).order_by("pk")[:BATCH])
    for row in rows:
        row.name = f"{row.name}!"
        row.save()
    return rows[-1].pk if rows else None


@pytest.fixture
def backfill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfills, "_registry", {})
    backfills.register_backfill(backfills.Backfill("shout", shout))


@pytest.fixture
def groups(tenant: TenantSnapshot, other_tenant: TenantSnapshot) -> None:
    for each, number in ((tenant, 5), (other_tenant, 1)):
        with tenant_context(each):
            Group.objects.bulk_create(Group(name=f"{each.slug}-{index}") for index in range(number))


def names(tenant: TenantSnapshot) -> list[str]:
    with tenant_context(tenant):
        return list(Group.objects.order_by("pk").values_list("name", flat=True))


def test_each_row_of_each_tenant_changes_once(
    backfill: None, groups: None, tenant: TenantSnapshot, other_tenant: TenantSnapshot
) -> None:
    call_command("run_backfill", "shout", stdout=StringIO())
    call_command("run_backfill", "shout", stdout=StringIO())
    assert names(tenant) == [f"alfa-{index}!" for index in range(5)]
    assert names(other_tenant) == ["beta-0!"]


def test_stopped_backfill_resumes(
    backfill: None, groups: None, tenant: TenantSnapshot, in_public: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def stop_at_second(after: int) -> int | None:
        calls.append(after)
        if len(calls) == 2:
            shout(after)
            raise KeyboardInterrupt
        return shout(after)

    monkeypatch.setattr(backfills, "_registry", {})
    backfills.register_backfill(backfills.Backfill("shout", stop_at_second))
    with pytest.raises(KeyboardInterrupt):
        call_command("run_backfill", "shout", stdout=StringIO())
    assert names(tenant) == ["alfa-0!", "alfa-1!", "alfa-2", "alfa-3", "alfa-4"]
    assert BackfillProgress.objects.get(name="shout").finished_at is None
    call_command("run_backfill", "shout", stdout=StringIO())
    assert names(tenant) == [f"alfa-{index}!" for index in range(5)]


def test_unknown_and_repeated_names_are_refused(backfill: None, in_public: None) -> None:
    with pytest.raises(CommandError, match="no backfill"):
        call_command("run_backfill", "nothing")
    with pytest.raises(ValueError, match="exists already"):
        backfills.register_backfill(backfills.Backfill("shout", shout))
