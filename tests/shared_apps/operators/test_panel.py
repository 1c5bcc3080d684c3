"""The operators' panel: who gets in, what it shows, and what its buttons do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shared_apps.accounts import services as accounts
from shared_apps.accounts.models import User
from shared_apps.jobs.models import ScheduledJob
from shared_apps.operators.models import OperatorAction
from tenants.context import TenantSnapshot, public_context, tenant_context
from tenants.enums import TenantStatus
from tenants.models import Tenant
from tests.shared_apps.operators.conftest import PASSWORD

PAGES = [
    "/operators/",
    "/operators/health/",
    "/operators/tenants/tenant/",
    "/operators/signup/signup/",
    "/operators/billing/plan/",
    "/operators/jobs/scheduledjob/",
    "/operators/operators/operatoraction/",
]


def url(tenant: TenantSnapshot, action: str = "change") -> str:
    return f"/operators/tenants/tenant/{tenant.id}/{action}/"


def body(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def status(tenant: TenantSnapshot) -> str:
    with public_context():
        return Tenant.objects.get(pk=tenant.id).status


def count_actions() -> int:
    with public_context():
        return OperatorAction.objects.count()


# --- Who gets in -------------------------------------------------------------------------------
@pytest.mark.parametrize("page", PAGES)
def test_operator_sees_every_page(panel: Client, page: str) -> None:
    assert panel.get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_visitor_is_asked_to_sign_in(db: None, client_for: Callable[..., Client], page: str) -> None:
    response = client_for(None).get(page)
    assert response.status_code == 302
    assert response.url.startswith("/operators/login/")


@pytest.mark.parametrize("role", ["owner", "staff", "client"])
def test_account_of_a_workspace_does_not_exist_here(
    tenant: TenantSnapshot, client_for: Callable[..., Client], role: str
) -> None:
    with tenant_context(tenant):
        accounts.create_user(email="ana@example.com", name="Ana", password=PASSWORD, role=role)
    response = client_for(None).post("/operators/login/", {"username": "ana@example.com", "password": PASSWORD})
    assert response.status_code == 200
    assert response.context["form"].non_field_errors()


def test_deactivated_operator_is_out(operator: User, panel: Client) -> None:
    with public_context():
        User.objects.filter(pk=operator.pk).update(is_active=False)
    assert panel.get("/operators/").status_code == 302


def test_session_of_an_operator_opens_no_workspace(panel: Client, tenant: TenantSnapshot) -> None:
    response = panel.get("/panel/", headers={"host": "alfa.localhost"})
    assert response.status_code == 302


def test_workspaces_have_no_operators_panel(tenant: TenantSnapshot, client_for: Callable[..., Client]) -> None:
    assert client_for(tenant).get("/operators/").status_code == 404
    assert client_for(tenant).get("/health/full").status_code == 404


def test_sign_ins_are_limited(operator: User, client_for: Callable[..., Client], settings: object) -> None:
    settings.RATE_LIMITS = {"operator_sign_in": "2/h"}  # type: ignore[attr-defined]
    browser = client_for(None)
    guess = {"username": operator.email, "password": "adivino-adivino"}
    assert [browser.post("/operators/login/", guess).status_code for _ in range(3)] == [200, 200, 429]
    right = browser.post("/operators/login/", {"username": operator.email, "password": PASSWORD})
    assert right.status_code == 429
    assert "Retry-After" in right.headers


def test_full_health_is_for_operators(panel: Client, client_for: Callable[..., Client]) -> None:
    assert client_for(None).get("/health/full").status_code == 404
    report = panel.get("/health/full").json()
    assert {check["name"] for check in report["checks"]} >= {"database", "cache", "migrations", "workspaces", "jobs"}


# --- What it shows -----------------------------------------------------------------------------
def test_list_marks_those_behind_with_a_constant_number_of_queries(
    panel: Client, tenant: TenantSnapshot, other_tenant: TenantSnapshot
) -> None:
    with public_context():
        Tenant.objects.filter(pk=other_tenant.id).update(schema_version="0" * 64)
    numbers = []
    for query in ("q=alfa", "q=a"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = body(panel.get(f"/operators/tenants/tenant/?{query}"))
        numbers.append(len(queries))
    assert "alfa.localhost" in page
    assert "beta.localhost" in page
    assert numbers[0] == numbers[1]
    behind = body(panel.get("/operators/tenants/tenant/?version=behind"))
    assert "beta.localhost" in behind
    assert "alfa.localhost" not in behind
    current = body(panel.get("/operators/tenants/tenant/?version=current"))
    assert "beta.localhost" not in current


@pytest.mark.parametrize("text", ["alfa", "Clínica", "'; --", "<script>", "x" * 1000, "%", "日本"])
def test_search_takes_any_text(panel: Client, tenant: TenantSnapshot, text: str) -> None:
    response = panel.get("/operators/tenants/tenant/", {"q": text})
    assert response.status_code == 200
    assert "<script>alert" not in body(response)


def test_dashboard_counts(panel: Client, tenant: TenantSnapshot, other_tenant: TenantSnapshot) -> None:
    overview = panel.get("/operators/").context["overview"]
    with public_context():
        active = Tenant.objects.filter(status=TenantStatus.ACTIVE).count()
        spares = Tenant.objects.filter(status=TenantStatus.SPARE).count()
    numbers = {status: number for status, _, number in overview.counts}
    assert (numbers["active"], numbers["spare"], overview.spares) == (active, spares, spares)
    assert overview.behind == 0
    assert overview.backlog.parked == 0


def test_name_of_a_workspace_is_escaped(panel: Client, tenant: TenantSnapshot) -> None:
    with public_context():
        Tenant.objects.filter(pk=tenant.id).update(name="<script>alert(1)</script>")
    for page in ("/operators/", "/operators/tenants/tenant/", url(tenant), url(tenant, "suspend")):
        assert "<script>alert(1)" not in body(panel.get(page))


@pytest.mark.parametrize("path", ["add/", "{id}/delete/"])
def test_rows_are_neither_added_nor_deleted_by_hand(panel: Client, tenant: TenantSnapshot, path: str) -> None:
    assert panel.get(f"/operators/tenants/tenant/{path.format(id=tenant.id)}").status_code in {403, 404}


def test_rows_are_not_changed_by_hand(panel: Client, tenant: TenantSnapshot) -> None:
    assert panel.post(url(tenant), {"name": "Otra", "status": "deleted"}).status_code == 403
    assert status(tenant) == TenantStatus.ACTIVE


# --- What it does ------------------------------------------------------------------------------
def test_suspend_asks_then_suspends_and_logs(panel: Client, tenant: TenantSnapshot) -> None:
    page = panel.get(url(tenant, "suspend"))
    assert page.status_code == 200
    assert status(tenant) == TenantStatus.ACTIVE  # GET changes nothing
    assert panel.post(url(tenant, "suspend"), {"reason": ""}).status_code == 422
    assert count_actions() == 0
    assert panel.post(url(tenant, "suspend"), {"reason": "Spam <b>"}).status_code == 302
    assert status(tenant) == TenantStatus.SUSPENDED
    log = body(panel.get("/operators/operators/operatoraction/"))
    assert "Clínica Alfa (alfa)" in log
    assert "Spam &lt;b&gt;" in log
    assert "127.0.0.1" in log
    assert panel.post(url(tenant, "reactivate"), {"reason": "Listo"}).status_code == 302
    assert status(tenant) == TenantStatus.ACTIVE


def test_action_that_does_not_fit_the_status_is_refused(panel: Client, tenant: TenantSnapshot) -> None:
    assert panel.post(url(tenant, "reactivate"), {"reason": "Nada"}).status_code == 403
    assert count_actions() == 0


def test_deletion_asks_for_the_address(panel: Client, tenant: TenantSnapshot) -> None:
    response = panel.post(url(tenant, "request-deletion"), {"reason": "Lo pidió", "slug": "beta"})
    assert response.status_code == 422
    assert "slug" in response.context["form"].errors
    assert status(tenant) == TenantStatus.ACTIVE
    assert panel.post(url(tenant, "request-deletion"), {"reason": "Lo pidió", "slug": "alfa"}).status_code == 302
    assert status(tenant) == TenantStatus.SUSPENDED
    shown = timezone.now() + timedelta(days=7)
    assert str(shown.year) in body(panel.get(url(tenant)))


def test_actions_need_their_csrf_token(
    operator: User, tenant: TenantSnapshot, client_for: Callable[..., Client]
) -> None:
    browser = client_for(None, enforce_csrf_checks=True)
    assert browser.post(url(tenant, "suspend"), {"reason": "Spam"}).status_code == 403
    assert status(tenant) == TenantStatus.ACTIVE


def test_parked_job_is_retried_from_its_page(panel: Client) -> None:
    with public_context():
        job = ScheduledJob.objects.create(
            run_at=timezone.now(), task="shared_apps.signup.tasks.refill_pool", state="parked", last_error="Boom"
        )
    assert "Boom" in body(panel.get("/operators/jobs/scheduledjob/"))
    assert panel.post(f"/operators/jobs/scheduledjob/{job.pk}/retry/", {"reason": "Arreglado"}).status_code == 302
    with public_context():
        job.refresh_from_db()
    assert job.state == "waiting"
    assert panel.post(f"/operators/jobs/scheduledjob/{job.pk}/retry/", {"reason": "Otra vez"}).status_code == 403


def test_log_has_no_way_to_change_it(panel: Client, tenant: TenantSnapshot) -> None:
    panel.post(url(tenant, "suspend"), {"reason": "Spam"})
    with public_context():
        action = OperatorAction.objects.get()
    path = f"/operators/operators/operatoraction/{action.pk}"
    assert panel.get(f"{path}/change/").status_code == 200
    assert panel.post(f"{path}/change/", {"reason": "Nada"}).status_code == 403
    assert panel.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    assert count_actions() == 1
