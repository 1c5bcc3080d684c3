"""The pool of spares: built, claimed, resumed after a kill, deleted."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from tenants import domain, selectors, services
from tenants.context import TenantSnapshot, public_context, tenant_context
from tenants.enums import TRANSITIONS, TenantStatus
from tenants.errors import InvalidTransition, NoSpareTenant, SlugInvalid, SlugTaken
from tenants.hosts import directory
from tenants.models import Domain, Tenant
from tests.conftest import SPARES
from tests.factories.tenants import claim, make

PROCESS = Path(__file__).with_name("provisioning_process.py")


def schema_exists(name: str) -> bool:
    with public_context(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [name])
        return cursor.fetchone()[0] == 1


def role_exists(name: str) -> bool:
    with public_context(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [name])
        return cursor.fetchone()[0] == 1


def test_schema_names_are_opaque_and_distinct() -> None:
    names = {domain.new_schema_name() for _ in range(1000)}
    assert len(names) == 1000
    assert all(name.startswith("t_") and len(name) == 18 and name.isidentifier() for name in names)


def test_provisioning_goes_from_requested_to_spare(in_public: None) -> None:
    tenant = services.request_tenant()
    assert tenant.status == TenantStatus.REQUESTED
    assert not schema_exists(tenant.schema_name)
    tenant = services.provision_tenant(tenant_id=tenant.pk)
    assert tenant.status == TenantStatus.SPARE
    assert schema_exists(tenant.schema_name)
    assert role_exists(tenant.schema_name)
    again = services.provision_tenant(tenant_id=tenant.pk)
    assert (again.pk, again.status) == (tenant.pk, TenantStatus.SPARE)


def test_killed_provisioning_is_resumed(committed_db: None) -> None:
    process = subprocess.Popen(
        [sys.executable, str(PROCESS), connection.settings_dict["NAME"]], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        tenant_id = int(process.stdout.readline())  # tables built, not committed, and now asleep
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    finally:
        process.kill()
        process.stdout.close()
    tenant = selectors.get_tenant(tenant_id=tenant_id)
    assert tenant.status == TenantStatus.PROVISIONING
    assert not schema_exists(tenant.schema_name)
    assert services.refill_pool(size=SPARES + 1) == 1
    assert selectors.get_tenant(tenant_id=tenant_id).status == TenantStatus.SPARE


def test_refill_stops_at_its_size(in_public: None) -> None:
    assert services.refill_pool(size=SPARES) == 0
    assert services.refill_pool(size=SPARES + 1) == 1
    assert Tenant.objects.filter(status=TenantStatus.SPARE).count() == SPARES + 1


def test_concurrent_refills_do_not_overfill(committed_db: None) -> None:
    built: list[int] = []

    def refill() -> None:
        try:
            built.append(services.refill_pool(size=SPARES + 3))
        finally:
            connection.close()

    threads = [threading.Thread(target=refill) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert selectors.count_by_status()[TenantStatus.SPARE] == SPARES + 3
    assert selectors.count_by_status().get(TenantStatus.REQUESTED, 0) == 0


def test_claim_gives_a_spare_its_identity(in_public: None) -> None:
    tenant = claim(slug="gamma", name="Taller Gamma", country="CL")
    assert (tenant.status, tenant.slug, tenant.currency, tenant.timezone) == (
        TenantStatus.ACTIVE,
        "gamma",
        "CLP",
        "America/Santiago",
    )
    assert list(Domain.objects.filter(tenant=tenant).values_list("domain", "is_primary")) == [("gamma.localhost", True)]
    assert directory.find("gamma.localhost") == tenant.snapshot()


def test_claim_costs_few_statements(in_public: None, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(5):  # type: ignore[operator]  (savepoint, select, update, insert, release)
        claim(slug="gamma", name="Taller Gamma")


def test_claim_of_a_taken_slug_leaves_the_spare(tenant: TenantSnapshot, in_public: None) -> None:
    with pytest.raises(SlugTaken) as refusal:
        claim(slug="alfa", name="Otra")
    assert refusal.value.values == {"slug": "alfa"}
    assert selectors.count_by_status()[TenantStatus.SPARE] == SPARES


@pytest.mark.parametrize(
    "slug", ["", "ab", "-abc", "abc-", "a--b", "1abc", "Abc", "ñandu", "www", "a" * 41, "a.b", "x\0y"]
)
def test_claim_refuses_invalid_slugs(in_public: None, slug: str) -> None:
    with pytest.raises(SlugInvalid):
        claim(slug=slug, name="Otra")
    assert selectors.count_by_status()[TenantStatus.SPARE] == SPARES


def test_empty_pool_is_told(in_public: None) -> None:
    Tenant.objects.filter(status=TenantStatus.SPARE).update(status=TenantStatus.PROVISIONING)
    with pytest.raises(NoSpareTenant):
        claim(slug="gamma", name="Taller Gamma")
    assert not Domain.objects.filter(domain="gamma.localhost").exists()


def test_spare_of_another_version_is_not_claimed(in_public: None) -> None:
    Tenant.objects.filter(status=TenantStatus.SPARE).update(schema_version="0" * 64)
    with pytest.raises(NoSpareTenant):
        claim(slug="gamma", name="Taller Gamma")


def test_one_slug_two_claims_at_once(committed_db: None) -> None:
    """One wins, the other hears SlugTaken, and its spare stays in the pool."""
    services.refill_pool(size=4)
    barrier = threading.Barrier(4)
    answers: list[str] = []

    def work() -> None:
        try:
            barrier.wait(10)
            claim(slug="gamma", name="Taller Gamma")
            answers.append("won")
        except SlugTaken:
            answers.append("taken")
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["taken", "taken", "taken", "won"]
    assert selectors.count_by_status()[TenantStatus.SPARE] == 3


def test_different_claims_at_once_take_different_spares(committed_db: None) -> None:
    services.refill_pool(size=4)
    barrier = threading.Barrier(4)
    claimed: list[int] = []

    def work(number: int) -> None:
        try:
            barrier.wait(10)
            claimed.append(claim(slug=f"taller-{number}", name="Taller").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(claimed)) == 4


def test_suspension_is_seen_at_once_here_and_soon_elsewhere(tenant: TenantSnapshot, client_for: object) -> None:
    now = timezone.now()
    assert directory.find("alfa.localhost").status == TenantStatus.ACTIVE
    services.suspend_tenant(tenant_id=tenant.id, reason="Unpaid", now=now)
    assert directory.find("alfa.localhost").status == TenantStatus.SUSPENDED
    with pytest.raises(InvalidTransition):
        services.suspend_tenant(tenant_id=tenant.id, reason="Again", now=now)
    services.reactivate_tenant(tenant_id=tenant.id)
    row = selectors.get_tenant(tenant_id=tenant.id)
    assert (row.status, row.suspended_at, row.suspended_reason) == (TenantStatus.ACTIVE, None, "")
    with pytest.raises(InvalidTransition):
        services.reactivate_tenant(tenant_id=tenant.id)


def test_transition_table_has_every_status() -> None:
    assert set(TRANSITIONS) == set(TenantStatus)
    assert all(targets <= set(TenantStatus) for targets in TRANSITIONS.values())


def make_here() -> Tenant:
    """Claim a tenant built in this database: the template's spares share their roles with other databases."""
    with public_context():
        Tenant.objects.filter(status=TenantStatus.SPARE).update(status=TenantStatus.DELETED)
        return make(slug="gamma")


def test_deletion_removes_everything_and_frees_the_slug(committed_db: None, tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    row = make_here()
    with tenant_context(row):
        default_storage.save("folder/logo.txt", ContentFile(b"x"))
    assert (tmp_path / row.schema_name / "folder" / "logo.txt").exists()
    services.delete_tenant(tenant_id=row.pk, now=timezone.now())
    services.delete_tenant(tenant_id=row.pk, now=timezone.now())
    assert selectors.get_tenant(tenant_id=row.pk).status == TenantStatus.DELETED
    assert not schema_exists(row.schema_name)
    assert not role_exists(row.schema_name)
    assert list((tmp_path / row.schema_name).rglob("*.txt")) == []
    assert directory.find("gamma.localhost") is None
    assert selectors.is_slug_free(slug="gamma")


def test_deletion_continues_where_it_was_killed(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from tenants.services import provisioning

    row = make_here()
    monkeypatch.setattr(provisioning, "TABLES_PER_BATCH", 3)
    calls = []
    drop = provisioning._drop_batch

    def drop_twice(schema: str) -> bool:
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(schema)
        return drop(schema)

    with monkeypatch.context() as patch:
        patch.setattr(provisioning, "_drop_batch", drop_twice)
        with pytest.raises(KeyboardInterrupt):
            services.delete_tenant(tenant_id=row.pk, now=timezone.now())
    assert selectors.get_tenant(tenant_id=row.pk).status == TenantStatus.DELETING
    assert schema_exists(row.schema_name)
    services.delete_tenant(tenant_id=row.pk, now=timezone.now())
    assert not schema_exists(row.schema_name)


def test_claim_and_tenant_rows_roll_back_as_one(in_public: None) -> None:
    """Sign-up writes to public and to the schema in one physical transaction."""
    from django.contrib.auth.models import Group

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        row = claim(slug="gamma", name="Taller Gamma")
        with tenant_context(row):
            Group.objects.create(name="owner")
        raise ZeroDivisionError
    assert selectors.is_slug_free(slug="gamma")
    directory.forget()
    assert directory.find("gamma.localhost") is None
    with tenant_context(Tenant.objects.get(pk=row.pk)):
        assert Group.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Clínica Ñandú", "clinica-nandu"),
        ("  Barbería  «El Güero»  ", "barberia-el-guero"),
        ("24 Horas Taller", "horas-taller"),
        ("歯科", ""),
        ("a" * 80, "a" * 40),
        ("x\u202ey\0z<script>", "xy-z-script"),
    ],
)
def test_slug_from_name(name: str, slug: str) -> None:
    assert domain.slug_from_name(name) == slug


def test_suggestions_are_valid_and_free() -> None:
    taken = {"clinica-sol", "clinica-sol-dentist"}
    suggestion = domain.first_free(domain.suggest_slugs(name="Clínica Sol", sector="dentist"), taken)
    assert suggestion == "clinica-sol-2"
    assert domain.is_valid_slug(domain.first_free(domain.suggest_slugs(name="歯科", sector="歯"), set()))
    assert domain.first_free(domain.suggest_slugs(name="www", sector=""), set()) == "www-2"
