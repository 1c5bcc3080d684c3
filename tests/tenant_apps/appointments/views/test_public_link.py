"""The link of one appointment: GET shows, POST acts, and whoever does not hold the link learns nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from shared_apps.core.crypto import token_hash
from tenant_apps.appointments import services
from tenant_apps.appointments.enums import AppointmentStatus, CancelledBy
from tenant_apps.appointments.models import Appointment
from tenants.context import TenantSnapshot, tenant_context
from tests.factories.open_agenda import OpenAgenda

STARTS_AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
ENDS_AT = STARTS_AT + timedelta(minutes=30)


@pytest.fixture
def link(book: Callable[..., HttpResponse]) -> str:
    """The address of a booked appointment, "/a/…/"."""
    return book()["Location"].removesuffix("booked/")


def get_appointment(tenant: TenantSnapshot) -> Appointment:
    with tenant_context(tenant):
        return Appointment.objects.select_related("service", "staff", "client").get()


def test_only_the_hash_is_stored(link: str, tenant: TenantSnapshot) -> None:
    token = link.split("/")[2]
    with tenant_context(tenant):
        (row,) = Appointment.objects.values()
    assert row["manage_token_hash"] == token_hash(token)
    assert token not in {str(value) for value in row.values()}


def test_the_link_shows_the_appointment(visitor: Client, link: str) -> None:
    html = visitor.get(link).content.decode()
    assert "Monday, November 23, 9:00 a.m." in html
    for text in ("Central (Mexico City)", "Limpieza dental", "Dra. Ana Pérez", "For Ana"):
        assert text in html
    assert "Cancel appointment" in html


@pytest.mark.parametrize("path", ["", "booked/", "cancel/", "appointment.ics"])
def test_answers_are_not_stored_indexed_or_referred_to(visitor: Client, link: str, path: str) -> None:
    answer = visitor.get(link + path)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"
    assert "noindex" in answer["X-Robots-Tag"]


@pytest.mark.parametrize("path", ["", "booked/", "cancel/", "appointment.ics"])
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_changes_nothing(visitor: Client, link: str, tenant: TenantSnapshot, path: str, method: str) -> None:
    before = get_appointment(tenant)
    assert getattr(visitor, method)(link + path).status_code == 200
    after = get_appointment(tenant)
    assert (after.status, after.ics_sequence) == (before.status, before.ics_sequence)


@pytest.mark.parametrize("path", ["", "booked/", "cancel/", "appointment.ics"])
@pytest.mark.parametrize("change", [str.swapcase, lambda token: token[:-3], lambda token: token + "A"])
def test_a_wrong_or_cut_link_gets_one_page_without_details(
    visitor: Client, link: str, tenant: TenantSnapshot, path: str, change: Callable[[str], str]
) -> None:
    token = link.split("/")[2]
    answer = visitor.get(f"/a/{change(token)}/{path}")
    html = answer.content.decode()
    assert answer.status_code == 404
    assert "This link does not work" in html
    assert "Limpieza" not in html


def test_a_closing_slash_may_be_missing(visitor: Client, link: str) -> None:
    assert "Limpieza dental" in visitor.get(link.removesuffix("/")).content.decode()


def test_a_wrong_link_cancels_nothing(visitor: Client, link: str, tenant: TenantSnapshot) -> None:
    assert visitor.post("/a/" + "A" * 43 + "/cancel/").status_code == 404
    assert get_appointment(tenant).status == AppointmentStatus.CONFIRMED


def test_the_link_of_one_workspace_is_nothing_in_another(
    client_for: Callable[..., Client], other_tenant: TenantSnapshot, link: str, tenant: TenantSnapshot
) -> None:
    neighbour = client_for(other_tenant)
    assert neighbour.get(link).status_code == 404
    assert neighbour.post(link + "cancel/").status_code == 404
    assert get_appointment(tenant).status == AppointmentStatus.CONFIRMED


def test_cancelling_frees_the_time_and_says_so(visitor: Client, link: str, tenant: TenantSnapshot) -> None:
    answer = visitor.post(link + "cancel/", {"reason": "Me enfermé <b>"})
    assert (answer.status_code, answer["Location"]) == (302, link)
    appointment = get_appointment(tenant)
    assert appointment.status == AppointmentStatus.CANCELLED
    assert (appointment.cancelled_by, appointment.cancelled_reason) == (CancelledBy.CLIENT, "Me enfermé <b>")
    html = visitor.get(link).content.decode()
    assert "You cancelled this appointment" in html
    assert "Me enfermé &lt;b&gt;" in html
    assert html.count("Central (Mexico City), GMT−6") == 2, "the appointment's time and the cancellation's"
    assert "Book again" in html
    assert "Add to my calendar" not in html
    assert visitor.get(link + "booked/")["Location"] == link
    file = visitor.get(link + "appointment.ics").content.decode()
    assert "STATUS:CANCELLED" in file


def test_cancelling_twice_is_cancelling_once(visitor: Client, link: str, tenant: TenantSnapshot) -> None:
    visitor.post(link + "cancel/", {"reason": "Uno"})
    assert visitor.post(link + "cancel/", {"reason": "Dos"}).status_code == 302
    assert get_appointment(tenant).cancelled_reason == "Uno"


@pytest.mark.parametrize("reason", ["x" * 501, "a\x00b"])
def test_a_reason_that_does_not_fit_is_refused(visitor: Client, link: str, tenant: TenantSnapshot, reason: str) -> None:
    answer = visitor.post(link + "cancel/", {"reason": reason})
    assert answer.status_code == 422
    assert "reason" in answer.context["form"].errors
    assert get_appointment(tenant).status == AppointmentStatus.CONFIRMED


def test_cancelling_without_the_csrf_token_is_refused(
    client_for: Callable[..., Client], link: str, tenant: TenantSnapshot
) -> None:
    strict = client_for(tenant, enforce_csrf_checks=True)
    assert strict.post(link + "cancel/").status_code == 403
    assert get_appointment(tenant).status == AppointmentStatus.CONFIRMED


@pytest.mark.parametrize(
    ("moment", "said", "missing"),
    [
        (STARTS_AT - timedelta(seconds=1), "Cancel appointment", "under way"),
        (STARTS_AT, "It is under way", "Cancel appointment"),
        (ENDS_AT, "This appointment has passed", "Cancel appointment"),
    ],
)
def test_the_page_follows_the_clock(
    visitor: Client, link: str, clock: time_machine.Traveller, moment: datetime, said: str, missing: str
) -> None:
    clock.move_to(moment)
    html = visitor.get(link).content.decode()
    assert said in html
    assert missing not in html


def test_an_appointment_that_has_begun_cannot_be_cancelled_by_the_link(
    visitor: Client, link: str, clock: time_machine.Traveller, tenant: TenantSnapshot
) -> None:
    clock.move_to(STARTS_AT)
    assert "cannot be cancelled any more" in visitor.get(link + "cancel/").content.decode()
    answer = visitor.post(link + "cancel/", {"reason": ""})
    assert answer.status_code == 409
    assert get_appointment(tenant).status == AppointmentStatus.CONFIRMED


def test_a_no_show_reads_as_past(
    visitor: Client, link: str, clock: time_machine.Traveller, tenant: TenantSnapshot
) -> None:
    clock.move_to(STARTS_AT + timedelta(minutes=10))
    with tenant_context(tenant):
        services.mark_no_show(appointment_id=get_appointment(tenant).pk, now=STARTS_AT + timedelta(minutes=10))
    html = visitor.get(link).content.decode()
    assert "This appointment has passed" in html
    assert "No-show" not in html


def test_a_professional_s_cancellation_is_told(visitor: Client, link: str, tenant: TenantSnapshot) -> None:
    with tenant_context(tenant):
        services.cancel_appointment(
            appointment_id=get_appointment(tenant).pk,
            reason="Se fue la luz",
            by=CancelledBy.STAFF,
            now=STARTS_AT - timedelta(days=1),
        )
    html = visitor.get(link).content.decode()
    assert "Clínica Alfa cancelled this appointment" in html
    assert "Se fue la luz" in html


def test_a_request_waits_for_the_professional(
    book: Callable[..., HttpResponse], visitor: Client, tenant: TenantSnapshot, agenda: OpenAgenda
) -> None:
    with tenant_context(tenant):
        type(agenda.service).objects.update(requires_confirmation=True)
    answer = book()
    assert "We have your request" in visitor.get(answer["Location"]).content.decode()
    link = answer["Location"].removesuffix("booked/")
    assert "Waiting to be confirmed" in visitor.get(link).content.decode()
    with tenant_context(tenant):
        services.confirm_appointment(appointment_id=get_appointment(tenant).pk, now=STARTS_AT - timedelta(days=2))
    assert "Waiting to be confirmed" not in visitor.get(link).content.decode()


def test_the_link_follows_a_moved_appointment(visitor: Client, link: str, tenant: TenantSnapshot) -> None:
    with tenant_context(tenant):
        services.reschedule_appointment(
            appointment_id=get_appointment(tenant).pk,
            starts_at=STARTS_AT + timedelta(days=1),
            now=STARTS_AT - timedelta(days=2),
        )
    assert "Tuesday, November 24, 9:00 a.m." in visitor.get(link).content.decode()
    assert "SEQUENCE:1" in visitor.get(link + "appointment.ics").content.decode()


def test_the_calendar_file_is_a_download(visitor: Client, link: str) -> None:
    answer = visitor.get(link + "appointment.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    assert "DTSTART;TZID=America/Mexico_City:20261123T090000" in answer.content.decode()


def test_the_page_costs_one_query(visitor: Client, link: str, django_assert_num_queries) -> None:
    visitor.get(link)
    with django_assert_num_queries(1):
        visitor.get(link)
