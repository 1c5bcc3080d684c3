"""Which tenant the running code serves: one ContextVar that everything else derives from."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .errors import NoTenantContext

if TYPE_CHECKING:
    from .models import Tenant


@dataclass(frozen=True, slots=True)
class TenantSnapshot:
    """What a request or task needs to know of its tenant, read once and never changed."""

    id: int
    schema: str
    slug: str
    name: str
    status: str
    plan: str
    sector: str
    country: str
    language: str
    timezone: str
    currency: str


@dataclass(frozen=True, slots=True)
class PublicContext:
    """The public schema: the apex, operators, provisioning."""

    schema: str = "public"


PUBLIC: Final = PublicContext()

_current: ContextVar[TenantSnapshot | PublicContext | None] = ContextVar("tenant", default=None)


def current() -> TenantSnapshot | PublicContext:
    """Return the tenant's snapshot or PUBLIC. Raises NoTenantContext when neither was entered."""
    context = _current.get()
    if context is None:
        raise NoTenantContext
    return context


def current_tenant() -> TenantSnapshot:
    """Return the tenant's snapshot. Raises NoTenantContext when none was entered, or the context is public."""
    context = _current.get()
    if not isinstance(context, TenantSnapshot):
        raise NoTenantContext
    return context


def find_current() -> TenantSnapshot | PublicContext | None:
    """Return the context, or None when none was entered (for log lines, which must never fail)."""
    return _current.get()


def is_public() -> bool:
    """Tell whether the public schema is being served. Raises NoTenantContext when nothing was entered."""
    return current() is PUBLIC


@contextmanager
def tenant_context(tenant: "TenantSnapshot | Tenant") -> Iterator[TenantSnapshot]:
    """Serve one tenant inside the block, on this thread or task only, and return to the former context after it.

    Enter it in the same function that runs the query: `database_sync_to_async` and `sync_to_async` share threads,
    so a context entered in one call does not hold in the next.
    """
    snapshot = tenant if isinstance(tenant, TenantSnapshot) else tenant.snapshot()
    token = _current.set(snapshot)
    try:
        yield snapshot
    finally:
        _current.reset(token)


@contextmanager
def public_context() -> Iterator[PublicContext]:
    """Serve the public schema inside the block, if need be in the same transaction as the tenant's around it."""
    token = _current.set(PUBLIC)
    try:
        yield PUBLIC
    finally:
        _current.reset(token)


@contextmanager
def returned_to(context: TenantSnapshot | PublicContext) -> Iterator[None]:
    """Serve a context that `current()` returned earlier, for work that was put off until now."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)
