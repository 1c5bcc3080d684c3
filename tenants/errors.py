"""What can go wrong with tenants.

NoTenantContext           a programming error: code ran outside a tenant or public context
UnsafeTenantCall          a programming error: a library form that is not thread-safe was used
UnknownSchemaVersion      a schema is at a version that this database never recorded
DomainError
├── WorkspaceNotFound     404  no such host
├── WorkspaceSuspended    503  an operator suspended it
├── SlugTaken             409  somebody else has this address
├── SlugInvalid           422  not an address
├── NoSpareTenant         503  the pool is empty; a job prepares one
└── InvalidTransition     409  the tenant's status does not allow this
"""

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import DomainError


class NoTenantContext(RuntimeError):
    """Raised when a query, cache key, file, task or lock is used outside a tenant or public context."""

    def __init__(self) -> None:
        super().__init__("No tenant context: enter tenant_context(tenant) or public_context() around this call.")


class UnsafeTenantCall(RuntimeError):
    """Raised by the library's ways to switch tenants that are not safe with threads or async code."""


class UnknownSchemaVersion(RuntimeError):
    """Raised when a schema is at a version whose migrations are not known, so nothing can be planned for it."""

    def __init__(self, version: str) -> None:
        super().__init__(f"No SchemaVersion {version!r}: restore that row, or provision the tenant again.")


class WorkspaceNotFound(DomainError):
    code = "workspace_not_found"
    status = 404
    message = _("There is no workspace at this address.")


class WorkspaceSuspended(DomainError):
    code = "workspace_suspended"
    status = 503
    message = _("This workspace is paused. Please contact its owner.")


class SlugTaken(DomainError):
    code = "slug_taken"
    status = 409
    message = _("The address “%(slug)s” is already taken. Choose another one.")
    data = ("slug",)

    @property
    def fields(self) -> dict[str, list[str]]:
        return {"slug": [str(self)]}


class SlugInvalid(DomainError):
    code = "slug_invalid"
    status = 422
    message = _("Use 3 to 40 letters, digits or hyphens, starting with a letter.")

    @property
    def fields(self) -> dict[str, list[str]]:
        return {"slug": [str(self)]}


class NoSpareTenant(DomainError):
    code = "no_spare_tenant"
    status = 503
    message = _("We are preparing your workspace. This takes a few seconds.")


class InvalidTransition(DomainError):
    code = "tenant_transition"
    status = 409
    message = _("A workspace that is %(status)s cannot become %(target)s.")
    data = ("status", "target")
