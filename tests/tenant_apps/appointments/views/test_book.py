"""Booking on the public page: three steps, refusals that keep what was typed, one appointment a form."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tenant_apps.appointments import services
from tenant_apps.appointments.enums import AppointmentSource, AppointmentStatus
from tenant_apps.appointments.models import Appointment
from tenant_apps.appointments.views.public import BOOKINGS_PER_VISITOR
from tenant_apps.clients.domain import ClientDetails
from tenant_apps.clients.models import Client as ClientOnFile
from tenants.context import TenantSnapshot, tenant_context
from tests.factories.nasty import NASTY
from tests.factories.open_agenda import OpenAgenda, add_service, open_agenda

from .conftest import MONDAY_AT_NINE, NOW

Book = Callable[..., HttpResponse]
MOMENT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
HTMX = {"HX-Request": "true"}
# Services, their staff, and five for the month's free time.
TIMES_QUERIES = 7


def count_appointments(tenant: TenantSnapshot) -> int:
    with tenant_context(tenant):
        return Appointment.objects.count()


def take(tenant: TenantSnapshot, agenda: OpenAgenda, starts_at: datetime = MOMENT) -> None:
    with tenant_context(tenant):
        services.book_appointment(
            service_id=agenda.service.pk,
            starts_at=starts_at,
            client=ClientDetails("Otra", f"{uuid4().hex}@example.com"),
            source=AppointmentSource.PANEL,
            now=NOW,
        )


# --- Choosing --------------------------------------------------------------------------------
def test_the_only_service_is_chosen_already(visitor: Client, agenda: OpenAgenda) -> None:
    answer = visitor.get("/book/")
    assert answer.context["page"].service == agenda.service
    assert visitor.get("/book/?service=").context["page"].service is None


def test_with_several_services_the_first_step_is_open(
    visitor: Client, tenant: TenantSnapshot, agenda: OpenAgenda
) -> None:
    with tenant_context(tenant):
        add_service(name="Blanqueamiento")
    page = visitor.get("/book/").context["page"]
    assert page.step == "service"
    assert [service.name for service in page.services] == ["Limpieza dental", "Blanqueamiento"]


def test_first_free_day_is_open_and_days_without_times_lead_nowhere(visitor: Client, agenda: OpenAgenda) -> None:
    answer = visitor.get("/book/", {"service": agenda.service.pk})
    page = answer.context["page"]
    assert page.day.isoformat() == "2026-11-20"
    assert [day.on.day for day in page.month.days if day.url] == [20, 23, 24, 25, 26, 27, 30]
    assert [part.icon for part in page.parts] == ["coffee", "sun"], "a morning and an afternoon"
    assert "11:00 a.m." in answer.content.decode()
    assert "10:30 a.m." not in answer.content.decode(), "an hour's notice"


def test_an_empty_month_offers_the_next_free_day(visitor: Client, tenant: TenantSnapshot, agenda: OpenAgenda) -> None:
    with tenant_context(tenant):
        services.add_time_off(starts_at=NOW, ends_at=datetime(2026, 12, 9, tzinfo=UTC))
    answer = visitor.get("/book/", {"service": agenda.service.pk})
    page = answer.context["page"]
    assert page.month.is_empty
    assert page.next_day.on.isoformat() == "2026-12-09"
    assert "Next free day: Wednesday, December 9" in answer.content.decode()
    assert visitor.get(page.next_day.url).context["page"].day.isoformat() == "2026-12-09"


def test_months_end_at_the_horizon(visitor: Client, tenant: TenantSnapshot, agenda: OpenAgenda) -> None:
    page = visitor.get("/book/", {"service": agenda.service.pk, "month": "2030-01"}).context["page"]
    assert page.month.first.isoformat() == "2027-01-01", "sixty days ahead, not 2030"
    assert page.month.next_url == ""
    page = visitor.get("/book/", {"service": agenda.service.pk, "month": "2020-01"}).context["page"]
    assert page.month.first.isoformat() == "2026-11-01"
    assert page.month.previous_url == ""


def test_somebody_without_hours_is_no_choice(visitor: Client, tenant: TenantSnapshot, clock: object) -> None:
    with tenant_context(tenant):
        agenda = open_agenda(people=("Ana", "Luis"))
        services.replace_week(staff_id=agenda.staff[1].pk, blocks=[])
    page = visitor.get("/book/", {"service": agenda.service.pk, "staff": agenda.staff[1].pk}).context["page"]
    assert (page.people, page.person) == ([], None)


def test_a_person_may_be_chosen_when_there_are_several(visitor: Client, tenant: TenantSnapshot, clock: object) -> None:
    with tenant_context(tenant):
        agenda = open_agenda(people=("Ana", "Luis"))
        services.add_time_off(staff_id=agenda.staff[1].pk, starts_at=NOW, ends_at=NOW + timedelta(days=4))
    page = visitor.get("/book/").context["page"]
    assert [(person.id, person.is_selected) for person in page.people] == [
        (None, True),
        (agenda.staff[0].pk, False),
        (agenda.staff[1].pk, False),
    ]
    assert page.day.isoformat() == "2026-11-20"
    assert visitor.get(page.people[2].url).context["page"].day.isoformat() == "2026-11-24"


def test_a_chosen_time_opens_the_details(visitor: Client, agenda: OpenAgenda) -> None:
    answer = visitor.get("/book/", {"service": agenda.service.pk, "at": MONDAY_AT_NINE})
    assert answer.context["page"].step == "details"
    html = answer.content.decode()
    assert "Monday, November 23, 9:00 a.m." in html
    assert "Central (Mexico City), GMT−6" in html


def test_a_link_to_a_time_that_is_gone_shows_the_day(
    visitor: Client, tenant: TenantSnapshot, agenda: OpenAgenda
) -> None:
    take(tenant, agenda)
    answer = visitor.get("/book/", {"service": agenda.service.pk, "at": MONDAY_AT_NINE})
    page = answer.context["page"]
    assert (page.step, page.is_time_gone, page.day.isoformat()) == ("time", True, "2026-11-23")
    assert "This time is no longer free" in answer.content.decode()


def test_going_back_after_booking_leads_to_the_appointment(
    visitor: Client, book: Book, tenant: TenantSnapshot, agenda: OpenAgenda
) -> None:
    where = {"service": agenda.service.pk, "at": MONDAY_AT_NINE}
    link = book()["Location"].removesuffix("booked/")
    html = visitor.get("/book/", where).content.decode()
    assert "You already booked this time" in html
    assert f'href="{link}"' in html
    visitor.cookies.pop("booked")
    html = visitor.get("/book/", where).content.decode()
    assert "This time is no longer free" in html
    assert link not in html


@pytest.mark.parametrize("cookie", ["", "x", "x:y:z", "\x00"])
def test_a_forged_memory_of_a_booking_is_none(
    visitor: Client, tenant: TenantSnapshot, agenda: OpenAgenda, cookie: str
) -> None:
    take(tenant, agenda)
    visitor.cookies["booked"] = cookie
    answer = visitor.get("/book/", {"service": agenda.service.pk, "at": MONDAY_AT_NINE})
    assert "You already booked this time" not in answer.content.decode()


def test_an_archived_service_says_so(visitor: Client, tenant: TenantSnapshot, agenda: OpenAgenda) -> None:
    with tenant_context(tenant):
        services.archive_service(service_id=agenda.service.pk)
    answer = visitor.get("/book/", {"service": agenda.service.pk})
    assert answer.status_code == 200
    assert "This service can no longer be booked" in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "service=abc&staff=-1&month=13&day=x&at=y",
        "service=99999999999999999999&at=0001-01-01T00:00Z",
        "service=%00&day=%00&at=%00&month=%00",
        "service=1&at=9999-12-31T23:59:59-23:59",
        "service=1&day=0001-01-01&month=0001-01",
        "service=1&day=9999-12-31&month=9999-12",
        "service=²&staff=١",
        "at=2026-11-23T15:00",
    ],
)
def test_nonsense_in_the_address_is_ignored(visitor: Client, agenda: OpenAgenda, query: str) -> None:
    assert visitor.get(f"/book/?{query}").status_code == 200


def test_times_cost_the_same_for_one_and_three_services_and_people(
    visitor: Client, tenant: TenantSnapshot, agenda: OpenAgenda, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    address = f"/book/?service={agenda.service.pk}&at={MONDAY_AT_NINE}"
    visitor.get(address)
    with django_assert_num_queries(TIMES_QUERIES):
        visitor.get(address)
    with tenant_context(tenant):
        open_agenda(people=("Dos", "Tres"))
        take(tenant, agenda, MOMENT + timedelta(hours=1))
    with django_assert_num_queries(TIMES_QUERIES):
        visitor.get(address)


def test_htmx_gets_the_part_that_changes(visitor: Client, agenda: OpenAgenda) -> None:
    answer = visitor.get("/book/", {"service": agenda.service.pk}, headers=HTMX)
    assert answer.content.decode().lstrip().startswith('<div id="booking"')
    assert "HX-Request" in answer["Vary"]
    assert "no-store" in answer["Cache-Control"]


def test_times_are_shown_in_the_visitors_zone_too(visitor: Client, agenda: OpenAgenda) -> None:
    visitor.cookies["tz"] = "Europe/Madrid"
    html = visitor.get("/book/", {"service": agenda.service.pk, "at": MONDAY_AT_NINE}).content.decode()
    assert "Monday, November 23, 9:00 a.m." in html
    assert "For you:" in html
    assert "4:00 p.m. · Mainland and Balearics (Madrid)" in html


@pytest.mark.parametrize("zone", ["America/Mexico_City", "America/Costa_Rica", "Mars/Olympus", "../../etc/passwd", ""])
def test_no_second_time_when_the_clocks_agree_or_the_zone_is_unknown(
    visitor: Client, agenda: OpenAgenda, zone: str
) -> None:
    visitor.cookies["tz"] = zone
    html = visitor.get("/book/", {"service": agenda.service.pk, "at": MONDAY_AT_NINE}).content.decode()
    assert "For you:" not in html


# --- Booking ---------------------------------------------------------------------------------
def test_booking_makes_one_appointment_and_shows_its_link(book: Book, visitor: Client, tenant: TenantSnapshot) -> None:
    answer = book(note="Primera vez", phone="55 1234 5678")
    assert answer.status_code == 302
    assert re.fullmatch(r"/a/[\w-]{43}/booked/", answer["Location"])
    with tenant_context(tenant):
        appointment = Appointment.objects.select_related("client").get()
        assert (appointment.starts_at, appointment.status) == (MOMENT, AppointmentStatus.CONFIRMED)
        assert (appointment.source, appointment.notes) == (AppointmentSource.PUBLIC, "Primera vez")
        assert (appointment.client.email, appointment.client.phone) == ("ana@example.com", "+525512345678")
        assert appointment.client.language == "en"
    html = visitor.get(answer["Location"]).content.decode()
    assert "Your appointment is booked" in html
    assert "ana@example.com" in html


def test_a_booking_keeps_the_visitors_zone(book: Book, visitor: Client, tenant: TenantSnapshot) -> None:
    visitor.cookies["tz"] = "Europe/Madrid"
    assert book().status_code == 302
    with tenant_context(tenant):
        assert Appointment.objects.get().client_timezone == "Europe/Madrid"


def test_htmx_is_sent_to_the_confirmation(book: Book) -> None:
    answer = book(headers=HTMX)
    assert answer.status_code == 204
    assert re.fullmatch(r"/a/[\w-]{43}/booked/", answer["HX-Redirect"])


def test_the_same_form_twice_books_once(
    visitor: Client, book: Book, tenant: TenantSnapshot, agenda: OpenAgenda
) -> None:
    page = visitor.get("/book/", {"service": agenda.service.pk, "at": MONDAY_AT_NINE})
    first, second = book(key=page.context["key"]), book(key=page.context["key"])
    assert first["Location"] == second["Location"]
    assert count_appointments(tenant) == 1


def test_a_phone_alone_is_enough(book: Book, tenant: TenantSnapshot) -> None:
    assert book(email="", phone="+56 9 8765 4321").status_code == 302
    with tenant_context(tenant):
        assert ClientOnFile.objects.get().phone == "+56987654321"


def test_a_known_phone_does_not_reveal_the_address_on_file(book: Book, visitor: Client, tenant: TenantSnapshot) -> None:
    book(name="Ana López", email="secreta@example.com", phone="55 1234 5678")
    visitor.cookies.clear()
    answer = book(name="Curioso", email="", phone="55 1234 5678", at="2026-11-24T15:00Z")
    assert answer.status_code == 302
    for path in (answer["Location"], answer["Location"].replace("booked/", "")):
        html = visitor.get(path).content.decode()
        assert "secreta" not in html
        assert "Ana López" not in html
    file = visitor.get(answer["Location"].replace("booked/", "appointment.ics")).content.decode()
    assert "secreta" not in file


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, {"name"}),
        ({"name": "x" * 151}, {"name"}),
        ({"name": "a\x00b"}, {"name"}),
        ({"email": "", "phone": ""}, {"email"}),
        ({"email": "no es un correo"}, {"email"}),
        ({"email": "a" * 300 + "@example.com"}, {"email"}),
        ({"phone": "123"}, {"phone"}),
        ({"phone": "llámame"}, {"phone"}),
        ({"note": "x" * 1001}, {"note"}),
        ({"note": "a\x00b"}, {"note"}),
        ({"website": "https://spam.example"}, {"__all__"}),
    ],
)
def test_wrong_fields_are_marked_and_nothing_is_booked(
    book: Book, tenant: TenantSnapshot, fields: dict[str, str], wrong: set[str]
) -> None:
    answer = book(**fields)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == wrong
    assert "at=2026-11-23T15%3A00Z" in answer.content.decode(), "where the other language leads to"
    assert count_appointments(tenant) == 0
    with tenant_context(tenant):
        assert ClientOnFile.objects.count() == 0


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "Robert'); DROP TABLE appointments_appointment;--",
        "مرحبا \u202eabc\u2066",
        "🦷" * 100,
        "{{ 7*7 }} {% csrf_token %} %(x)s {0}",
        "zero\u200bwidth\ufeff",
        "línea\r\ndos",
    ],
)
def test_nasty_text_is_kept_word_for_word_and_escaped(
    book: Book, visitor: Client, tenant: TenantSnapshot, text: str
) -> None:
    answer = book(name=text.replace("\r\n", " "), note=text)
    assert answer.status_code == 302
    with tenant_context(tenant):
        appointment = Appointment.objects.get()
        assert appointment.attendee_name == text.replace("\r\n", " ")
        assert appointment.notes == text
    html = visitor.get(answer["Location"]).content.decode()
    assert "<script>alert" not in html
    assert visitor.get(answer["Location"].replace("booked/", "appointment.ics")).status_code == 200


@pytest.mark.parametrize("field", ["name", "email", "phone", "note", "website", "at", "service", "staff", "key"])
@pytest.mark.parametrize("text", [text for name, text in NASTY.items() if name != "surrogate"])
def test_nasty_text_in_any_field_is_kept_or_refused(
    book: Book, tenant: TenantSnapshot, agenda: OpenAgenda, field: str, text: str
) -> None:
    answer = book(**{field: text})
    assert answer.status_code in {204, 302, 404, 409, 422}
    with tenant_context(tenant):
        kept = list(Appointment.objects.values_list("attendee_name", "notes"))
    if answer.status_code != 302:
        assert kept == []
    elif field == "name":
        assert kept == [(text.strip(), "")]
    elif field == "note":
        assert kept == [("Ana López", text.strip())]


def test_bytes_that_are_no_text_are_no_error_of_ours(visitor: Client, agenda: OpenAgenda) -> None:
    body = f"service={agenda.service.pk}&at={MONDAY_AT_NINE}&key=%ED%A0%80&name=%FF%FE&email=a@example.com"
    answer = visitor.post("/book/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422


# --- Refusals --------------------------------------------------------------------------------
def test_a_taken_time_keeps_the_form_and_offers_the_nearest(
    book: Book, visitor: Client, tenant: TenantSnapshot, agenda: OpenAgenda
) -> None:
    page = visitor.get("/book/", {"service": agenda.service.pk, "at": MONDAY_AT_NINE})
    take(tenant, agenda)
    answer = book(key=page.context["key"], name="Ana <López>", note="Duele aquí")
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "This time was just taken." in html
    assert "Ana &lt;López&gt;" in html
    assert "Duele aquí" in html
    moments = re.findall(r'name="instead" value="([^"]+)"', html)
    assert moments == ["2026-11-23T15:30Z", "2026-11-23T16:00Z", "2026-11-23T16:30Z"]
    assert count_appointments(tenant) == 1

    chosen = book(key=answer.context["key"], instead=moments[0])
    assert chosen.status_code == 302
    with tenant_context(tenant):
        assert Appointment.objects.filter(starts_at=MOMENT + timedelta(minutes=30)).count() == 1


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ("2026-11-16T15:00Z", "This time has passed."),
        ("2026-11-20T16:30Z", "This time is too soon to be booked."),
        ("2027-11-22T15:00Z", "This time is too far away to be booked yet."),
        ("2026-11-22T15:00Z", "This time cannot be booked: it is outside the hours or does not fit."),
        ("2026-11-23T15:10Z", "This time cannot be booked: it is outside the hours or does not fit."),
    ],
)
def test_a_time_that_cannot_be_had_says_why_and_what_to_do(
    book: Book, tenant: TenantSnapshot, at: str, message: str
) -> None:
    answer = book(at=at)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert message in html
    assert html.count('name="instead"') == 3
    assert 'value="Ana López"' in html
    assert count_appointments(tenant) == 0


def test_too_soon_and_too_far_name_the_limit(book: Book) -> None:
    assert "Earliest possible time: Friday, November 20, 11:00 a.m." in book(at="2026-11-20T16:30Z").content.decode()
    assert "Times can be booked until Tuesday, January 19." in book(at="2027-11-22T15:00Z").content.decode()


def test_a_service_archived_meanwhile_says_so(
    book: Book, visitor: Client, tenant: TenantSnapshot, agenda: OpenAgenda
) -> None:
    key = visitor.get("/book/", {"service": agenda.service.pk, "at": MONDAY_AT_NINE}).context["key"]
    with tenant_context(tenant):
        services.archive_service(service_id=agenda.service.pk)
        other = add_service(name="Otra")
    answer = visitor.post(
        "/book/",
        {"service": agenda.service.pk, "at": MONDAY_AT_NINE, "key": key, "name": "Ana", "email": "ana@example.com"},
    )
    assert answer.status_code == 409
    assert "This service can no longer be booked" in answer.content.decode()
    assert f"?service={other.pk}" in answer.content.decode()
    assert count_appointments(tenant) == 0


def test_a_service_of_the_panel_cannot_be_booked_here(book: Book, tenant: TenantSnapshot) -> None:
    with tenant_context(tenant):
        hidden = add_service(name="Interno", is_public=False)
    assert book(service=hidden.pk).status_code == 409
    assert count_appointments(tenant) == 0


UNSIGNED = "4612f21c-030a-4e6f-af9b-3d487ff8ac44"


@pytest.mark.parametrize("key", ["", "x", UNSIGNED, f"{UNSIGNED}:AAAA"])
def test_an_unsigned_form_books_nothing_and_can_be_sent_again(book: Book, tenant: TenantSnapshot, key: str) -> None:
    answer = book(key=key)
    assert answer.status_code == 422
    assert count_appointments(tenant) == 0
    assert book(key=answer.context["key"]).status_code == 302


def test_the_key_of_one_workspace_is_nothing_in_another(
    book: Book, client_for, other_tenant: TenantSnapshot, visitor: Client, tenant: TenantSnapshot
) -> None:
    with tenant_context(other_tenant):
        agenda = open_agenda()
    foreign = client_for(other_tenant).get("/book/", {"service": agenda.service.pk, "at": "2026-11-23T12:00Z"})
    assert book(key=foreign.context["key"]).status_code == 422
    assert count_appointments(tenant) == 0


@pytest.mark.parametrize("fields", [{"at": ""}, {"at": "x"}, {"service": ""}, {"service": "999999"}, {"staff": "x"}])
def test_a_form_without_its_choice_is_no_error_of_ours(book: Book, fields: dict[str, str]) -> None:
    assert book(**fields).status_code in {302, 404, 409, 422}


def test_too_many_attempts_are_slowed_down_and_the_form_is_kept(book: Book, tenant: TenantSnapshot) -> None:
    allowed = int(BOOKINGS_PER_VISITOR.split("/")[0])
    for _ in range(allowed):
        assert book(name="").status_code == 422
    answer = book(name="Ana López")
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert "Too many attempts" in answer.content.decode()
    assert 'value="Ana López"' in answer.content.decode()
    assert count_appointments(tenant) == 0
    with tenant_context(tenant):
        cache.clear()


def test_without_the_csrf_token_nothing_is_booked(
    client_for, tenant: TenantSnapshot, agenda: OpenAgenda, visitor: Client
) -> None:
    key = visitor.get("/book/", {"service": agenda.service.pk, "at": MONDAY_AT_NINE}).context["key"]
    strict = client_for(tenant, enforce_csrf_checks=True)
    fields = {"service": agenda.service.pk, "at": MONDAY_AT_NINE, "key": key, "name": "A", "email": "a@example.com"}
    assert strict.post("/book/", fields).status_code == 403
    assert count_appointments(tenant) == 0


def test_the_form_still_works_after_the_time_has_passed_meanwhile(
    book: Book, clock: time_machine.Traveller, visitor: Client, agenda: OpenAgenda
) -> None:
    key = visitor.get("/book/", {"service": agenda.service.pk, "at": MONDAY_AT_NINE}).context["key"]
    clock.move_to(MOMENT + timedelta(minutes=1))
    answer = book(key=key)
    assert answer.status_code == 409
    assert "This time has passed." in answer.content.decode()
