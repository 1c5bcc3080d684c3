"""A workspace that can be booked: people with weekly hours and services. Create it inside tenant_context."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from tenant_apps.appointments import services
from tenant_apps.appointments.domain import BookingRules, ServiceDetails, WeekBlock
from tenant_apps.appointments.models import Service, StaffMember

WORKDAYS = range(5)


@dataclass(frozen=True)
class OpenAgenda:
    staff: Sequence[StaffMember]
    service: Service


def working_week(*, opens: time = time(9), closes: time = time(17)) -> list[WeekBlock]:
    """Return Monday to Friday with a break at lunch time."""
    return [
        block
        for weekday in WORKDAYS
        for block in (WeekBlock(weekday, opens, time(13)), WeekBlock(weekday, time(14), closes))
    ]


def open_agenda(*, people: Sequence[str] = ("Dra. Ana Pérez",), **options: object) -> OpenAgenda:
    """Give people a working week, and all of them one service of half an hour."""
    staff = [services.create_staff_member(name=name) for name in people]
    for member in staff:
        services.replace_week(staff_id=member.pk, blocks=working_week())
    return OpenAgenda(staff=staff, service=add_service(**options))


def add_service(
    *,
    name: str = "Limpieza dental",
    description: str = "",
    minutes: int = 30,
    notice: int = 60,
    horizon: int = 60,
    price: Decimal | None = Decimal("650"),
    is_public: bool = True,
    requires_confirmation: bool = False,
) -> Service:
    """Add a service that everybody offers."""
    rules = BookingRules(
        duration_minutes=minutes, slot_interval_minutes=30, minimum_notice_minutes=notice, horizon_days=horizon
    )
    details = ServiceDetails(
        name=name,
        description=description,
        rules=rules,
        price=price,
        is_public=is_public,
        requires_confirmation=requires_confirmation,
    )
    return services.create_service(details=details)
