"""What a professional sets up: services, hours, time off, team, clients, and the welcome after sign-up."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import time
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from tenant_apps.appointments import selectors
from tenant_apps.appointments.domain import WeekBlock
from tenant_apps.appointments.forms.welcome import ServicesForm
from tenant_apps.appointments.models import AvailabilityRule, Service, StaffMember, TimeOff
from tenant_apps.branding import selectors as branding
from tenant_apps.branding import services as branding_services
from tenant_apps.branding.models import Theme
from tenant_apps.clients.models import Client as Person
from tenants.context import TenantSnapshot, tenant_context
from tenants.selectors import find_tenant_by_slug
from tests.factories.agenda import NOW, at, book, make_client, make_service, make_staff
from tests.tenant_apps.nasty import NASTY


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def in_alfa(tenant: TenantSnapshot) -> Iterator[None]:
    with tenant_context(tenant):
        yield


def service_fields(member: StaffMember, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Limpieza",
        "description": "",
        "duration_minutes": "45",
        "price": "650.50",
        "staff_ids": [member.pk],
        "is_public": "on",
        "slot_interval_minutes": "15",
        "buffer_before_minutes": "0",
        "buffer_after_minutes": "10",
        "minimum_notice_minutes": "120",
        "horizon_days": "90",
        **changes,
    }


def week_fields(**hours: str) -> dict[str, str]:
    """Return a form of a week: mon="09:00-14:00 16:00-19:00"."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    fields = {}
    for weekday, name in enumerate(names):
        for number, block in enumerate(hours.get(name, "").split()):
            starts, _dash, ends = block.partition("-")
            fields[f"day-{weekday}-{number}-starts"], fields[f"day-{weekday}-{number}-ends"] = starts, ends
    return fields


# --- Services ------------------------------------------------------------------------------------------------------
def test_add_service(owner: Client) -> None:
    member = make_staff()

    response = owner.post("/panel/services/add/", service_fields(member))

    service = Service.objects.get()
    assert (response.status_code, response["Location"]) == (302, "/panel/services/")
    assert (service.name, service.duration_minutes, service.price, service.currency) == (
        "Limpieza",
        45,
        Decimal("650.50"),
        "MXN",
    )
    assert (service.slot_interval_minutes, service.buffer_after_minutes, service.horizon_days) == (15, 10, 90)
    assert list(service.staff.all()) == [member]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("name", "a\x00b"),
        ("duration_minutes", "0"),
        ("duration_minutes", "1441"),
        ("duration_minutes", "9" * 30),
        ("duration_minutes", "NaN"),
        ("price", "-1"),
        ("price", "1" * 20),
        ("price", "NaN"),
        ("price", "Infinity"),
        ("price", "1e400"),
        ("slot_interval_minutes", "7"),
        ("horizon_days", "0"),
        ("staff_ids", "987654"),
        ("staff_ids", "x"),
        ("staff_ids", ""),
        ("description", "x" * 2001),
    ],
)
def test_add_service_shows_what_is_wrong(owner: Client, field: str, value: str) -> None:
    response = owner.post("/panel/services/add/", service_fields(make_staff(), **{field: value}))

    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode() or "errorlist" in response.content.decode()
    assert not Service.objects.exists()


def test_edit_service_keeps_values_that_are_not_on_the_lists(owner: Client) -> None:
    service = make_service(slot_interval_minutes=25, minimum_notice_minutes=17)

    text = owner.get(f"/panel/services/{service.pk}/").content.decode()

    assert '<option value="25" selected>' in text
    assert '<option value="17" selected>' in text


def test_archive_restore_and_order(owner: Client) -> None:
    member = make_staff()
    first, second, third = (make_service(name=name, staff=[member], order=place) for place, name in enumerate("ABC"))

    owner.post(f"/panel/services/{third.pk}/move/", {"to": "up"})
    assert [service.name for service in selectors.list_services()] == ["A", "C", "B"]
    owner.post(f"/panel/services/{first.pk}/move/", {"to": "up"})
    assert [service.name for service in selectors.list_services()] == ["A", "C", "B"]
    assert owner.post(f"/panel/services/{second.pk}/archive/").status_code == 302
    assert [service.name for service in selectors.list_services()] == ["A", "C"]
    assert owner.post(f"/panel/services/{second.pk}/move/", {"to": "up"}).status_code == 404
    owner.post(f"/panel/services/{second.pk}/restore/")
    assert second.pk in {service.pk for service in selectors.list_services()}


@pytest.mark.parametrize(
    ("currency", "typed", "price", "message"),
    [
        ("CLP", "12.500", 12500, ""),
        ("CLP", "12.5", None, "Prices in CLP have no decimals: write an amount such as 12.500."),
        ("MXN", "12,500", 12500, ""),
        ("MXN", "12.345", None, "Write an amount such as 12,500.50."),
        ("EUR", "12,5", Decimal("12.5"), ""),
        ("EUR", "twelve", None, "Write an amount such as 12.500,50."),
    ],
)
def test_price_is_read_as_people_write_it(currency: str, typed: str, price: Any, message: str) -> None:
    form = ServicesForm({"price-1": typed}, services=[Service(pk=1, name="Limpieza")], currency=currency)
    with override("en"):
        errors = form.errors.get("price-1", [])

        assert form.cleaned_data.get("price-1") == price
        assert errors == ([message] if message else [])


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_service_takes_nasty_text_as_it_is_or_refuses_it(owner: Client, text: str) -> None:
    member = make_staff()
    for field in service_fields(member):
        response = owner.post("/panel/services/add/", service_fields(member, **{field: text}))

        assert response.status_code in (302, 422), field
        if response.status_code == 302 and field in ("name", "description"):
            assert getattr(Service.objects.get(), field) == text.strip()
            assert "<script>alert" not in owner.get("/panel/services/").content.decode()
        Service.objects.all().delete()


# --- Hours ---------------------------------------------------------------------------------------------------------
def test_week_is_replaced(owner: Client) -> None:
    member = make_staff()

    response = owner.post(f"/panel/hours/{member.pk}/", week_fields(mon="09:00-14:00 16:00-19:00", sat="20:00-02:00"))

    assert response.status_code == 302
    assert selectors.list_week(staff_id=member.pk) == [
        WeekBlock(0, time(9), time(14)),
        WeekBlock(0, time(16), time(19)),
        WeekBlock(5, time(20), time(2)),
    ]


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        ({"mon": "09:00-"}, "Fill in both times, or neither."),
        ({"mon": "-14:00"}, "Fill in both times, or neither."),
        ({"mon": "09:00-09:00"}, "The end is the same as the start."),
        ({"mon": "09:00-14:00 13:00-18:00"}, "These hours overlap: 09:00–14:00 / 13:00–18:00."),
        ({"mon": "20:00-02:00", "tue": "01:00-09:00"}, "These hours overlap: Mon 20:00–02:00 / Tue 01:00–09:00."),
        ({"mon": "14:00-10:00"}, "The end must come after the start."),
        ({"mon": "09:00-14:00 18:00-16:00"}, "The end must come after the start."),
        ({"mon": "25:00-26:00"}, "Enter a valid time."),
        ({"mon": "\x00-\x00"}, "Enter a valid time."),
    ],
)
def test_week_that_makes_no_sense_is_shown_again(owner: Client, hours: dict[str, str], message: str) -> None:
    member = make_staff()
    before = selectors.list_week(staff_id=member.pk)

    response = owner.post(f"/panel/hours/{member.pk}/", week_fields(**hours))

    assert response.status_code == 422
    assert message in response.content.decode()
    assert selectors.list_week(staff_id=member.pk) == before


def test_copy_monday_fills_the_weekdays_and_saves_nothing(owner: Client) -> None:
    member = make_staff(works=False)

    response = owner.post(
        f"/panel/hours/{member.pk}/", {**week_fields(mon="08:15-12:45", sun="10:00-11:00"), "copy": "monday"}
    )

    text = response.content.decode()
    assert (text.count('value="08:15"'), text.count('value="12:45"')) == (5, 5)
    assert text.count('value="10:00"') == 1
    assert not AvailabilityRule.objects.exists()


# --- Time off ------------------------------------------------------------------------------------------------------
def test_time_off_of_whole_days(owner: Client) -> None:
    make_staff()

    response = owner.post("/panel/hours/time-off/", {"staff": "all", "from_on": "2026-03-10", "to_on": "2026-03-12"})

    period = TimeOff.objects.get()
    assert response.status_code == 302
    assert (period.staff, period.starts_at, period.ends_at) == (None, at(0, days=8), at(0, days=11))


def test_time_off_of_some_hours_of_one_person(owner: Client) -> None:
    member = make_staff()
    fields = {"staff": member.pk, "from_on": "2026-03-10", "from_time": "12:00", "to_time": "15:30", "reason": "Médico"}

    owner.post("/panel/hours/time-off/", fields)

    period = TimeOff.objects.get()
    assert (period.staff, period.starts_at, period.ends_at) == (member, at(12, days=8), at(15, 30, days=8))
    assert period.reason == "Médico"


def test_time_off_shows_the_appointments_it_hits_before_it_is_kept(owner: Client) -> None:
    service = make_service()
    book(service, at(10), client=make_client(name="Quien Viene"))
    fields = {"staff": "all", "from_on": "2026-03-03"}

    asked = owner.post("/panel/hours/time-off/", fields)
    assert asked.status_code == 409
    assert "Quien Viene" in asked.content.decode()
    assert not TimeOff.objects.exists()

    confirmed = asked.context["confirmed"]
    book(service, at(11))
    other = owner.post("/panel/hours/time-off/", {**fields, "confirmed": confirmed})
    assert other.status_code == 409, "what was confirmed is not what would be hit now"

    kept = owner.post("/panel/hours/time-off/", {**fields, "confirmed": other.context["confirmed"]})
    assert kept.status_code == 302
    assert TimeOff.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"from_on": "soon"},
        {"from_on": "2026-03-10", "to_on": "2026-03-09"},
        {"from_on": "2026-03-10", "from_time": "12:00", "to_time": "11:00"},
        {"from_on": "2026-03-10", "staff": "987654"},
        {"from_on": "2026-03-10", "staff": ""},
        {"from_on": "2026-03-10", "reason": "x" * 201},
        {"from_on": "2026-03-10", "reason": "\x00"},
    ],
)
def test_time_off_that_makes_no_sense_is_shown_again(owner: Client, fields: dict[str, str]) -> None:
    make_staff()

    response = owner.post("/panel/hours/time-off/", {"staff": "all", **fields})

    assert response.status_code == 422
    assert not TimeOff.objects.exists()


def test_time_off_where_clocks_skip_midnight(sign_in: Any, other_tenant: TenantSnapshot) -> None:
    """In Santiago 2026-09-06 begins at 01:00."""
    browser = sign_in(other_tenant)
    with tenant_context(other_tenant):
        make_staff()
        response = browser.post("/panel/hours/time-off/", {"staff": "all", "from_on": "2026-09-06"})
        period = TimeOff.objects.get()

    assert response.status_code == 302
    assert (period.ends_at - period.starts_at).total_seconds() == 23 * 3600
    assert "September 6, 2026" in browser.get("/panel/hours/time-off/").content.decode()


def test_time_off_is_removed_once(owner: Client) -> None:
    make_staff()
    owner.post("/panel/hours/time-off/", {"staff": "all", "from_on": "2026-03-10"})
    url = f"/panel/hours/time-off/{TimeOff.objects.get().pk}/remove/"

    assert [owner.post(url).status_code for _ in range(2)] == [302, 404]
    assert not TimeOff.objects.exists()


# --- Team ----------------------------------------------------------------------------------------------------------
def test_add_a_person_and_go_on_to_their_hours(owner: Client) -> None:
    service = make_service()

    response = owner.post(
        "/panel/team/add/", {"name": "Luna", "color": "#0B5A66", "is_active": "on", "service_ids": [service.pk]}
    )

    member = StaffMember.objects.get(name="Luna")
    assert response["Location"] == f"/panel/hours/{member.pk}/"
    assert (member.color, member.order, list(member.services.all())) == ("#0b5a66", 1, [service])


def test_edit_a_person_keeps_services_that_are_off_the_list(owner: Client) -> None:
    member = make_staff()
    kept, archived = make_service(name="A", staff=[member]), make_service(name="B", staff=[member])
    owner.post(f"/panel/services/{archived.pk}/archive/")

    owner.post(f"/panel/team/{member.pk}/", {"name": "Sol", "color": "#0b5a66", "service_ids": [kept.pk]})

    member.refresh_from_db()
    assert (member.name, member.is_active) == ("Sol", False)
    assert set(member.services.all()) == {kept, archived}


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_person_takes_nasty_text_as_it_is_or_refuses_it(owner: Client, text: str) -> None:
    for field in ("name", "color", "service_ids"):
        response = owner.post("/panel/team/add/", {"name": "Luna", "color": "#0b5a66", field: text})

        assert response.status_code in (302, 422), field
        if response.status_code == 302 and field == "name":
            assert StaffMember.objects.get().name == text.strip()
            assert "<script>alert" not in owner.get("/panel/team/").content.decode()
        StaffMember.objects.all().delete()


# --- Clients -------------------------------------------------------------------------------------------------------
def test_add_edit_and_find_a_client(owner: Client) -> None:
    added = owner.post(
        "/panel/clients/add/", {"name": "Luz Marín", "phone": "55 1234 5678", "email": "luz@example.com"}
    )
    person = Person.objects.get()
    assert added["Location"] == f"/panel/clients/{person.pk}/"
    page = owner.get(f"/panel/clients/{person.pk}/").content.decode()
    assert "55 1234 5678" in page
    assert 'href="tel:+525512345678"' in page

    owner.post(f"/panel/clients/{person.pk}/edit/", {"name": "Luz M.", "phone": "", "email": "", "notes": "Alérgica"})
    person.refresh_from_db()
    assert (person.name, person.phone, person.email, person.notes) == ("Luz M.", "", "", "Alérgica")

    assert "Luz M." in owner.get("/panel/clients/?q=luz").content.decode()
    part = owner.get("/panel/clients/?q=nobody", headers={"HX-Request": "true"}).content.decode()
    assert "Nobody matches" in part
    assert "<html" not in part


def test_an_address_of_somebody_else_is_refused(owner: Client) -> None:
    make_client(email="luz@example.com")

    response = owner.post("/panel/clients/add/", {"name": "Otra", "email": "LUZ@example.com"})

    assert response.status_code == 409
    assert "already has this e-mail" in response.content.decode()
    assert Person.objects.count() == 1


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_client_takes_nasty_text_as_it_is_or_refuses_it(owner: Client, text: str) -> None:
    for field in ("name", "phone", "email", "notes"):
        response = owner.post("/panel/clients/add/", {"name": "Luz", field: text})

        assert response.status_code in (302, 422), field
        if response.status_code == 302:
            person = Person.objects.get()
            if field in ("name", "notes"):
                assert getattr(person, field) == text.strip()
            assert "<script>alert" not in owner.get(f"/panel/clients/{person.pk}/").content.decode()
        Person.objects.all().delete()
    assert owner.get("/panel/clients/", {"q": text}).status_code == 200
    assert owner.get("/panel/appointments/client/", {"client_query": text}).status_code == 200


# --- Welcome -------------------------------------------------------------------------------------------------------
def test_welcome_goes_step_by_step_and_remembers_where_it_was(
    owner: Client, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[list[Any]]]
) -> None:
    member = make_staff(works=False)
    first, second = make_service(name="A", staff=[member]), make_service(name="B", staff=[member])
    assert owner.get("/panel/welcome/")["Location"] == "/panel/welcome/services/"

    fields = {
        f"offered-{first.pk}": "on",
        f"minutes-{first.pk}": "50",
        f"price-{first.pk}": "900",
        f"minutes-{second.pk}": "30",
        f"price-{second.pk}": "",
    }
    with django_capture_on_commit_callbacks(execute=True):
        assert owner.post("/panel/welcome/services/", fields)["Location"] == "/panel/welcome/hours/"
    assert [(one.name, one.duration_minutes, one.price) for one in selectors.list_services()] == [
        ("A", 50, Decimal(900))
    ]
    assert owner.get("/panel/welcome/")["Location"] == "/panel/welcome/hours/"

    assert owner.post("/panel/welcome/hours/", week_fields(mon="09:00-14:00"))["Location"] == "/panel/welcome/look/"
    assert selectors.list_week(staff_id=member.pk) == [WeekBlock(0, time(9), time(14))]

    assert owner.post("/panel/welcome/look/skip/")["Location"] == "/panel/welcome/share/"
    assert "http://alfa.localhost" in owner.get("/panel/welcome/share/").content.decode()
    assert "Check your services" in owner.get("/panel/").content.decode()
    assert owner.post("/panel/welcome/share/skip/")["Location"] == "/panel/"
    assert Theme.objects.get().onboarding_step == "finished"


def test_a_service_switched_off_in_the_welcome_can_be_switched_on_again(owner: Client) -> None:
    service = make_service()
    fields = {f"minutes-{service.pk}": "30", f"price-{service.pk}": "500"}

    owner.post("/panel/welcome/services/", fields)
    assert not selectors.list_services().exists()
    owner.post("/panel/welcome/services/", {**fields, f"offered-{service.pk}": "on"})
    assert selectors.list_services().exists()


def test_welcome_shows_what_is_wrong_in_its_row(owner: Client) -> None:
    service = make_service()

    response = owner.post("/panel/welcome/services/", {f"minutes-{service.pk}": "0", f"price-{service.pk}": "-5"})

    assert response.status_code == 422
    assert response.content.decode().count('aria-invalid="true"') == 2
    assert Service.objects.get().duration_minutes == 30


def test_look_step_is_all_or_nothing(owner: Client, tenant: TenantSnapshot) -> None:
    logo = SimpleUploadedFile("logo.png", b"not an image", content_type="image/png")

    response = owner.post("/panel/welcome/look/", {"name": "Otra", "color": "#8c2f6b", "logo": logo})

    assert response.status_code == 422
    text = response.content.decode()
    assert "We could not read this file as an image" in text
    assert 'value="#8c2f6b"' in text
    assert 'data-primary="#8c2f6b"' in text, "the sample is of the color in the field"
    found = find_tenant_by_slug(slug=tenant.slug)
    assert found is not None
    assert found.name == tenant.name
    assert not Theme.objects.exists()


def test_look_step_keeps_name_and_color(owner: Client, tenant: TenantSnapshot) -> None:
    response = owner.post("/panel/welcome/look/", {"name": "Otra", "color": "#8c2f6b"})

    found = find_tenant_by_slug(slug=tenant.slug)
    assert found is not None
    assert (response.status_code, found.name, Theme.objects.get().color) == (302, "Otra", "#8c2f6b")


def test_onboarding_note_leaves_the_agenda_when_it_is_over(owner: Client) -> None:
    branding_services.note_onboarding(step="finished")
    branding.remember_branding(Theme.objects.get())

    assert "Check your services" not in owner.get("/panel/").content.decode()
