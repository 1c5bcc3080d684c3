"""Changes of several services at once: their order, and what the onboarding adjusts."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from tenant_apps.appointments.errors import ServiceNotFound
from tenant_apps.appointments.models import Service
from tenants.context import current_tenant


@dataclass(frozen=True, slots=True)
class ServiceAdjustment:
    """What the onboarding changes of one service. One that is not offered is archived."""

    service_id: int
    is_offered: bool
    duration_minutes: int
    price: Decimal | None


def move_service(*, service_id: int, step: int) -> None:
    """Move a service up (-1) or down (+1) among those on the list; past the end nothing changes.

    Locks all services, by key, and numbers them anew. Raises ServiceNotFound, also for an archived one.
    """
    with transaction.atomic():
        active = [service for service in _lock_services() if service.is_active]
        services = sorted(active, key=lambda service: (service.order, service.pk))
        place = next((number for number, service in enumerate(services) if service.pk == service_id), None)
        if place is None:
            raise ServiceNotFound
        service = services.pop(place)
        services.insert(max(0, place + step), service)
        for number, each in enumerate(services):
            each.order = number
        Service.objects.bulk_update(services, ["order"])


def adjust_services(*, adjustments: Sequence[ServiceAdjustment]) -> None:
    """Set duration and price of several services, archive those that are switched off, restore the others.

    Durations are within a day and prices not negative: the form has checked them, the table does again.
    One transaction; locks the services by key. Raises ServiceNotFound.
    """
    with transaction.atomic():
        services = {service.pk: service for service in _lock_services()}
        for adjustment in adjustments:
            service = services.get(adjustment.service_id)
            if service is None:
                raise ServiceNotFound
            service.is_active = adjustment.is_offered
            service.duration_minutes = adjustment.duration_minutes
            service.price = adjustment.price
            service.currency = service.currency or current_tenant().currency
        fields = ["is_active", "duration_minutes", "price", "currency"]
        Service.objects.bulk_update(services.values(), fields)


def _lock_services() -> list[Service]:
    return list(Service.objects.select_for_update().order_by("pk"))
