"""What a professional does to appointments: book by hand, move, cancel, settle."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from tenant_apps.appointments import services
from tenant_apps.appointments.enums import AppointmentStatus
from tenant_apps.appointments.models import Appointment
from tenant_apps.clients.models import Client as Person
from tenants.context import TenantSnapshot, tenant_context
from tests.factories.agenda import NOW, at, book, make_client, make_service, make_staff
from tests.factories.people import make_user
from tests.tenant_apps.nasty import NASTY

HTMX = {"HX-Request": "true"}
SHEET = {**HTMX, "HX-Target": "sheets"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def in_alfa(tenant: TenantSnapshot) -> Iterator[None]:
    with tenant_context(tenant):
        yield


def fields(service: Any, **changes: Any) -> dict[str, Any]:
    return {
        "service_id": service.pk,
        "staff_id": service.staff.get().pk,
        "on": "2026-03-03",
        "at": "09:00",
        "name": "Ana López",
        **changes,
    }


def reload(appointment: Appointment) -> Appointment:
    return Appointment.objects.get(pk=appointment.pk)


def test_add_books_a_new_client(in_alfa: None, owner: Client) -> None:
    response = owner.post("/panel/appointments/add/", fields(make_service(), phone="55 1234 5678", notes="Con hielo"))

    appointment = Appointment.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/panel/appointments/{appointment.pk}/")
    assert appointment.starts_at == at(9)
    assert (appointment.attendee_name, appointment.client.phone, appointment.notes) == (
        "Ana López",
        "+525512345678",
        "Con hielo",
    )
    assert (appointment.status, appointment.source) == (AppointmentStatus.CONFIRMED, "panel")


def test_add_books_a_client_on_file(in_alfa: None, owner: Client) -> None:
    person = make_client(name="Luz")

    owner.post("/panel/appointments/add/", fields(make_service(), name="", client_id=person.pk))

    assert Appointment.objects.get().client == person
    assert Person.objects.count() == 1


def test_add_needs_a_client(in_alfa: None, owner: Client) -> None:
    response = owner.post("/panel/appointments/add/", fields(make_service(), name=""))

    assert response.status_code == 422
    assert "Choose a client or write a name." in response.content.decode()
    assert not Appointment.objects.exists()


def test_add_in_a_sheet_answers_the_appointment_and_tells_the_agenda(in_alfa: None, owner: Client) -> None:
    form = fields(make_service())
    response = owner.post("/panel/appointments/add/", form, headers={**HTMX, "X-Sheet": "true"})

    text = response.content.decode()
    assert response.status_code == 200
    assert "agenda:changed" in response["HX-Trigger"]
    assert 'id="appointment-part"' in text
    assert f'data-address="/panel/appointments/{Appointment.objects.get().pk}/"' in text
    assert 'data-title="Appointment"' in text
    assert "<html" not in text


def test_add_in_a_page_leads_to_the_appointments(in_alfa: None, owner: Client) -> None:
    response = owner.post("/panel/appointments/add/", fields(make_service()), headers=HTMX)

    assert response.status_code == 204
    assert response["HX-Redirect"] == f"/panel/appointments/{Appointment.objects.get().pk}/"


def test_add_refuses_a_taken_time_and_keeps_the_form(in_alfa: None, owner: Client) -> None:
    service = make_service()
    book(service, at(9))

    response = owner.post("/panel/appointments/add/", fields(service, notes="Trae radiografía"))

    text = response.content.decode()
    assert response.status_code == 409
    assert "Trae radiografía" in text
    assert "Ana López" in text
    assert text.count("data-slot=") == 3
    assert Appointment.objects.count() == 1


def test_add_outside_the_hours_must_be_meant(in_alfa: None, owner: Client) -> None:
    service = make_service()

    refused = owner.post("/panel/appointments/add/", fields(service, at="22:10"))
    booked = owner.post("/panel/appointments/add/", fields(service, at="22:10", ignore_hours="on"))

    assert (refused.status_code, booked.status_code) == (409, 302)
    assert Appointment.objects.get().starts_at == at(22, 10)


def test_add_refuses_a_time_that_clocks_skip(sign_in: Callable[..., Client], other_tenant: TenantSnapshot) -> None:
    browser = sign_in(other_tenant)
    with tenant_context(other_tenant):
        service = make_service()
        response = browser.post(
            "/panel/appointments/add/", fields(service, on="2026-09-06", at="00:30", ignore_hours="on")
        )
        assert not Appointment.objects.exists()

    assert response.status_code == 422
    assert "clocks change" in response.content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("starts=2026-03-05T16:30", ("2026-03-05", "16:30")),
        ("on=2026-03-09", ("2026-03-09", "09:00")),
        ("on=2026-03-07", ("2026-03-07", "09:00")),
        ("on=2026-01-05", ("2026-03-02", "09:00")),
        ("", ("2026-03-02", "09:00")),
        ("starts=soon&staff=me&client=her", ("2026-03-02", "09:00")),
        ("starts=2026-03-05T16:30Z", ("2026-03-02", "09:00")),
    ],
)
def test_add_starts_from_what_the_address_names(
    in_alfa: None, owner: Client, query: str, expected: tuple[str, str]
) -> None:
    make_service()

    text = owner.get(f"/panel/appointments/add/?{query}").content.decode()

    for value in expected:
        assert f'value="{value}"' in text
    assert ("data-suggests-time" in text) is (query != "starts=2026-03-05T16:30")


def test_add_suggests_a_time_that_it_takes(in_alfa: None, owner: Client) -> None:
    service = make_service()
    book(service, at(9))
    page = owner.get("/panel/appointments/add/?on=2026-03-03")
    suggested = page.context["form"].initial

    booked = owner.post("/panel/appointments/add/", fields(service, on=suggested["on"], at=suggested["at"]))

    assert booked.status_code == 302
    assert Appointment.objects.filter(starts_at=at(9, 30)).exists()


def test_add_asks_for_free_times_with_nothing_about_the_client(in_alfa: None, owner: Client) -> None:
    make_service()

    text = owner.get("/panel/appointments/add/").content.decode()

    assert 'hx-params="service_id,staff_id,on,at"' in text


def test_add_opens_as_a_sheet(in_alfa: None, owner: Client) -> None:
    make_service()

    response = owner.get("/panel/appointments/add/", headers=SHEET)

    assert "<dialog" in response.content.decode()
    assert {"HX-Request", "HX-Target"} <= {name.strip() for name in response["Vary"].split(",")}


def test_free_times_are_those_of_the_day(in_alfa: None, owner: Client) -> None:
    service = make_service()
    book(service, at(9))

    response = owner.get("/panel/appointments/free/", {"service_id": service.pk, "on": "2026-03-03", "at": "10:00"})

    text = response.content.decode()
    assert text.count("data-slot=") == 17
    assert 'data-slot="09:00"' not in text
    assert text.count('aria-pressed="true"') == 1


@pytest.mark.parametrize("query", ["", "service_id=x&on=y", "service_id=1&on=2026-13-01"])
def test_free_times_of_nothing_are_none(owner: Client, query: str) -> None:
    response = owner.get(f"/panel/appointments/free/?{query}")

    assert response.status_code == 200
    assert "data-slot" not in response.content.decode()


# --- Moving --------------------------------------------------------------------------------------------------------
def test_drag_moves_and_undo_moves_back(in_alfa: None, owner: Client) -> None:
    appointment = book(make_service(), at(9))

    moved = owner.post(f"/panel/appointments/{appointment.pk}/move/", {"starts": "2026-03-04T11:05"})
    assert moved.status_code == 200
    assert reload(appointment).starts_at == at(11, 5, days=2)
    assert reload(appointment).ends_at == at(11, 35, days=2)

    undone = owner.post(moved.json()["undo_url"], headers=HTMX)
    assert undone.status_code == 204
    assert "agenda:changed" in undone["HX-Trigger"]
    assert reload(appointment).starts_at == at(9)


@pytest.mark.parametrize(
    ("starts", "is_outside"),
    [
        ("2026-03-04T09:00", False),
        ("2026-03-04T17:30", False),
        ("2026-03-04T17:45", True),
        ("2026-03-04T03:00", True),
        ("2026-03-04T12:30", True),
        ("2026-03-01T10:00", False),
    ],
    ids=["opening", "up to closing", "past closing", "night", "into time off", "a day that is over"],
)
def test_drag_says_when_it_leaves_the_hours(in_alfa: None, owner: Client, starts: str, is_outside: bool) -> None:
    appointment = book(make_service(), at(9))
    services.add_time_off(starts_at=at(12, days=2), ends_at=at(13, days=2))

    response = owner.post(f"/panel/appointments/{appointment.pk}/move/", {"starts": starts})

    assert response.status_code == 200
    assert ("outside the usual hours" in response.json()["message"]) is is_outside


def test_stretching_changes_the_length_and_undo_gives_it_back(in_alfa: None, owner: Client) -> None:
    appointment = book(make_service(), at(9))

    stretched = owner.post(
        f"/panel/appointments/{appointment.pk}/move/", {"starts": "2026-03-03T09:00", "ends": "2026-03-03T10:15"}
    )
    assert reload(appointment).ends_at == at(10, 15)

    owner.post(stretched.json()["undo_url"], headers=HTMX)
    assert reload(appointment).ends_at == at(9, 30)


def test_drag_onto_another_is_refused_and_says_why(in_alfa: None, owner: Client) -> None:
    service = make_service()
    appointment = book(service, at(9))
    book(service, at(11))

    response = owner.post(f"/panel/appointments/{appointment.pk}/move/", {"starts": "2026-03-03T11:00"})

    assert response.status_code == 409
    assert response.json()["error"]["code"] == "slot_taken"
    assert response.json()["error"]["message"]
    assert reload(appointment).starts_at == at(9)


@pytest.mark.parametrize(
    "data",
    [{}, {"starts": "soon"}, {"starts": "2026-03-04T11:05", "ends": "2026-03-04T10:00"}, {"starts_at": "2026-03-04"}],
)
def test_move_refuses_what_makes_no_sense(in_alfa: None, owner: Client, data: dict[str, str]) -> None:
    appointment = book(make_service(), at(9))

    response = owner.post(f"/panel/appointments/{appointment.pk}/move/", data)

    assert response.status_code == 422
    assert reload(appointment).starts_at == at(9)


def test_drag_to_a_time_that_clocks_skip_is_refused(
    sign_in: Callable[..., Client], other_tenant: TenantSnapshot
) -> None:
    browser = sign_in(other_tenant)
    with tenant_context(other_tenant):
        appointment = book(make_service(), at(9), outside_hours=True)
        response = browser.post(f"/panel/appointments/{appointment.pk}/move/", {"starts": "2026-09-06T00:30"})
        assert reload(appointment).starts_at == at(9)

    assert response.status_code == 422
    assert response.json()["error"]["fields"]["starts"]


def test_reschedule_form_moves_to_another_person(in_alfa: None, owner: Client) -> None:
    first, second = make_staff(name="Sol"), make_staff(name="Luna")
    appointment = book(make_service(staff=[first, second]), at(9), staff_id=first.pk)
    form = {"on": "2026-03-04", "at": "10:00", "staff_id": second.pk}

    response = owner.post(f"/panel/appointments/{appointment.pk}/reschedule/", form)

    assert response.status_code == 302
    assert (reload(appointment).starts_at, reload(appointment).staff_id) == (at(10, days=2), second.pk)


def test_reschedule_form_offers_free_times_when_it_is_taken(in_alfa: None, owner: Client) -> None:
    service = make_service()
    appointment = book(service, at(9))
    book(service, at(11))
    form = {"on": "2026-03-03", "at": "11:00", "staff_id": appointment.staff_id}

    response = owner.post(f"/panel/appointments/{appointment.pk}/reschedule/", form)

    assert response.status_code == 409
    assert response.content.decode().count("data-slot=") == 3
    assert reload(appointment).starts_at == at(9)


# --- Settling ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("target", "hour"), [("arrived", 10), ("completed", 10), ("no_show", 10)], ids=["arrived", "completed", "no show"]
)
def test_status_buttons_settle(
    in_alfa: None, owner: Client, target: str, hour: int, clock: time_machine.Traveller
) -> None:
    appointment = book(make_service(), at(9))
    clock.move_to(at(hour))

    response = owner.post(f"/panel/appointments/{appointment.pk}/status/", {"to": target}, headers=HTMX)

    assert response.status_code == 200
    assert reload(appointment).status == target


def test_status_that_is_refused_says_why_and_shows_how_things_are(in_alfa: None, owner: Client) -> None:
    appointment = book(make_service(), at(9))

    response = owner.post(f"/panel/appointments/{appointment.pk}/status/", {"to": "completed"}, headers=HTMX)

    assert response.status_code == 409
    assert "has not started yet" in response.content.decode()
    assert 'id="appointment-part"' in response.content.decode()
    assert reload(appointment).status == AppointmentStatus.CONFIRMED


@pytest.mark.parametrize("target", ["", "pending", "cancelled", "deleted", "\x00"])
def test_status_takes_known_steps_only(in_alfa: None, owner: Client, target: str) -> None:
    appointment = book(make_service(), at(9))

    response = owner.post(f"/panel/appointments/{appointment.pk}/status/", {"to": target})

    assert response.status_code == 422
    assert reload(appointment).status == AppointmentStatus.CONFIRMED


def test_buttons_are_those_that_would_work(in_alfa: None, owner: Client, clock: time_machine.Traveller) -> None:
    appointment = book(make_service(), at(9))
    ahead = owner.get(f"/panel/appointments/{appointment.pk}/").content.decode()
    clock.move_to(at(8))
    same_day = owner.get(f"/panel/appointments/{appointment.pk}/").content.decode()
    clock.move_to(at(9, 10))
    started = owner.get(f"/panel/appointments/{appointment.pk}/").content.decode()
    services.cancel_appointment(appointment_id=appointment.pk, reason="Se fue", by="client", now=at(8))
    over = owner.get(f"/panel/appointments/{appointment.pk}/").content.decode()

    def buttons(text: str) -> list[str]:
        return [name for name in ("arrived", "completed", "no_show") if f'name="to" value="{name}"' in text]

    assert buttons(ahead) == []
    assert buttons(same_day) == ["arrived"]
    assert buttons(started) == ["arrived", "completed", "no_show"]
    assert buttons(over) == []
    assert "Se fue" in over
    assert "/cancel/" not in over


def test_cancel_keeps_the_reason(in_alfa: None, owner: Client) -> None:
    appointment = book(make_service(), at(9))

    response = owner.post(f"/panel/appointments/{appointment.pk}/cancel/", {"reason": "Estoy enferma"})

    assert response.status_code == 302
    cancelled = reload(appointment)
    assert (cancelled.status, cancelled.cancelled_by, cancelled.cancelled_reason) == (
        "cancelled",
        "staff",
        "Estoy enferma",
    )


def test_cancel_refuses_a_reason_that_is_too_long(in_alfa: None, owner: Client) -> None:
    appointment = book(make_service(), at(9))

    response = owner.post(f"/panel/appointments/{appointment.pk}/cancel/", {"reason": "x" * 501})

    assert response.status_code == 422
    assert reload(appointment).status == AppointmentStatus.CONFIRMED


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_add_takes_nasty_text_as_it_is_or_refuses_it(in_alfa: None, owner: Client, text: str) -> None:
    service = make_service()
    for field in ("name", "email", "phone", "notes", "on", "at", "service_id", "staff_id", "client_id"):
        response = owner.post("/panel/appointments/add/", fields(service, **{field: text}))

        assert response.status_code in (302, 404, 409, 422), field
        stored = Appointment.objects.first()
        if response.status_code == 302 and stored and field in ("name", "notes"):
            assert (stored.attendee_name if field == "name" else stored.notes) == text.strip()
            assert "<script>alert" not in owner.get(f"/panel/appointments/{stored.pk}/").content.decode()
        Appointment.objects.all().delete()


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_notes_take_nasty_text_as_it_is_or_refuse_it(in_alfa: None, owner: Client, text: str) -> None:
    appointment = book(make_service(), at(9))

    response = owner.post(f"/panel/appointments/{appointment.pk}/notes/", {"notes": text})

    if response.status_code == 302:
        assert reload(appointment).notes == text.strip()
    else:
        assert (response.status_code, reload(appointment).notes) == (422, "")


def test_a_form_without_a_token_is_refused(tenant: TenantSnapshot, client_for: Callable[..., Client]) -> None:
    browser = client_for(tenant, enforce_csrf_checks=True)
    with tenant_context(tenant):
        browser.force_login(make_user())
        appointment = book(make_service(), at(9))
        response = browser.post(f"/panel/appointments/{appointment.pk}/move/", {"starts": "2026-03-04T11:05"})
        assert reload(appointment).starts_at == at(9)

    assert response.status_code == 403


def test_moments_are_instants(in_alfa: None) -> None:
    """The factory's wall times are Mexico's: the tests above mean what they say."""
    assert at(9) == datetime(2026, 3, 3, 15, tzinfo=UTC)
    assert at(9, days=2) - at(9) == timedelta(days=1)
