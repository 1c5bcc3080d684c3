"""What newcomers fill in."""

from dataclasses import replace
from datetime import UTC, datetime

from shared_apps.signup.domain import Application

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
PASSWORD = "sol-y-sombra-2026"
_APPLICATION = Application(
    person="Valeria Núñez",
    email="valeria@example.com",
    business="Clínica Luz",
    slug="clinica-luz",
    sector="dentist",
    country="MX",
    timezone="America/Mexico_City",
    language="es",
)


def application(**changes: str) -> Application:
    return replace(_APPLICATION, **changes)


def form_data(**changes: str) -> dict[str, str]:
    """Return what a browser sends for a complete form."""
    return {
        "business": "Clínica Luz",
        "slug": "clinica-luz",
        "suggested": "clinica-luz",
        "sector": "dentist",
        "country": "MX",
        "timezone": "America/Mexico_City",
        "person": "Valeria Núñez",
        "email": "valeria@example.com",
        "password": PASSWORD,
        "accepts_terms": "on",
        "website": "",
        **changes,
    }
