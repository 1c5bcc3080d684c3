"""Names of Channels groups, which carry the schema so that no broadcast crosses tenants."""

import re

from .context import current_tenant

_ALLOWED = re.compile(r"[^a-zA-Z0-9_\-.]")


def channel_group(*parts: object) -> str:
    """Return the group's name, at most 99 ASCII characters. Raises NoTenantContext outside a tenant."""
    name = ".".join([current_tenant().schema, *(_ALLOWED.sub("-", str(part)) for part in parts)])
    if len(name) > 99:
        raise ValueError(f"Group name too long: {name}")
    return name
