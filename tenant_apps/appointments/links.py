"""The secret link with which a client sees and cancels one appointment."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from uuid import UUID

from tenants.context import current_tenant
from tenants.hosts import workspace_url
from tenants.keys import tenant_key


def manage_token(public_id: UUID) -> str:
    """Return the 43 URL-safe characters that open an appointment.

    Derived from the tenant's key, so that each e-mail about the appointment can carry the same link while its table
    holds only the token's hash (`Appointment.manage_token_hash`): reading the database opens nothing.
    """
    digest = hmac.new(tenant_key("appointment link"), public_id.bytes, sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def manage_url(public_id: UUID) -> str:
    """Return the link's absolute address on the current workspace."""
    return workspace_url(current_tenant().slug, f"/a/{manage_token(public_id)}/")
