"""Workspaces for tests."""

from django.utils import timezone as django_timezone

from tenants import services
from tenants.models import Tenant

_PLACES = {
    "MX": ("America/Mexico_City", "MXN"),
    "CL": ("America/Santiago", "CLP"),
    "ES": ("Europe/Madrid", "EUR"),
}


def claim(*, slug: str, name: str, sector: str = "dentist", country: str = "MX", language: str = "es") -> Tenant:
    """Claim a spare. Raises NoSpareTenant when the pool is empty."""
    zone, currency = _PLACES[country]
    return services.claim_tenant(
        slug=slug,
        name=name,
        sector=sector,
        country=country,
        language=language,
        timezone=zone,
        currency=currency,
        now=django_timezone.now(),
    )


def make(*, slug: str, name: str = "Taller Gamma", **options: str) -> Tenant:
    """Build a spare and claim it at once."""
    services.provision_tenant(tenant_id=services.request_tenant().pk)
    return claim(slug=slug, name=name, **options)
