"""Rules of the operators' work; plain Python."""

from datetime import timedelta
from typing import Final

DELETION_DELAY: Final = timedelta(days=7)


def deletion_key(tenant_id: int) -> str:
    """Return the dedupe key of the job that deletes a workspace."""
    return f"delete-workspace:{tenant_id}"
