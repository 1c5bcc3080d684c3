"""Staff, services and appointments for tests. Create them inside tenant_context."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import count

from tenant_apps.appointments import services
from tenant_apps.appointments.domain import BookingRules, ServiceDetails, WeekBlock
from tenant_apps.appointments.enums import AppointmentSource
from tenant_apps.appointments.models import Appointment, Service, StaffMember
from tenant_apps.clients import services as clients
from tenant_apps.clients.domain import ClientDetails
from tenant_apps.clients.models import Client

_numbers = count(1)
# A Monday, 08:00 in Mexico City (UTC−6) and 11:00 in Santiago (UTC−3).
NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
OPEN, CLOSED = time(9), time(18)


def make_staff(*, name: str = "Dra. Sol Ríos", works: bool = True) -> StaffMember:
    """Add a person who works every day from 9 to 18."""
    member = services.create_staff_member(name=name)
    if works:
        services.replace_week(staff_id=member.pk, blocks=[WeekBlock(day, OPEN, CLOSED) for day in range(7)])
    return member


def make_service(*, staff: list[StaffMember] | None = None, name: str = "Limpieza", **changes: object) -> Service:
    """Add a service of 30 minutes at 500, offered by these people or, without any, by a new one."""
    members = staff if staff is not None else [make_staff()]
    rules: dict[str, object] = {"duration_minutes": 30, "slot_interval_minutes": 30, "horizon_days": 60}
    details: dict[str, object] = {"name": name, "price": Decimal("500.00")}
    for field, value in changes.items():
        (rules if field in BookingRules.__dataclass_fields__ else details)[field] = value
    return services.create_service(
        details=ServiceDetails(rules=BookingRules(**rules), **details),  # type: ignore[arg-type]
        staff_ids=[member.pk for member in members],
    )


def make_client(*, name: str = "Luz Marín", email: str | None = None, phone: str = "") -> Client:
    """Register a client with an address of their own."""
    address = f"client{next(_numbers)}@example.com" if email is None else email
    return clients.create_client(details=ClientDetails(name, address, phone), now=NOW)


def at(hour: int, minute: int = 0, *, days: int = 1) -> datetime:
    """Return a wall time in Mexico City, by default on the Tuesday after NOW."""
    return datetime(2026, 3, 2, 6, tzinfo=UTC) + timedelta(days=days, hours=hour, minutes=minute)


def book(service: Service, starts_at: datetime, *, client: Client | None = None, **options: object) -> Appointment:
    """Book by hand, for a client of their own unless one is given."""
    values: dict[str, object] = {"source": AppointmentSource.PANEL, "now": NOW, **options}
    return services.book_appointment(
        service_id=service.pk,
        starts_at=starts_at,
        client=(client or make_client()).pk,
        **values,  # type: ignore[arg-type]
    ).appointment
