"""The states of a tenant."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TenantStatus(models.TextChoices):
    REQUESTED = "requested", _("Requested")  # a row and a schema name, nothing built
    PROVISIONING = "provisioning", _("Being prepared")  # a worker is building, or died building
    SPARE = "spare", _("Spare")  # built, waiting for its owner
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    DELETING = "deleting", _("Being deleted")
    DELETED = "deleted", _("Deleted")


TRANSITIONS: dict[str, frozenset[str]] = {
    TenantStatus.REQUESTED: frozenset({TenantStatus.PROVISIONING, TenantStatus.DELETING}),
    TenantStatus.PROVISIONING: frozenset({TenantStatus.SPARE, TenantStatus.DELETING}),
    TenantStatus.SPARE: frozenset({TenantStatus.ACTIVE, TenantStatus.DELETING}),
    TenantStatus.ACTIVE: frozenset({TenantStatus.SUSPENDED, TenantStatus.DELETING}),
    TenantStatus.SUSPENDED: frozenset({TenantStatus.ACTIVE, TenantStatus.DELETING}),
    TenantStatus.DELETING: frozenset({TenantStatus.DELETED}),
    TenantStatus.DELETED: frozenset(),
}
# A host of a tenant in one of these states answers with a page; the others answer 404.
ROUTED = frozenset({TenantStatus.ACTIVE, TenantStatus.SUSPENDED})
