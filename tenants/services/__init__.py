"""The sole writers of tenants: provisioning, claiming, status changes, deletion."""

from .lifecycle import claim_tenant, note_activity, reactivate_tenant, rename_tenant, suspend_tenant, update_tenant
from .provisioning import delete_tenant, provision_tenant, refill_pool, request_tenant

__all__ = [
    "claim_tenant",
    "delete_tenant",
    "note_activity",
    "provision_tenant",
    "reactivate_tenant",
    "refill_pool",
    "rename_tenant",
    "request_tenant",
    "suspend_tenant",
    "update_tenant",
]
