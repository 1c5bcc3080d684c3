"""The agenda over HTTP: what each endpoint takes, gives and refuses, for whom, in how many queries."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared_apps.accounts.enums import Role
from tenant_apps.appointments import services
from tenant_apps.appointments.models import Appointment, Service, TimeOff
from tenant_apps.clients.models import Client
from tenants.context import TenantSnapshot, current_tenant, tenant_context
from tests.factories.agenda import NOW, at, book, make_client, make_service, make_staff
from tests.factories.api import Caller
from tests.factories.nasty import NASTY

AUTHENTICATION = 1  # the bearer and whether their sign-in still stands, in one query
LUZ = {"name": "Luz Marín", "email": "luz@example.com", "phone": "55 1234 5678"}


@pytest.fixture(autouse=True)
def _monday(in_tenant: TenantSnapshot) -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def owner(tenant: TenantSnapshot) -> Caller:
    return Caller(tenant, Role.OWNER)


@pytest.fixture
def staff(tenant: TenantSnapshot) -> Caller:
    return Caller(tenant, Role.STAFF)


def error_of(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.content
    return dict(response.json()["error"])


def queries_of(caller: Caller, path: str, **query: Any) -> int:
    caller.get("me")  # the host is known from here on
    with CaptureQueriesContext(connection) as queries:
        assert caller.get(path, **query).status_code == 200
    return len(queries)


# --- Who may -----------------------------------------------------------------------------------
READS = ["services", "staff", "availability", "time-off", "appointments", "clients"]


@pytest.mark.parametrize("path", READS)
def test_reads_are_for_owner_and_staff(path: str, owner: Caller, staff: Caller, tenant: TenantSnapshot) -> None:
    assert owner.get(path).status_code == 200
    assert staff.get(path).status_code == 200
    assert error_of(Caller(tenant, Role.CLIENT).get(path), 403)["code"] == "permission_refused"
    anonymous = Caller(tenant, Role.CLIENT)
    del anonymous.http.defaults["HTTP_AUTHORIZATION"]
    assert error_of(anonymous.get(path), 401)["code"] == "not_authenticated"


def test_token_of_another_workspace_is_refused(owner: Caller, other_tenant: TenantSnapshot) -> None:
    owner.http.defaults["HTTP_HOST"] = "beta.localhost"
    assert owner.get("appointments").status_code == 401


def test_settings_are_the_owners_to_change(staff: Caller) -> None:
    service = make_service()
    member = service.staff.get()
    body = {"name": "Otro", "duration_minutes": 30}
    hours = {"blocks": [{"weekday": 0, "starts_at": "09:00", "ends_at": "10:00"}]}
    period = {"starts_at": at(9).isoformat(), "ends_at": at(10).isoformat()}
    time_off = services.add_time_off(starts_at=at(9), ends_at=at(10))
    for response in (
        staff.post("services", body),
        staff.put(f"services/{service.pk}", body),
        staff.post(f"services/{service.pk}/archive"),
        staff.post(f"services/{service.pk}/restore"),
        staff.put(f"availability/{member.pk}", hours),
        staff.post("time-off", period),
        staff.delete(f"time-off/{time_off.pk}"),
    ):
        assert error_of(response, 403)["code"] == "permission_refused"
    assert (Service.objects.count(), TimeOff.objects.count()) == (1, 1)
    assert Service.objects.get().is_active


# --- Services ----------------------------------------------------------------------------------
def test_services_create_get_update_archive_restore(owner: Caller) -> None:
    member = make_staff()
    body = {"name": "Limpieza", "duration_minutes": 45, "price": "650.50", "buffer_after_minutes": 10}
    created = owner.post("services", body)
    assert created.status_code == 201
    stored = created.json()
    assert stored == {
        "id": stored["id"],
        "name": "Limpieza",
        "description": "",
        "duration_minutes": 45,
        "slot_interval_minutes": 30,
        "buffer_before_minutes": 0,
        "buffer_after_minutes": 10,
        "minimum_notice_minutes": 60,
        "horizon_days": 60,
        "requires_confirmation": False,
        "price": "650.50",
        "currency": "MXN",
        "is_active": True,
        "is_public": True,
        "order": 0,
        "staff_ids": [member.pk],
    }
    path = f"services/{stored['id']}"
    changed = owner.put(path, {**body, "name": "Limpieza profunda", "price": None, "staff_ids": []}).json()
    assert changed == {**stored, "name": "Limpieza profunda", "price": None, "staff_ids": []}
    assert owner.get(path).json() == changed
    assert owner.post(f"{path}/archive").json()["is_active"] is False
    assert owner.get("services").json()["results"] == []
    assert owner.get("services", include_archived="true").json()["count"] == 1
    assert owner.post(f"{path}/restore").json()["is_active"] is True


@pytest.mark.parametrize(
    "field", ["duration_minutes", "slot_interval_minutes", "buffer_after_minutes", "horizon_days", "order", "price"]
)
@pytest.mark.parametrize("value", [-1, 10**20, "x", 1.5e400, [], {}, "NaN"])
def test_services_create_refuses_numbers_that_are_none(field: str, value: object, owner: Caller) -> None:
    # As text: Infinity is what JSON readers make of 1e400.
    body = f'{{"name": "x", "duration_minutes": 30, "{field}": {json.dumps(value)}}}'
    response = owner.http.post("/api/v1/services/", body, content_type="application/json")
    assert response.status_code in {400, 422}, response.content
    assert Service.objects.count() == 0


def test_services_update_of_an_unknown_one_or_with_unknown_people(owner: Caller) -> None:
    body = {"name": "Otro", "duration_minutes": 30}
    for key in (10**9, 10**30):
        assert error_of(owner.put(f"services/{key}", body), 404)["code"] == "service_not_found"
        assert error_of(owner.get(f"services/{key}"), 404)["code"] == "service_not_found"
    unknown = error_of(owner.post("services", {**body, "staff_ids": [10**9]}), 404)
    assert unknown["code"] == "staff_member_not_found"
    assert Service.objects.count() == 0


def block(weekday: int, starts_at: str, ends_at: str) -> dict[str, object]:
    return {"weekday": weekday, "starts_at": starts_at, "ends_at": ends_at}


# --- Hours -------------------------------------------------------------------------------------
def test_availability_is_replaced_as_a_whole(owner: Caller) -> None:
    member = make_staff()
    blocks = [
        {"staff_id": member.pk, "weekday": 0, "starts_at": "09:00:00", "ends_at": "13:00:00"},
        {"staff_id": member.pk, "weekday": 0, "starts_at": "15:00:00", "ends_at": "00:00:00"},
        {"staff_id": member.pk, "weekday": 4, "starts_at": "22:00:00", "ends_at": "02:00:00"},
    ]
    assert owner.put(f"availability/{member.pk}", {"blocks": blocks[::-1]}).json() == {"blocks": blocks}
    assert owner.get(f"availability/{member.pk}").json() == {"blocks": blocks}
    assert owner.get("availability", staff=member.pk).json()["results"] == blocks
    assert owner.put(f"availability/{member.pk}", {"blocks": []}).json() == {"blocks": []}


@pytest.mark.parametrize(
    "blocks",
    [
        [block(0, "09:00", "13:00"), block(0, "12:00", "14:00")],
        [block(6, "22:00", "02:00"), block(0, "01:00", "03:00")],
        [block(0, "09:00", "09:00")],
        [block(7, "09:00", "10:00")],
        [block(0, "25:00", "10:00")],
        [{"weekday": 0, "starts_at": "09:00"}],
        "monday",
    ],
)
def test_availability_that_does_not_hold_changes_nothing(blocks: object, owner: Caller) -> None:
    member = make_staff()
    before = owner.get(f"availability/{member.pk}").json()
    error = error_of(owner.put(f"availability/{member.pk}", {"blocks": blocks}), 422)
    assert error["code"] == "invalid_input"
    assert all(name.startswith("blocks") for name in error["fields"])
    assert owner.get(f"availability/{member.pk}").json() == before


def test_availability_of_an_unknown_person(owner: Caller) -> None:
    for response in (owner.get("availability/999999"), owner.put("availability/999999", {"blocks": []})):
        assert error_of(response, 404)["code"] == "staff_member_not_found"


def test_time_off_create_list_delete(owner: Caller) -> None:
    member, other = make_staff(), make_staff(name="Bea")
    body = {"staff_id": member.pk, "starts_at": at(9).isoformat(), "ends_at": at(12).isoformat(), "reason": "Curso"}
    created = owner.post("time-off", body).json()
    assert datetime.fromisoformat(created["starts_at"]) == at(9)
    everybody = owner.post("time-off", {"starts_at": at(0, days=5).isoformat(), "ends_at": at(0, days=6).isoformat()})
    assert everybody.json()["staff_id"] is None
    assert owner.get("time-off").json()["count"] == 2
    assert owner.get("time-off", staff=other.pk).json()["count"] == 1
    assert owner.get("time-off", ends_after=at(0, days=3).isoformat()).json()["count"] == 1
    assert owner.delete(f"time-off/{created['id']}").status_code == 204
    assert error_of(owner.delete(f"time-off/{created['id']}"), 404)["code"] == "time_off_not_found"


@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [
        ("2026-03-03T10:00:00Z", "2026-03-03T10:00:00Z"),
        ("2026-03-03T10:00:00Z", "2026-03-02T10:00:00Z"),
        ("0001-01-01T00:00:00Z", "2026-03-02T10:00:00Z"),
        ("2026-03-03T10:00:00Z", "9999-12-31T23:59:59Z"),
        ("yesterday", "tomorrow"),
        (None, None),
    ],
)
def test_time_off_that_does_not_hold(starts_at: object, ends_at: object, owner: Caller) -> None:
    error = error_of(owner.post("time-off", {"starts_at": starts_at, "ends_at": ends_at}), 422)
    assert set(error["fields"]) <= {"starts_at", "ends_at"}
    assert TimeOff.objects.count() == 0


# --- Free slots --------------------------------------------------------------------------------
def test_free_slots_are_what_can_be_booked(staff: Caller) -> None:
    service = make_service()
    member = service.staff.get()
    services.add_time_off(starts_at=at(10), ends_at=at(18))
    slots = staff.get("free-slots", service=service.pk, **{"from": "2026-03-03", "to": "2026-03-03"}).json()
    assert slots == [
        {"starts_at": "2026-03-03T09:00:00-06:00", "ends_at": "2026-03-03T09:30:00-06:00", "staff_ids": [member.pk]},
        {"starts_at": "2026-03-03T09:30:00-06:00", "ends_at": "2026-03-03T10:00:00-06:00", "staff_ids": [member.pk]},
    ]
    for slot in slots:
        response = staff.post("appointments", {"service_id": service.pk, "starts_at": slot["starts_at"], "client": LUZ})
        assert response.status_code == 201


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "service"),
        ({"service": "x", "from": "2026-03-03", "to": "2026-03-03"}, "service"),
        ({"service": 10**30, "from": "2026-03-03", "to": "2026-03-03"}, "service"),
        ({"service": 1, "from": "2026-03-03", "to": "2026-03-02"}, "to"),
        ({"service": 1, "from": "2026-03-03", "to": "2026-07-03"}, "to"),
        ({"service": 1, "from": "9999-12-31", "to": "9999-12-31"}, "from"),
        ({"service": 1, "from": "\x00", "to": "2026-03-03"}, "from"),
        ({"service": 1, "staff": -1, "from": "2026-03-03", "to": "2026-03-03"}, "staff"),
    ],
)
def test_free_slots_query_that_does_not_hold(query: dict[str, object], field: str, staff: Caller) -> None:
    assert field in error_of(staff.get("free-slots", **query), 422)["fields"]


def test_free_slots_of_an_unknown_service(staff: Caller) -> None:
    query = {"service": 10**9, "from": "2026-03-03", "to": "2026-03-03"}
    assert error_of(staff.get("free-slots", **query), 404)["code"] == "service_not_found"


# --- Appointments ------------------------------------------------------------------------------
def test_appointments_create(staff: Caller) -> None:
    service = make_service()
    body = {"service_id": service.pk, "starts_at": "2026-03-03T10:00:00", "client": LUZ, "notes": "Primera vez"}
    response = staff.post("appointments", body)
    assert response.status_code == 201
    created = response.json()
    stored = Appointment.objects.get()
    assert created == {
        "id": stored.pk,
        "reference": str(stored.public_id),
        "service": {"id": service.pk, "name": "Limpieza"},
        "staff": {"id": stored.staff_id, "name": "Dra. Sol Ríos"},
        "client": {"id": stored.client_id, "name": "Luz Marín"},
        "attendee_name": "Luz Marín",
        "starts_at": "2026-03-03T10:00:00-06:00",
        "ends_at": "2026-03-03T10:30:00-06:00",
        "buffer_before_minutes": 0,
        "buffer_after_minutes": 0,
        "status": "confirmed",
        "source": "api",
        "notes": "Primera vez",
        "price": "500.00",
        "currency": "MXN",
        "cancelled_at": None,
        "cancelled_by": "",
        "cancelled_reason": "",
        "created_at": "2026-03-02T08:00:00-06:00",
    }
    assert UUID(created["reference"])
    assert staff.get(f"appointments/{stored.pk}").json() == created
    assert stored.client.phone == "+525512345678"


@pytest.mark.parametrize(("currency", "price", "written"), [("CLP", "10000", "10000"), ("EUR", "45.5", "45.50")])
def test_prices_have_the_decimals_of_their_currency(staff: Caller, currency: str, price: str, written: str) -> None:
    service = make_service()
    Service.objects.update(currency=currency, price=Decimal(price))
    book(service, at(10))
    assert staff.get(f"services/{service.pk}").json()["price"] == written
    assert staff.get("appointments").json()["results"][0]["price"] == written


def test_appointments_create_taken_names_alternatives(staff: Caller) -> None:
    service = make_service()
    book(service, at(10))
    body = {"service_id": service.pk, "starts_at": at(10).isoformat(), "client": LUZ}
    error = error_of(staff.post("appointments", body), 409)
    assert error["code"] == "slot_taken"
    starts = [datetime.fromisoformat(slot["starts_at"]) for slot in error["data"]["alternatives"]]
    assert starts == [at(9), at(9, 30), at(10, 30)]
    assert {start.utcoffset() for start in starts} == {timedelta(hours=-6)}, "the workspace's, like every time"
    assert Appointment.objects.count() == 1
    assert Client.objects.filter(email=LUZ["email"]).count() == 0


@pytest.mark.parametrize(
    ("starts_at", "code"),
    [
        (at(10, days=-1), "in_the_past"),
        (NOW + timedelta(minutes=1), "outside_availability"),
        (at(10, days=70), "beyond_horizon"),
        (at(20), "outside_availability"),
    ],
)
def test_appointments_create_refused(starts_at: datetime, code: str, staff: Caller) -> None:
    service = make_service()
    body = {"service_id": service.pk, "starts_at": starts_at.isoformat(), "client": LUZ}
    assert error_of(staff.post("appointments", body), 409)["code"] == code
    assert Appointment.objects.count() == 0


def test_appointments_create_with_an_idempotency_key_books_once(staff: Caller) -> None:
    service = make_service()
    body = {"service_id": service.pk, "starts_at": at(10).isoformat(), "client": LUZ}
    first = staff.post("appointments", body, **{"idempotency-key": "order-1"})
    again = staff.post("appointments", body, **{"idempotency-key": "order-1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert Appointment.objects.count() == 1
    other = {**body, "starts_at": at(11).isoformat()}
    reused = staff.post("appointments", other, **{"idempotency-key": "order-1"})
    assert error_of(reused, 422)["code"] == "idempotency_key_reused"
    assert Appointment.objects.count() == 1


def test_appointments_create_for_a_client_on_file_outside_hours(staff: Caller) -> None:
    service, client = make_service(), make_client()
    body = {
        "service_id": service.pk,
        "client_id": client.pk,
        "starts_at": at(21).isoformat(),
        "ends_at": at(22, 30).isoformat(),
    }
    assert "ends_at" in error_of(staff.post("appointments", body), 422)["fields"]
    created = staff.post("appointments", {**body, "outside_hours": True}).json()
    assert datetime.fromisoformat(created["ends_at"]) == at(22, 30)
    assert created["client"]["id"] == client.pk
    unknown = {**body, "outside_hours": True, "client_id": 10**9}
    assert error_of(staff.post("appointments", unknown), 404)["code"] == "client_not_found"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"client": None}, "client"),
        ({"client_id": 1}, "client"),
        ({"client": {"name": ""}}, "client.name"),
        ({"client": {"name": "Luz", "email": "nowhere"}}, "client.email"),
        ({"client": {"name": "Luz", "phone": "12"}}, "client.phone"),
        ({"client": "Luz"}, "client.non_field_errors"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"starts_at": "9999-12-31T23:59:59-14:00"}, "starts_at"),
        ({"starts_at": "9999-12-31T00:00:00Z"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at"),
        ({"starts_at": "1900-01-01T00:00:00Z"}, "starts_at"),
        ({"service_id": 10**30}, "service_id"),
        ({"service_id": "1; DROP TABLE"}, "service_id"),
        ({"staff_id": 0}, "staff_id"),
        ({"notes": None}, "notes"),
        ({"outside_hours": "perhaps"}, "outside_hours"),
    ],
)
def test_appointments_create_with_a_field_that_does_not_hold(
    changes: dict[str, object], field: str, staff: Caller
) -> None:
    service = make_service()
    body = {"service_id": service.pk, "starts_at": at(10).isoformat(), "client": LUZ, **changes}
    assert field in error_of(staff.post("appointments", body), 422)["fields"]
    assert Appointment.objects.count() == 0


def test_appointments_create_from_what_is_not_an_object(staff: Caller) -> None:
    for body in ("[]", '"x"', "1", "null", "{", "\x00", '{"a": ' * 500):
        response = staff.http.post("/api/v1/appointments/", body, content_type="application/json")
        assert response.status_code in {400, 422}, body


def test_appointments_list_filters_and_orders(staff: Caller) -> None:
    members = [make_staff(name=name) for name in ("Ana", "Bea")]
    service, other = make_service(staff=members), make_service(staff=members, name="Otra")
    luz = make_client()
    first = book(service, at(10), staff_id=members[0].pk, client=luz)
    second = book(other, at(11), staff_id=members[1].pk)
    third = book(service, at(10, days=3), staff_id=members[0].pk)
    services.cancel_appointment(appointment_id=third.pk, reason="", by="staff", now=NOW)

    def found(**query: object) -> list[int]:
        return [row["id"] for row in staff.get("appointments", **query).json()["results"]]

    assert found() == [first.pk, second.pk, third.pk]
    assert found(ordering="-starts_at") == [third.pk, second.pk, first.pk]
    assert found(ordering="-created_at") == [first.pk, second.pk, third.pk]  # the same moment, so by id
    assert found(status="cancelled") == [third.pk]
    assert found(status=["cancelled", "confirmed"]) == [first.pk, second.pk, third.pk]
    assert found(staff=members[1].pk) == [second.pk]
    assert found(client=luz.pk) == [first.pk]
    assert found(service=other.pk) == [second.pk]
    assert found(**{"from": "2026-03-04"}) == [third.pk]
    assert found(to="2026-03-03") == [first.pk, second.pk]
    assert found(**{"from": "2026-03-03", "to": "2026-03-03", "service": service.pk}) == [first.pk]
    page = staff.get("appointments", page_size=2, page=2).json()
    assert (page["count"], len(page["results"]), page["next"]) == (3, 1, None)


@pytest.mark.parametrize(
    "query",
    [{"status": "lost"}, {"staff": "x"}, {"from": "soon"}, {"to": "9999-12-31"}, {"ordering": "client__email"}],
)
def test_appointments_list_query_that_does_not_hold(query: dict[str, object], staff: Caller) -> None:
    assert list(error_of(staff.get("appointments", **query), 422)["fields"]) == list(query)


def test_appointment_of_another_day_cannot_arrive(staff: Caller) -> None:
    appointment = book(make_service(), at(10))
    assert error_of(staff.post(f"appointments/{appointment.pk}/arrive"), 409)["code"] == "not_started_yet"


def test_appointment_steps(staff: Caller) -> None:
    appointment = book(make_service(), at(10, days=0))
    path = f"appointments/{appointment.pk}"
    assert error_of(staff.post(f"{path}/no-show"), 409)["code"] == "not_started_yet"
    assert staff.post(f"{path}/arrive").json()["status"] == "arrived"
    assert staff.post(f"{path}/confirm").json()["status"] == "confirmed"
    assert staff.post(f"{path}/arrive").json()["status"] == "arrived"
    assert staff.post(f"{path}/complete").json()["status"] == "completed"
    refused = error_of(staff.post(f"{path}/cancel", {"reason": "tarde"}), 409)
    assert (refused["code"], refused["data"]) == (
        "transition_refused",
        {"status": "completed", "target": "cancelled"},
    )
    assert error_of(staff.post("appointments/999999/confirm"), 404)["code"] == "appointment_not_found"


def test_appointment_no_show(staff: Caller) -> None:
    appointment = book(make_service(), at(10))
    with time_machine.travel(at(10, 15), tick=False):
        # The token of this morning is spent by now.
        late = Caller(current_tenant(), Role.STAFF)
        assert late.post(f"appointments/{appointment.pk}/no-show").json()["status"] == "no_show"


def test_appointment_cancel_and_reschedule(staff: Caller) -> None:
    service = make_service()
    appointment, other = book(service, at(10)), book(service, at(12))
    path = f"appointments/{appointment.pk}"
    moved = staff.post(f"{path}/reschedule", {"starts_at": at(11).isoformat()}).json()
    assert datetime.fromisoformat(moved["starts_at"]) == at(11)
    error = error_of(staff.post(f"{path}/reschedule", {"starts_at": other.starts_at.isoformat()}), 409)
    assert (error["code"], len(error["data"]["alternatives"])) == ("slot_taken", 3)
    cancelled = staff.post(f"{path}/cancel", {"reason": "Lo pidió"}).json()
    assert (cancelled["status"], cancelled["cancelled_by"], cancelled["cancelled_reason"]) == (
        "cancelled",
        "staff",
        "Lo pidió",
    )
    again = error_of(staff.post(f"{path}/reschedule", {"starts_at": at(15).isoformat()}), 409)
    assert again["code"] == "cannot_reschedule"


def test_appointment_notes(staff: Caller) -> None:
    appointment = book(make_service(), at(10))
    changed = staff.patch(f"appointments/{appointment.pk}", {"notes": " dos  líneas\n"}).json()
    assert changed["notes"] == " dos  líneas\n"
    assert "notes" in error_of(staff.patch(f"appointments/{appointment.pk}", {}), 422)["fields"]


# --- Two workspaces ----------------------------------------------------------------------------
def test_rows_of_another_workspace_are_out_of_reach(staff: Caller, other_tenant: TenantSnapshot) -> None:
    with tenant_context(other_tenant):
        service = make_service(name="Ajeno")
        services.replace_week(staff_id=service.staff.get().pk, blocks=[])
        elsewhere = book(service, at(10), outside_hours=True)
        Appointment.objects.filter(pk=elsewhere.pk).update(id=10**9)
    assert staff.get("appointments").json()["count"] == 0
    assert staff.get("clients").json()["count"] == 0
    assert error_of(staff.post(f"appointments/{10**9}/cancel"), 404)["code"] == "appointment_not_found"
    with tenant_context(other_tenant):
        assert Appointment.objects.get().status == "confirmed"


# --- Queries -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("services", AUTHENTICATION + 3),  # count, rows, their staff
        ("staff", AUTHENTICATION + 2),
        ("availability", AUTHENTICATION + 2),
        ("time-off", AUTHENTICATION + 2),
        ("appointments", AUTHENTICATION + 2),
        ("clients", AUTHENTICATION + 2),
    ],
)
def test_list_queries_at_one_and_three_rows(path: str, queries: int, staff: Caller) -> None:
    def add_rows(number: int) -> None:
        service = make_service(staff=[make_staff()])
        services.add_time_off(starts_at=at(0, days=20 + number), ends_at=at(0, days=21 + number))
        book(service, at(10), client=make_client())

    add_rows(0)
    assert queries_of(staff, path) == queries
    add_rows(1)
    add_rows(2)
    assert queries_of(staff, path) == queries


def test_free_slots_queries_at_one_and_three_people(staff: Caller) -> None:
    one = make_service()
    three = make_service(staff=[make_staff() for _ in range(3)])
    for number in range(3):
        book(three, at(10 + number))
    days = {"from": "2026-03-02", "to": "2026-03-31"}
    assert queries_of(staff, "free-slots", service=one.pk, **days) == AUTHENTICATION + 5
    assert queries_of(staff, "free-slots", service=three.pk, **days) == AUTHENTICATION + 5


# --- Nasty texts -------------------------------------------------------------------------------
@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("field", ["name", "description"])
def test_service_text_is_stored_verbatim_or_refused(text: str, field: str, owner: Caller) -> None:
    body = {"name": "Limpieza", "duration_minutes": 30, field: text}
    response = owner.post("services", body)
    check_verbatim_or_refused(response, field, text, lambda: Service.objects.get(pk=response.json()["id"]))


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("field", ["notes", "client.name", "client.email", "client.phone"])
def test_appointment_text_is_stored_verbatim_or_refused(text: str, field: str, staff: Caller) -> None:
    service = make_service()
    body: dict[str, Any] = {"service_id": service.pk, "starts_at": at(10).isoformat(), "client": dict(LUZ)}
    if field == "notes":
        body["notes"] = text
    else:
        body["client"][field.removeprefix("client.")] = text
    response = staff.post("appointments", body)
    name = {"notes": "notes", "client.name": "attendee_name"}.get(field, field)
    if response.status_code == 201 and field in {"client.email", "client.phone"}:
        assert not text.strip()  # nothing typed is nothing given
        return
    check_verbatim_or_refused(response, name, text, Appointment.objects.get, refused=field)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_other_texts_are_stored_verbatim_or_refused(text: str, owner: Caller) -> None:
    appointment = book(make_service(), at(10))
    path = f"appointments/{appointment.pk}"
    check_verbatim_or_refused(owner.patch(path, {"notes": text}), "notes", text, Appointment.objects.get)
    period = {"starts_at": at(9).isoformat(), "ends_at": at(10).isoformat(), "reason": text}
    check_verbatim_or_refused(owner.post("time-off", period), "reason", text, TimeOff.objects.get)
    cancelled = owner.post(f"{path}/cancel", {"reason": text})
    check_verbatim_or_refused(cancelled, "cancelled_reason", text, Appointment.objects.get, refused="reason")


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_queries_take_any_text(text: str, staff: Caller) -> None:
    make_client()
    text = text.encode(errors="replace").decode()  # an address cannot hold half a surrogate pair
    assert staff.get("clients", query=text[:200]).status_code in {200, 422}
    for name in ("status", "staff", "client", "from", "ordering"):
        assert staff.get("appointments", **{name: text[:500]}).status_code == 422


def check_verbatim_or_refused(response: Any, field: str, text: str, load: Any, *, refused: str = "") -> None:
    """Names and reasons lose the blanks around them; everything else is stored to the letter, or named in the error."""
    if response.status_code in {200, 201}:
        assert response.json()[field] in {text, text.strip()}
        assert getattr(load(), field) in {text, text.strip()}
    else:
        assert (refused or field) in error_of(response, 422)["fields"]


def test_moments_are_written_in_the_workspaces_zone(staff: Caller) -> None:
    appointment = book(make_service(), at(10))
    written = staff.get(f"appointments/{appointment.pk}").json()["starts_at"]
    assert written.endswith("-06:00")
    assert datetime.fromisoformat(written) == at(10) == datetime(2026, 3, 3, 16, tzinfo=UTC)
