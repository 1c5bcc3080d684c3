"""Tenants, their hosts, and what each migration state of a schema holds."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from .context import TenantSnapshot
from .enums import TenantStatus
from .errors import UnsafeTenantCall


class SchemaVersion(models.Model):
    """A set of applied migrations that some schema is or was at, named by its fingerprint."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    applied = models.JSONField(help_text=_("[[app label, migration name], …] in the order they were applied"))
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.fingerprint[:12]


class RenderedPlan(models.Model):
    """The SQL of every migration of one plan, rendered once for all processes and releases of a fleet migration."""

    digest = models.CharField(max_length=64, primary_key=True, help_text=_("of the migrations' files, in order"))
    migrations = models.JSONField(help_text=_("[[app label, name, [statement, …], changes models], …]"))
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.digest[:12]


class Tenant(TenantMixin):
    """A workspace: one schema and one database role of the same opaque name."""

    auto_create_schema = False
    auto_drop_schema = False

    slug = models.SlugField(_("address"), max_length=40, unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=TenantStatus, default=TenantStatus.REQUESTED)
    plan = models.CharField(_("plan"), max_length=40, default="free")
    sector = models.CharField(_("sector"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    language = models.CharField(_("language"), max_length=8, default="es")
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC")
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    schema_version = models.CharField(_("schema version"), max_length=64, blank=True, db_index=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True)
    suspended_reason = models.CharField(_("reason of the suspension"), max_length=300, blank=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    last_activity_at = models.DateTimeField(_("last activity"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("workspace")
        verbose_name_plural = _("workspaces")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["active", "suspended"])
                | Q(slug__isnull=False, claimed_at__isnull=False) & ~Q(name="") & ~Q(timezone=""),
                name="tenants_tenant_claimed_has_identity",
            ),
            models.CheckConstraint(
                condition=Q(status="suspended", suspended_at__isnull=False)
                | (~Q(status="suspended") & Q(suspended_at__isnull=True, suspended_reason="")),
                name="tenants_tenant_suspension_fields_together",
            ),
            models.CheckConstraint(condition=Q(status__in=TenantStatus.values), name="tenants_tenant_status_known"),
        ]
        indexes = [
            models.Index(fields=["id"], name="tenants_tenant_spare", condition=Q(status="spare")),
        ]

    def __str__(self) -> str:
        return self.name or self.schema_name

    def snapshot(self) -> TenantSnapshot:
        """Return the frozen values that code working for this tenant may need."""
        return TenantSnapshot(
            id=self.pk,
            schema=self.schema_name,
            slug=self.slug or "",
            name=self.name,
            status=self.status,
            plan=self.plan,
            sector=self.sector,
            country=self.country,
            language=self.language,
            timezone=self.timezone,
            currency=self.currency,
        )

    def __enter__(self) -> Any:
        raise UnsafeTenantCall("Use tenants.context.tenant_context(tenant).")

    def activate(self) -> None:
        raise UnsafeTenantCall("Use tenants.context.tenant_context(tenant).")


class Domain(DomainMixin):
    """A host name that leads to a tenant. Its primary one is what links are built with."""

    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("host")
        verbose_name_plural = _("hosts")
        constraints = [
            models.UniqueConstraint(fields=["tenant"], condition=Q(is_primary=True), name="tenants_domain_one_primary"),
        ]


class BackfillProgress(models.Model):
    """How far a backfill has come in one tenant."""

    name = models.CharField(max_length=100)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    last_key = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "tenant"], name="tenants_backfillprogress_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} in {self.tenant_id}"
