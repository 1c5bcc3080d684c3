"""Two people want the same address, or the last spare workspace, at the same moment: real connections, real commits."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from shared_apps.accounts.models import User
from shared_apps.billing import services as billing
from shared_apps.billing.models import Subscription
from shared_apps.signup import services
from shared_apps.signup.models import SignUp
from shared_apps.signup.services import Opened, Waiting, opening
from tenants import services as tenants
from tenants.context import public_context, tenant_context
from tenants.enums import TenantStatus
from tenants.errors import SlugTaken
from tenants.models import Domain, Tenant
from tests.factories.signup import NOW, PASSWORD, application

pytestmark = pytest.mark.usefixtures("committed_db")


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run calls in threads that start together; return their results, or the errors they raised."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(index: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=30)
            results[index] = call()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
    return results


def sign_up(slug: str, email: str) -> Opened | Waiting:
    return services.sign_up(application=application(slug=slug, email=email), password=PASSWORD, now=NOW)


def count(status: TenantStatus) -> int:
    with public_context():
        return Tenant.objects.filter(status=status).count()


def test_one_of_two_gets_the_address_and_the_other_is_told() -> None:
    billing.load_plans()
    spares, active = count(TenantStatus.SPARE), count(TenantStatus.ACTIVE)
    people = [f"persona{number}@example.com" for number in range(2)]
    outcomes = at_once(*(lambda email=email: sign_up("clinica-luz", email) for email in people))
    winners = [outcome for outcome in outcomes if isinstance(outcome, Opened)]
    losers = [outcome for outcome in outcomes if isinstance(outcome, SlugTaken)]
    assert (len(winners), len(losers)) == (1, 1), outcomes
    assert str(losers[0])
    assert count(TenantStatus.SPARE) == spares - 1
    assert count(TenantStatus.ACTIVE) == active + 1
    with public_context():
        tenant = Tenant.objects.get(slug="clinica-luz")
        assert Domain.objects.filter(domain="clinica-luz.localhost").count() == 1
        assert Subscription.objects.count() == SignUp.objects.count() == 1
        rest = [spare.snapshot() for spare in Tenant.objects.filter(status=TenantStatus.SPARE)]
    with tenant_context(tenant):
        assert User.objects.get().email == people[outcomes.index(winners[0])]
    for spare in rest:  # the loser's half-made workspace is a clean spare again
        with tenant_context(spare):
            assert User.objects.count() == 0


def test_different_addresses_take_different_spares() -> None:
    billing.load_plans()
    tenants.refill_pool(size=3)
    names = ["uno-luz", "dos-luz", "tres-luz"]
    outcomes = at_once(*(lambda name=name: sign_up(name, f"{name}@example.com") for name in names))
    assert all(isinstance(outcome, Opened) for outcome in outcomes), outcomes
    with public_context():
        schemas = set(Tenant.objects.filter(slug__in=names).values_list("schema_name", flat=True))
    assert len(schemas) == 3
    for name in names:
        with public_context():
            tenant = Tenant.objects.get(slug=name)
        with tenant_context(tenant):
            assert User.objects.get().email == f"{name}@example.com"


def test_last_spare_goes_to_one_and_the_other_waits() -> None:
    billing.load_plans()
    with public_context():
        keep = Tenant.objects.filter(status=TenantStatus.SPARE).order_by("id").first()
        assert keep is not None
        Tenant.objects.filter(status=TenantStatus.SPARE).exclude(pk=keep.pk).update(status=TenantStatus.DELETING)
    outcomes = at_once(lambda: sign_up("uno-luz", "uno@example.com"), lambda: sign_up("dos-luz", "dos@example.com"))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Opened", "Waiting"], outcomes


def test_two_polls_open_one_workspace() -> None:
    billing.load_plans()
    with public_context():
        Tenant.objects.filter(status=TenantStatus.SPARE).update(status=TenantStatus.DELETING)
    waiting = sign_up("clinica-luz", "valeria@example.com")
    assert isinstance(waiting, Waiting)
    tenants.refill_pool(size=2)
    active = count(TenantStatus.ACTIVE)
    outcomes = at_once(*[lambda: services.resume_sign_up(token=waiting.token, now=NOW)] * 2)
    assert sum(isinstance(outcome, Opened) for outcome in outcomes) == 1, outcomes
    assert count(TenantStatus.ACTIVE) == active + 1


def test_connection_lost_between_claim_and_owner_leaves_a_spare(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL ends the session in the middle, as when the process is killed."""
    billing.load_plans()
    spares = count(TenantStatus.SPARE)

    def die(**values: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        killer = threading.Thread(target=kill, args=(pid,))
        killer.start()
        killer.join()
        User.objects.count()

    def kill(pid: int) -> None:
        with public_context(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        connection.close()

    monkeypatch.setattr(opening.accounts, "create_user", die)
    with pytest.raises(Exception, match=r"terminat|closed"):
        sign_up("clinica-luz", "valeria@example.com")
    connection.close()
    monkeypatch.undo()
    assert count(TenantStatus.SPARE) == spares
    with public_context():
        assert not Tenant.objects.filter(slug="clinica-luz").exists()
        assert not Domain.objects.filter(domain="clinica-luz.localhost").exists()
    assert isinstance(sign_up("clinica-luz", "valeria@example.com"), Opened)
