"""Services: what can be booked."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import InvalidInput
from tenant_apps.appointments.domain import ServiceDetails
from tenant_apps.appointments.errors import ServiceNotFound, StaffMemberNotFound
from tenant_apps.appointments.models import MINUTES_PER_DAY, Service, StaffMember
from tenants.context import current_tenant

HORIZON_MAX = 730
NOTICE_MAX = 365 * MINUTES_PER_DAY


def create_service(*, details: ServiceDetails, staff_ids: Sequence[int] | None = None) -> Service:
    """Add a service, offered by these people (None: everybody who is active now), and return it.

    Raises InvalidInput, StaffMemberNotFound.
    """
    _check(details)
    with transaction.atomic():
        service = Service()
        _write(service, details)
        members = StaffMember.objects.filter(is_active=True) if staff_ids is None else _members(staff_ids)
        service.staff.set(members)
        return service


def update_service(*, service_id: int, details: ServiceDetails, staff_ids: Sequence[int] | None = None) -> Service:
    """Change a service, and who offers it unless staff_ids is None. What is booked stays as it was booked.

    Locks the row. Raises ServiceNotFound, InvalidInput, StaffMemberNotFound.
    """
    _check(details)
    with transaction.atomic():
        service = _lock(service_id)
        _write(service, details)
        if staff_ids is not None:
            service.staff.set(_members(staff_ids))
        return service


def archive_service(*, service_id: int) -> Service:
    """Take a service off the list; its appointments stay. Archived already: nothing changes. Raises ServiceNotFound."""
    return _switch(service_id, is_active=False)


def restore_service(*, service_id: int) -> Service:
    """Put an archived service back on the list. Raises ServiceNotFound."""
    return _switch(service_id, is_active=True)


def _switch(service_id: int, *, is_active: bool) -> Service:
    with transaction.atomic():
        service = _lock(service_id)
        service.is_active = is_active
        service.save(update_fields=["is_active"])
        return service


def _lock(service_id: int) -> Service:
    service = Service.objects.select_for_update().filter(pk=service_id).first()
    if service is None:
        raise ServiceNotFound
    return service


def _members(staff_ids: Sequence[int]) -> list[StaffMember]:
    members = list(StaffMember.objects.filter(pk__in=staff_ids))
    if len(members) != len(set(staff_ids)):
        raise StaffMemberNotFound
    return members


def _write(service: Service, details: ServiceDetails) -> None:
    rules = details.rules
    service.name = details.name.strip()
    service.description = details.description
    service.duration_minutes = rules.duration_minutes
    service.slot_interval_minutes = rules.slot_interval_minutes
    service.buffer_before_minutes = rules.buffer_before_minutes
    service.buffer_after_minutes = rules.buffer_after_minutes
    service.minimum_notice_minutes = rules.minimum_notice_minutes
    service.horizon_days = rules.horizon_days
    service.requires_confirmation = details.requires_confirmation
    service.price = details.price
    service.currency = details.currency or current_tenant().currency
    service.is_public = details.is_public
    service.order = details.order
    service.save()


def _check(details: ServiceDetails) -> None:
    """Raise InvalidInput with a message for each value that the table would refuse."""
    rules = details.rules
    problems: dict[str, list[str | Promise]] = {}
    name = details.name.strip()
    if not name or len(name) > 120 or "\x00" in name:
        problems["name"] = [_("Enter a name of at most 120 characters.")]
    if "\x00" in details.description:
        problems["description"] = [_("Remove the invisible characters.")]
    for field, lowest, highest in (
        ("duration_minutes", 1, MINUTES_PER_DAY),
        ("slot_interval_minutes", 1, MINUTES_PER_DAY),
        ("buffer_before_minutes", 0, MINUTES_PER_DAY),
        ("buffer_after_minutes", 0, MINUTES_PER_DAY),
        ("minimum_notice_minutes", 0, NOTICE_MAX),
        ("horizon_days", 1, HORIZON_MAX),
    ):
        if not lowest <= getattr(rules, field) <= highest:
            problems[field] = [
                _("Enter a number from %(lowest)s to %(highest)s.") % {"lowest": lowest, "highest": highest}
            ]
    if details.price is not None and not (details.price.is_finite() and 0 <= details.price < 10**10):
        problems["price"] = [_("Enter a price of zero or more.")]
    if problems:
        raise InvalidInput(fields=problems)
