"""The people with a calendar."""

import re
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import InvalidInput
from tenant_apps.appointments.errors import ServiceNotFound, StaffMemberNotFound
from tenant_apps.appointments.models import Service, StaffMember

COLOR = re.compile(r"^#[0-9a-f]{6}$")


def create_staff_member(
    *,
    name: str,
    user_id: int | None = None,
    color: str = "",
    order: int = 0,
    is_active: bool = True,
    service_ids: Sequence[int] = (),
) -> StaffMember:
    """Add a person with a calendar, with or without an account, who offers these services.

    Raises InvalidInput, ServiceNotFound.
    """
    _check(name, color)
    with transaction.atomic():
        member = StaffMember.objects.create(
            name=name.strip(), user_id=user_id, color=color, order=order, is_active=is_active
        )
        member.services.set(_services(service_ids))
        return member


def update_staff_member(
    *, staff_id: int, name: str, color: str, is_active: bool, service_ids: Sequence[int] | None = None
) -> StaffMember:
    """Change a person, and what they offer unless service_ids is None. Without being active nothing new is booked.

    Locks the row. Raises StaffMemberNotFound, InvalidInput, ServiceNotFound.
    """
    _check(name, color)
    with transaction.atomic():
        member = StaffMember.objects.select_for_update().filter(pk=staff_id).first()
        if member is None:
            raise StaffMemberNotFound
        member.name, member.color, member.is_active = name.strip(), color, is_active
        member.save(update_fields=["name", "color", "is_active"])
        if service_ids is not None:
            member.services.set(_services(service_ids))
        return member


def _services(service_ids: Sequence[int]) -> list[Service]:
    services = list(Service.objects.filter(pk__in=service_ids))
    if len(services) != len(set(service_ids)):
        raise ServiceNotFound
    return services


def _check(name: str, color: str) -> None:
    if not name.strip() or len(name.strip()) > 120 or "\x00" in name:
        raise InvalidInput(fields={"name": [_("Enter a name of at most 120 characters.")]})
    if color and not COLOR.match(color):
        raise InvalidInput(fields={"color": [_("Write a color such as #0b5a66.")]})
