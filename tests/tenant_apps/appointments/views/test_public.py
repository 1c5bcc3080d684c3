"""The public page of a workspace."""

from datetime import time

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tenant_apps.appointments import services
from tenant_apps.appointments.domain import WeekBlock
from tenant_apps.branding import services as branding
from tenant_apps.branding.domain import Profile
from tenants.context import TenantSnapshot, tenant_context
from tests.factories.open_agenda import OpenAgenda, add_service

from .conftest import NOW

HOME_QUERIES = 2  # services and hours; the branding comes from the cache


def test_home_shows_services_hours_and_profile(visitor: Client, tenant: TenantSnapshot, agenda: OpenAgenda) -> None:
    with tenant_context(tenant):
        add_service(name="Valoración", minutes=15, price=None)
        add_service(name="Interno", is_public=False)
        profile = Profile(name=tenant.name, tagline="Sin dolor", address="Av. Juárez 10", phone="+52 55 1234 5678")
        branding.update_profile(profile=profile, now=NOW)
    html = visitor.get("/").content.decode()
    for text in ("Clínica Alfa", "Sin dolor", "Limpieza dental", "$650", "30 min", "Valoración", "15 min"):
        assert text in html
    for text in ("Av. Juárez 10", "tel:+525512345678", "9:00 a.m.–1:00 p.m.", "2:00 p.m.–5:00 p.m."):
        assert text in html
    assert "Interno" not in html


def test_home_without_services_says_so_and_offers_no_booking(visitor: Client) -> None:
    html = visitor.get("/").content.decode()
    assert "No services yet" in html
    assert "/book/" not in html


def test_home_costs_the_same_for_one_and_three_services(
    visitor: Client, tenant: TenantSnapshot, agenda: OpenAgenda, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    visitor.get("/")
    with django_assert_num_queries(HOME_QUERIES):
        visitor.get("/")
    with tenant_context(tenant):
        add_service(name="Dos")
        add_service(name="Tres")
    with django_assert_num_queries(HOME_QUERIES):
        visitor.get("/")


def test_home_writes_hours_by_the_country_clock(client_for, other_tenant: TenantSnapshot, clock: object) -> None:
    with tenant_context(other_tenant):
        member = services.create_staff_member(name="Pedro")
        services.replace_week(staff_id=member.pk, blocks=[WeekBlock(5, time(15), time(21, 30))])
    html = client_for(other_tenant).get("/").content.decode()
    assert "15:00–21:30" in html
    assert "Santiago" in html


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "' OR 1=1 --", "\u202eevil\u2066", "ñ" * 120])
def test_home_escapes_what_the_professional_wrote(visitor: Client, tenant: TenantSnapshot, text: str) -> None:
    with tenant_context(tenant):
        add_service(name=text[:120], description=text)
        branding.update_profile(profile=Profile(name=text[:120], tagline=text, about=text, address=text), now=NOW)
    answer = visitor.get("/")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_home_takes_no_post(visitor: Client) -> None:
    assert visitor.post("/").status_code == 405
