"""The cache's key function: no key without a tenant or the public context."""

from .context import current


def make_key(key: str, key_prefix: str, version: int) -> str:
    """Return the stored key, `schema:prefix:version:key`. Raises NoTenantContext when nothing was entered."""
    return f"{current().schema}:{key_prefix}:{version}:{key}"
