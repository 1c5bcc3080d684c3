"""Reads of sign-ups: free addresses, and how far a workspace in preparation is."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from shared_apps.core.crypto import token_hash
from tenants import domain as tenant_domain
from tenants import selectors as tenants
from tenants.context import public_context
from tenants.enums import TenantStatus
from tenants.hosts import workspace_url

from .domain import find_sector
from .errors import SignUpExpired, SignUpNotFound
from .models import SignUp


@dataclass(frozen=True, slots=True)
class Address:
    """What the form says about an address while somebody types it.

    Shapes: suggestions are free, and empty when the address itself is.
    """

    slug: str
    is_valid: bool
    is_free: bool
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """What the page of a waiting sign-up shows. `step` of `steps`: 1 kept, 2 being built, 3 built."""

    slug: str
    business: str
    step: int
    steps: int
    is_open: bool
    url: str


def suggest_addresses(*, business: str, sector: str, language: str, count: int = 3) -> tuple[str, ...]:
    """Return free addresses for a business, best first. One query."""
    chosen = find_sector(sector)
    word = chosen.address_word.localized(language) if chosen else ""
    # Mostly numbered variants; a business whose first forty are all taken gets fewer suggestions or none.
    candidates = tuple(islice(tenant_domain.suggest_slugs(name=business, sector=word), count + 40))
    taken = tenants.list_taken_slugs(among=candidates)
    return tuple(dict.fromkeys(slug for slug in candidates if slug not in taken))[:count]


def check_address(*, slug: str, business: str, sector: str, language: str) -> Address:
    """Tell whether an address is valid and free, and what else is when it is not. At most two queries."""
    if not tenant_domain.is_valid_slug(slug):
        return Address(slug, is_valid=False, is_free=False)
    if tenants.is_slug_free(slug=slug):
        return Address(slug, is_valid=True, is_free=True)
    suggestions = suggest_addresses(business=business or slug, sector=sector, language=language)
    return Address(slug, is_valid=True, is_free=False, suggestions=suggestions)


def get_waiting(*, token: str, now: datetime) -> SignUp:
    """Return a sign-up by the token of its page, open or still waiting. One query.

    Raises SignUpNotFound, and SignUpExpired when it waited too long.
    """
    with public_context():
        sign_up = SignUp.objects.filter(token_hash=token_hash(token)).select_related("tenant").first()
    if sign_up is None:
        raise SignUpNotFound
    if sign_up.expires_at is not None and sign_up.expires_at <= now:
        raise SignUpExpired
    return sign_up


def get_progress(*, token: str, now: datetime) -> Progress:
    """Return how far a sign-up is. Two queries. Raises like get_waiting."""
    sign_up = get_waiting(token=token, now=now)
    counts = tenants.count_by_status()
    if sign_up.tenant is not None or counts.get(TenantStatus.SPARE):
        step = 3
    elif counts.get(TenantStatus.PROVISIONING):
        step = 2
    else:
        step = 1
    return Progress(
        slug=sign_up.slug,
        business=sign_up.business,
        step=step,
        steps=3,
        is_open=sign_up.tenant is not None,
        url=workspace_url(sign_up.slug),
    )
