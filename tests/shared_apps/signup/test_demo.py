"""The demo workspaces look lived in on whatever day they are made, and send nobody e-mails about the past."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from shared_apps.accounts.models import User
from shared_apps.signup import services
from tenant_apps.appointments.models import Appointment, AvailabilityRule, StaffMember
from tenant_apps.clients.models import Client
from tenant_apps.notifications.models import OutboxMessage
from tenants.context import TenantSnapshot, public_context, tenant_context
from tenants.models import Tenant

pytestmark = pytest.mark.usefixtures("db", "plans")
SLUGS = ["clinica-sonrisa", "barberia-cordillera", "lucia-herrero"]
# A Friday, a Sunday, the day after Santiago and Madrid changed their clocks, and the last night of a year.
DAYS = [
    datetime(2026, 11, 20, 18, 0, tzinfo=UTC),
    datetime(2026, 11, 22, 15, 0, tzinfo=UTC),
    datetime(2026, 3, 30, 9, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
]


def snapshots() -> list[TenantSnapshot]:
    with public_context():
        found = {tenant.slug: tenant.snapshot() for tenant in Tenant.objects.filter(slug__in=SLUGS)}
    return [found[slug] for slug in SLUGS]


def is_within_hours(appointment: Appointment, zone: ZoneInfo) -> bool:
    starts_at, ends_at = appointment.starts_at.astimezone(zone), appointment.ends_at.astimezone(zone)
    return AvailabilityRule.objects.filter(
        staff=appointment.staff_id,
        weekday=starts_at.weekday(),
        starts_at__lte=starts_at.time(),
        ends_at__gte=ends_at.time(),
    ).exists()


@pytest.mark.slow
@pytest.mark.parametrize("now", DAYS, ids=lambda day: f"{day:%a-%d-%b}")
def test_demo_workspaces_look_lived_in(now: datetime) -> None:
    assert services.load_demo(now=now) == 3
    for tenant in snapshots():
        zone = ZoneInfo(tenant.timezone)
        today = now.astimezone(zone).date()
        with tenant_context(tenant):
            appointments = list(Appointment.objects.order_by("starts_at"))
            assert 45 <= len(appointments) <= 75
            assert all(is_within_hours(appointment, zone) for appointment in appointments)
            assert all(appointment.created_at <= now for appointment in appointments)
            assert sum(appointment.starts_at.astimezone(zone).date() == today for appointment in appointments) >= 3
            past = [appointment for appointment in appointments if appointment.ends_at <= now]
            coming = [appointment for appointment in appointments if appointment.starts_at > now]
            assert {appointment.status for appointment in past} == {"completed", "no_show", "cancelled"}
            assert {"confirmed", "pending"} <= {appointment.status for appointment in coming}
            assert not {appointment.status for appointment in coming} & {"completed", "no_show", "arrived"}
            assert 2 <= StaffMember.objects.count() <= 3
            assert User.objects.filter(role="owner").count() == 1
            assert Client.objects.count() == 27
            assert all(
                phonenumbers.is_valid_number(phonenumbers.parse(client.phone)) for client in Client.objects.all()
            )
            # Two visitors booked just now; the others' e-mails would be about the past.
            assert OutboxMessage.objects.count() == 4
            for staff in StaffMember.objects.all():
                held = [
                    row
                    for row in appointments
                    if row.staff_id == staff.pk and row.status not in {"cancelled", "no_show"}
                ]
                assert all(earlier.busy.upper <= later.busy.lower for earlier, later in pairwise(held))


def test_demo_is_made_once_and_only_what_is_open_is_listed() -> None:
    services.load_demo(now=DAYS[0])
    listed = services.list_demo()
    assert [workspace.email for workspace in listed] == [
        "mariana@sonrisa.example.com",
        "cristobal@cordillera.example.com",
        "lucia@herrero.example.com",
    ]
    assert services.load_demo(now=DAYS[0] + timedelta(days=3)) == 0
    assert services.list_demo() == listed
    with public_context():
        Tenant.objects.filter(slug="lucia-herrero").update(status="suspended", suspended_at=DAYS[0])
    assert services.list_demo() == listed[:2]


def test_printed_link_of_a_client_opens_their_appointment(client_for: object) -> None:
    services.load_demo(now=datetime.now(UTC))
    link = services.list_demo()[0].client_url
    host, path = link.removeprefix("http://").split("/", 1)
    response = client_for(None).get(f"/{path}", headers={"host": host})  # type: ignore[operator]
    assert response.status_code == 200
    assert "Claudia Torres" in response.content.decode()
