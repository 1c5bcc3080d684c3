"""Signing up: all of it or nothing, with and without a spare workspace."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from shared_apps.accounts import services as accounts
from shared_apps.accounts.models import HandoverCode, User
from shared_apps.billing.errors import PlanNotOffered
from shared_apps.billing.models import Plan, Subscription
from shared_apps.signup import services
from shared_apps.signup.errors import SignUpExpired, SignUpNotFound
from shared_apps.signup.models import SignUp
from shared_apps.signup.services import Opened, Waiting, opening, sectors
from tenant_apps.appointments.models import AvailabilityRule, Service, StaffMember
from tenant_apps.branding.models import Theme
from tenants import services as tenants
from tenants.context import TenantSnapshot, public_context, tenant_context
from tenants.enums import TenantStatus
from tenants.errors import NoSpareTenant, SlugInvalid, SlugTaken
from tenants.hosts import workspace_host
from tenants.models import Domain, Tenant
from tests.factories.signup import NOW, PASSWORD, application

pytestmark = pytest.mark.usefixtures("db", "plans")


def take_all_spares() -> None:
    with public_context():
        Tenant.objects.filter(status=TenantStatus.SPARE).update(status=TenantStatus.DELETING)


def counts() -> dict[str, int]:
    """Return how many rows there are of everything a sign-up writes."""
    with public_context():
        found = {
            "active": Tenant.objects.filter(status=TenantStatus.ACTIVE).count(),
            "spare": Tenant.objects.filter(status=TenantStatus.SPARE).count(),
            "domains": Domain.objects.count(),
            "sign_ups": SignUp.objects.count(),
            "subscriptions": Subscription.objects.count(),
        }
        spares = list(Tenant.objects.filter(status=TenantStatus.SPARE))
    for spare in spares:
        with tenant_context(replace(spare.snapshot(), status="spare")):
            for model in (User, StaffMember, Service, HandoverCode, Theme):
                key = f"{model.__name__} in spares"
                found[key] = found.get(key, 0) + model.objects.count()
    return found


def sign_up(**changes: str) -> Opened | Waiting:
    return services.sign_up(application=application(**changes), password=PASSWORD, now=NOW)


def workspace(slug: str = "clinica-luz") -> TenantSnapshot:
    with public_context():
        return Tenant.objects.get(slug=slug).snapshot()


def test_sign_up_opens_a_furnished_workspace() -> None:
    opened = sign_up()
    assert isinstance(opened, Opened)
    tenant = workspace()
    assert (tenant.status, tenant.name, tenant.sector) == ("active", "Clínica Luz", "dentist")
    assert (tenant.country, tenant.currency, tenant.timezone) == ("MX", "MXN", "America/Mexico_City")
    with tenant_context(tenant):
        owner = User.objects.get()
        assert (owner.email, owner.name, owner.role) == ("valeria@example.com", "Valeria Núñez", "owner")
        assert owner.check_password(PASSWORD)
        staff = StaffMember.objects.get()
        assert (staff.name, staff.user_id, staff.color) == ("Valeria Núñez", owner.pk, "#0f766e")
        assert AvailabilityRule.objects.filter(staff=staff).count() == 11
        offered = list(Service.objects.order_by("order").values_list("name", "duration_minutes", "price", "currency"))
        assert offered[0] == ("Consulta y diagnóstico", 30, 500, "MXN")
        assert len(offered) == 6
        assert all(list(service.staff.all()) == [staff] for service in Service.objects.all())
        theme = Theme.objects.get()
        assert (theme.color, theme.tagline) == ("#0f766e", "Cuidamos tu sonrisa, con hora y sin esperas.")
        host = workspace_host("clinica-luz")
        assert accounts.redeem_handover_code(code=opened.handover_code, host=host, now=NOW) == owner
    with public_context():
        record = SignUp.objects.get()
        assert (record.tenant_id, record.opened_at, record.password_hash) == (tenant.id, NOW, "")
        subscription = Subscription.objects.get()
        assert (subscription.tenant_id, subscription.plan.slug) == (tenant.id, tenant.plan)


def test_workspace_speaks_the_language_and_counts_in_the_currency_of_its_owner() -> None:
    sign_up(language="en", country="CL", timezone="Pacific/Easter", sector="barber")
    with tenant_context(workspace()) as tenant:
        assert (tenant.currency, tenant.timezone, tenant.language) == ("CLP", "Pacific/Easter", "en")
        first = Service.objects.order_by("order").first()
        assert first is not None
        assert (first.name, first.price) == ("Haircut", 10000)


def test_one_e_mail_may_own_several_workspaces() -> None:
    sign_up()
    sign_up(slug="clinica-sombra")
    for slug in ("clinica-luz", "clinica-sombra"):
        with tenant_context(workspace(slug)):
            assert User.objects.get().email == "valeria@example.com"


def test_taken_or_invalid_address_is_refused_and_nothing_changes(tenant: TenantSnapshot) -> None:
    before = counts()
    with pytest.raises(SlugTaken):
        sign_up(slug=tenant.slug)
    with pytest.raises(SlugInvalid):
        sign_up(slug="www")
    assert counts() == before


@pytest.mark.parametrize("place", ["create_user", "create_service", "issue_handover_code", "start_subscription"])
def test_failure_after_the_claim_leaves_nothing_half_made(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Break each later step inside the database, whose refusal must undo the claim in the other schema too."""

    def refuse(**values: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    before = counts()
    for module in (opening.accounts, sectors.appointments, opening.billing):
        if hasattr(module, place):
            monkeypatch.setattr(module, place, refuse)
    with pytest.raises(Exception, match="division by zero"):
        sign_up()
    assert counts() == before
    monkeypatch.undo()
    assert isinstance(sign_up(), Opened)


def test_missing_plan_undoes_the_claim() -> None:
    with public_context():
        Plan.objects.update(is_active=False)
    before = counts()
    with pytest.raises(PlanNotOffered):
        sign_up()
    assert counts() == before


# --- Without a spare ---------------------------------------------------------------------------
def test_without_a_spare_the_sign_up_waits_with_a_hashed_password() -> None:
    take_all_spares()
    waiting = sign_up()
    assert isinstance(waiting, Waiting)
    with public_context():
        row = SignUp.objects.get()
    assert row.tenant_id is None
    assert PASSWORD not in row.password_hash
    assert row.expires_at == NOW + timedelta(minutes=30)
    with pytest.raises(NoSpareTenant):
        services.resume_sign_up(token=waiting.token, now=NOW)


def test_waiting_sign_up_opens_once_a_spare_is_built() -> None:
    take_all_spares()
    waiting = sign_up()
    assert isinstance(waiting, Waiting)
    tenants.refill_pool(size=1)
    opened = services.resume_sign_up(token=waiting.token, now=NOW + timedelta(seconds=5))
    with tenant_context(workspace()):
        owner = User.objects.get()
        assert owner.check_password(PASSWORD)
        host = workspace_host("clinica-luz")
        moment = NOW + timedelta(seconds=6)
        assert accounts.redeem_handover_code(code=opened.handover_code, host=host, now=moment) == owner
    with public_context():
        row = SignUp.objects.get()
        assert (row.password_hash, row.expires_at, row.tenant_id) == ("", None, workspace().id)
    with pytest.raises(SignUpNotFound):
        services.resume_sign_up(token=waiting.token, now=NOW)


def test_address_taken_while_waiting_can_be_changed(tenant: TenantSnapshot) -> None:
    take_all_spares()
    waiting = sign_up()
    assert isinstance(waiting, Waiting)
    tenants.refill_pool(size=2)
    assert isinstance(sign_up(email="otra@example.com"), Opened)
    with pytest.raises(SlugTaken):
        services.resume_sign_up(token=waiting.token, now=NOW)
    opened = services.resume_sign_up(token=waiting.token, slug="clinica-luz-2", now=NOW)
    assert opened.slug == "clinica-luz-2"
    assert workspace("clinica-luz-2").name == "Clínica Luz"


def test_taken_address_is_refused_before_anybody_waits(tenant: TenantSnapshot) -> None:
    take_all_spares()
    with pytest.raises(SlugTaken):
        sign_up(slug=tenant.slug)
    with public_context():
        assert SignUp.objects.count() == 0


def test_expired_sign_up_is_refused_and_then_deleted() -> None:
    take_all_spares()
    waiting = sign_up()
    assert isinstance(waiting, Waiting)
    tenants.refill_pool(size=1)
    late = NOW + timedelta(minutes=30)
    with pytest.raises(SignUpExpired):
        services.resume_sign_up(token=waiting.token, now=late)
    assert services.delete_expired_sign_ups(now=late - timedelta(seconds=1)) == 0
    assert services.delete_expired_sign_ups(now=late) == 1
    with pytest.raises(SignUpNotFound):
        services.resume_sign_up(token=waiting.token, now=late)


def test_unknown_token_finds_nothing() -> None:
    with pytest.raises(SignUpNotFound):
        services.resume_sign_up(token="x" * 43, now=NOW)
