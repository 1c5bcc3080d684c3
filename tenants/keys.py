"""Secrets derived per tenant, so that what one workspace signs does not verify in another."""

from shared_apps.core.crypto import derive_key

from .context import current


def tenant_key(purpose: str) -> bytes:
    """Return 32 bytes for one purpose in the current context. Raises NoTenantContext when nothing was entered."""
    return derive_key(f"{current().schema}:{purpose}")
