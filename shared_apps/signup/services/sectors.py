"""What a claimed workspace starts with: its sector's services, hours, color and words."""

from datetime import datetime
from typing import TYPE_CHECKING

from shared_apps.signup.domain import Sector, ServicePreset
from tenant_apps.appointments import services as appointments
from tenant_apps.appointments.domain import BookingRules, ServiceDetails, WeekBlock
from tenant_apps.branding import services as branding
from tenant_apps.branding.domain import Profile
from tenants.context import TenantSnapshot, current_tenant

if TYPE_CHECKING:
    from tenant_apps.appointments.models import StaffMember


def apply_sector(*, sector: Sector, owner_id: int, owner_name: str, now: datetime) -> "StaffMember":
    """Give a new workspace what its sector starts with, and return the owner as the first person with a calendar.

    Runs inside the tenant: the sector's services in the workspace's language and currency, its weekly hours, its color
    and its sentence. Meant for an empty workspace; called twice it would add the services again.
    """
    tenant = current_tenant()
    staff = appointments.create_staff_member(name=owner_name, user_id=owner_id, color=sector.color)
    blocks = [WeekBlock(block.weekday, block.starts_at, block.ends_at) for block in sector.week]
    appointments.replace_week(staff_id=staff.pk, blocks=blocks)
    for order, preset in enumerate(sector.services):
        details = _service_details(sector, preset, tenant, order)
        appointments.create_service(details=details, staff_ids=[staff.pk])
    branding.update_color(color=sector.color)
    greeting = sector.greeting.localized(tenant.language)
    branding.update_profile(profile=Profile(name=tenant.name, tagline=greeting), now=now)
    return staff


def _service_details(sector: Sector, preset: ServicePreset, tenant: TenantSnapshot, order: int) -> ServiceDetails:
    rules = BookingRules(
        duration_minutes=preset.minutes,
        slot_interval_minutes=30 if preset.minutes % 30 == 0 else 15,
        buffer_before_minutes=0,
        buffer_after_minutes=preset.buffer_after_minutes,
        minimum_notice_minutes=sector.minimum_notice_minutes,
        horizon_days=sector.horizon_days,
    )
    return ServiceDetails(
        name=preset.name.localized(tenant.language),
        description=preset.description.localized(tenant.language),
        rules=rules,
        price=preset.price_in(tenant.currency),
        currency=tenant.currency,
        order=order,
    )
