"""Every page of the panel: what it costs, what an empty one says, and that other people's rows never show."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenant_apps.appointments import services
from tenants.context import TenantSnapshot, tenant_context
from tests.factories.agenda import NOW, at, book, make_client, make_service, make_staff
from tests.tenant_apps.nasty import NASTY

SESSION = 2  # the session and its person
TUESDAY = date(2026, 3, 3)


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def fill(number: int) -> None:
    """Add so many of everything."""
    for place in range(number):
        member = make_staff(name=f"Person {place}")
        service = make_service(name=f"Service {place}", staff=[member])
        for hour in range(number):
            book(service, at(9 + hour))
        services.add_time_off(
            starts_at=at(14), ends_at=at(15), staff_id=member.pk if place else None, reason=f"Course {place}"
        )
        make_client(name=f"Client {place}")


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/panel/?on=2026-03-03", SESSION + 4),
        ("/panel/agenda/events/?start=2026-03-02&end=2026-03-09", SESSION + 2),
        ("/panel/agenda/print/?on=2026-03-03", SESSION + 2),
        ("/panel/appointments/add/", SESSION + 7),
        ("/panel/appointments/client/?client_query=client", SESSION + 1),
        ("/panel/clients/", SESSION + 2),
        ("/panel/clients/?q=client", SESSION + 2),
        ("/panel/clients/{client}/", SESSION + 2),
        ("/panel/search/?q=e", SESSION + 2),
        ("/panel/search/", SESSION),
        ("/panel/services/", SESSION + 2),
        ("/panel/services/{service}/", SESSION + 3),
        ("/panel/hours/", SESSION + 2),
        ("/panel/hours/time-off/", SESSION + 2),
        ("/panel/team/", SESSION + 2),
        ("/panel/team/{staff}/", SESSION + 3),
        ("/panel/welcome/services/", SESSION + 1),
        ("/panel/welcome/hours/", SESSION + 2),
        ("/panel/welcome/look/", SESSION),
        ("/panel/welcome/share/", SESSION),
        ("/panel/settings/", SESSION),
        ("/panel/settings/region/", SESSION),
        ("/panel/settings/look/", SESSION),
    ],
)
@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_the_same_at_one_row_and_at_three(
    tenant: TenantSnapshot, owner: Client, path: str, queries: int, rows: int
) -> None:
    with tenant_context(tenant):
        fill(rows)
        member = make_staff(name="Somebody")
        service = make_service(name="Something", staff=[member])
        appointment = book(service, at(11))
    url = path.format(client=appointment.client_id, service=service.pk, staff=member.pk)
    owner.get("/panel/settings/region/")  # the host and the branding are remembered from here on

    with CaptureQueriesContext(connection) as captured:
        response = owner.get(url)

    assert response.status_code == 200
    assert len(captured) == queries, "\n".join(query["sql"] for query in captured)


def test_an_appointments_page_costs_one_query(tenant: TenantSnapshot, owner: Client) -> None:
    with tenant_context(tenant):
        appointment = book(make_service(), at(9))
    owner.get("/panel/settings/region/")

    with CaptureQueriesContext(connection) as captured:
        response = owner.get(f"/panel/appointments/{appointment.pk}/")

    assert response.status_code == 200
    assert len(captured) == SESSION + 1


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/panel/", "No appointments on this day"),
        ("/panel/clients/", "No clients yet"),
        ("/panel/clients/?q=nobody", "Nobody matches"),
        ("/panel/services/", "What do you offer?"),
        ("/panel/hours/time-off/", "No time off ahead"),
        ("/panel/appointments/add/", "There is nothing to book yet"),
    ],
)
def test_empty_pages_say_what_to_do(owner: Client, path: str, words: str) -> None:
    response = owner.get(path)

    assert response.status_code == 200
    assert words in response.content.decode()


@pytest.mark.parametrize(
    "path", ["/panel/", "/panel/clients/", "/panel/agenda/events/?start=2026-03-02&end=2026-03-09"]
)
def test_browsers_keep_no_copy(owner: Client, path: str) -> None:
    assert "no-store" in owner.get(path)["Cache-Control"]


def test_hours_without_anybody_lead_to_adding_somebody(owner: Client) -> None:
    response = owner.get("/panel/hours/")

    assert (response.status_code, response["Location"]) == (302, "/panel/team/add/")


@pytest.mark.parametrize(
    "path",
    [
        "/panel/appointments/{id}/",
        "/panel/appointments/{id}/reschedule/",
        "/panel/appointments/{id}/cancel/",
        "/panel/clients/{id}/",
        "/panel/clients/{id}/edit/",
        "/panel/services/{id}/",
        "/panel/hours/{id}/",
        "/panel/team/{id}/",
    ],
)
@pytest.mark.parametrize("number", [987654321, 2**63, 10**30])
def test_pages_of_nothing_are_not_found(owner: Client, tenant: TenantSnapshot, path: str, number: int) -> None:
    with tenant_context(tenant):
        make_staff()

    assert owner.get(path.format(id=number)).status_code == 404


def test_another_workspaces_rows_never_show(
    tenant: TenantSnapshot, other_tenant: TenantSnapshot, owner: Client
) -> None:
    with tenant_context(other_tenant):
        book(make_service(name="Corte secreto"), at(9), client=make_client(name="Vecino"))
    with tenant_context(tenant):
        ours = book(make_service(), at(9), client=make_client(name="Propia"))

    for path in (
        "/panel/?on=2026-03-03",
        "/panel/agenda/events/?start=2026-03-02&end=2026-03-09",
        f"/panel/appointments/{ours.pk}/",
        "/panel/clients/",
        "/panel/services/",
    ):
        text = owner.get(path).content.decode()
        assert "Vecino" not in text
        assert "Corte secreto" not in text


def test_search_finds_clients_appointments_and_things_to_do(tenant: TenantSnapshot, owner: Client) -> None:
    with tenant_context(tenant):
        appointment = book(make_service(), at(9), client=make_client(name="Luz Appell"))

    text = owner.get("/panel/search/?q=app", headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in text
    assert f"/panel/clients/{appointment.client_id}/" in text
    assert f"/panel/appointments/{appointment.pk}/" in text
    assert "New appointment" in text
    assert "New client" not in text


def test_search_offers_staff_only_what_they_may_do(staff_browser: Client) -> None:
    text = staff_browser.get("/panel/search/", headers={"HX-Request": "true"}).content.decode()

    assert "New appointment" in text
    assert "/panel/services/add/" not in text


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_search_takes_any_text(owner: Client, text: str) -> None:
    response = owner.get("/panel/search/", {"q": text})

    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_staff_see_services_but_no_buttons_to_change_them(tenant: TenantSnapshot, staff_browser: Client) -> None:
    with tenant_context(tenant):
        service = make_service()

    text = staff_browser.get("/panel/services/").content.decode()

    assert service.name in text
    assert "/panel/services/add/" not in text
    assert f"/panel/services/{service.pk}/" not in text


@pytest.mark.parametrize(
    "query",
    [
        "on=yesterday",
        "on=0000-00-00",
        "on=9999-12-31",
        "view=year",
        "staff=me",
        "staff=-1",
        "staff=" + "9" * 40,
        "on=%00",
    ],
)
def test_agenda_shrugs_at_addresses_that_make_no_sense(owner: Client, query: str) -> None:
    assert owner.get(f"/panel/?{query}").status_code == 200


@pytest.mark.parametrize(
    "query", ["", "start=2026-03-02", "start=2026-03-02&end=2026-03-02", "start=2026-01-01&end=2027-01-01"]
)
def test_feed_refuses_periods_that_make_no_sense(owner: Client, query: str) -> None:
    assert owner.get(f"/panel/agenda/events/?{query}").status_code == 422


def test_feed_gives_wall_times_of_the_workspace(tenant: TenantSnapshot, owner: Client) -> None:
    with tenant_context(tenant):
        appointment = book(make_service(), at(9))

    (event,) = owner.get("/panel/agenda/events/?start=2026-03-02&end=2026-03-09").json()

    assert (event["start"], event["end"]) == ("2026-03-03T09:00:00", "2026-03-03T09:30:00")
    assert event["title"] == appointment.attendee_name
    assert event["startEditable"] is True


def test_feed_on_the_days_clocks_change(sign_in: Callable[..., Client], other_tenant: TenantSnapshot) -> None:
    """In Santiago clocks go back on 2026-04-05 at 24:00 of the day before, and forward on 2026-09-06 at midnight."""
    browser = sign_in(other_tenant)
    with tenant_context(other_tenant):
        service = make_service(horizon_days=365)
        for day in (date(2026, 4, 5), date(2026, 9, 6)):
            noon = NOW.replace(year=day.year, month=day.month, day=day.day, hour=16)
            book(service, noon, outside_hours=True)

    for day, wall in ((date(2026, 4, 5), "12:00"), (date(2026, 9, 6), "13:00")):
        url = f"/panel/agenda/events/?start={day}&end={day + timedelta(days=1)}"
        (event,) = browser.get(url).json()
        assert event["start"] == f"{day}T{wall}:00"
        assert browser.get(f"/panel/?on={day}").status_code == 200


def test_print_view_leaves_cancelled_appointments_out(tenant: TenantSnapshot, owner: Client) -> None:
    with tenant_context(tenant):
        service = make_service()
        kept = book(service, at(9), client=make_client(name="Quien Viene"))
        gone = book(service, at(10), client=make_client(name="Quien No"))
        services.cancel_appointment(appointment_id=gone.pk, reason="", by="staff", now=NOW)

    text = owner.get("/panel/agenda/print/?on=2026-03-03").content.decode()

    assert kept.attendee_name in text
    assert gone.attendee_name not in text
