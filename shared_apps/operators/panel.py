"""The lists and details of the operators' panel. Everything is read here; changes go through services.

Not named admin.py: django.contrib.admin would import it in every process, workers included, at half a second each.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from shared_apps.jobs.enums import JobState
from tenants.enums import TenantStatus
from tenants.hosts import workspace_host
from tenants.schemas.plan import target_version

from . import selectors, services
from .domain import DELETION_DELAY
from .forms import DeletionForm, ReasonForm
from .models import OperatorAction
from .read_only import ReadOnly, ReadOnlyAdmin, actor_of, short_moment
from .sites import operator_site

# Other apps' models are theirs to import; the panel only registers them.
Tenant = apps.get_model("tenants", "Tenant")
ScheduledJob = apps.get_model("jobs", "ScheduledJob")
Plan = apps.get_model("billing", "Plan")
PlanPrice = apps.get_model("billing", "PlanPrice")
Subscription = apps.get_model("billing", "Subscription")
SignUp = apps.get_model("signup", "SignUp")

STATUS_COLORS = {
    TenantStatus.ACTIVE: "success",
    TenantStatus.SUSPENDED: "danger",
    TenantStatus.SPARE: "info",
    TenantStatus.DELETING: "warning",
}
JOB_COLORS = {JobState.PARKED: "danger", JobState.RUNNING: "success", JobState.HANDED_OVER: "info"}


def row_id(object_id: Any) -> int:
    """Return the number in an address, or 0, which no row has: people edit addresses."""
    text = str(object_id)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


class BehindFilter(admin.SimpleListFilter):
    """Schemas that are not at the version this code wants."""

    title = _("schema version")
    parameter_name = "version"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [("current", _("Current")), ("behind", _("Behind"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "current":
            return queryset.filter(schema_version=target_version())
        if self.value() == "behind":
            return queryset.filter(status__in=["spare", "active", "suspended"]).exclude(schema_version=target_version())
        return queryset


class SubscriptionInline(ReadOnly, TabularInline):
    model = Subscription
    fields = ["plan", "status", "since", "ended_at"]
    extra = 0
    hide_title = True


@admin.register(Tenant, site=operator_site)
class TenantAdmin(ReadOnlyAdmin):
    list_display = ["business", "state", "plan", "host", "version", "country", "created", "last_activity"]
    list_filter = ["status", BehindFilter, "plan", "sector", "country"]
    list_filter_submit = False
    search_fields = ["name", "slug", "schema_name", "domains__domain"]
    ordering = [F("claimed_at").desc(nulls_last=True), "-id"]
    list_per_page = 50
    inlines = [SubscriptionInline]
    actions_detail = ["suspend", "reactivate", "request_deletion"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("name", "status"),
                    ("host", "plan"),
                    ("sector", "country"),
                    ("language", "timezone"),
                    "currency",
                ]
            },
        ),
        (
            _("Life"),
            {
                "fields": [
                    ("created_at", "claimed_at"),
                    ("last_activity_at", "deleted_at"),
                    ("suspended_at", "suspended_reason"),
                    "deletion",
                ]
            },
        ),
        (_("Schema"), {"fields": ["schema_name", "schema_version", "is_current", "last_error"]}),
    ]
    readonly_fields = ["host", "is_current", "deletion"]

    @display(description=_("Workspace"), ordering="name", header=True)
    def business(self, tenant: Any) -> list[str]:
        return [tenant.name or "–", tenant.schema_name]

    @display(description=_("Status"), ordering="status", label=STATUS_COLORS)
    def state(self, tenant: Any) -> tuple[str, Any]:
        return tenant.status, tenant.get_status_display()

    @display(description=_("Host"), ordering="slug", empty_value="–")
    def host(self, tenant: Any) -> str | None:
        return workspace_host(tenant.slug) if tenant.slug else None

    @display(
        description=_("Schema version"), ordering="schema_version", label={"behind": "danger", "current": "success"}
    )
    def version(self, tenant: Any) -> tuple[str, Any] | str:
        if not tenant.schema_version:
            return "–"
        return ("current", _("Current")) if tenant.schema_version == target_version() else ("behind", _("Behind"))

    @display(description=_("At the current version"), boolean=True)
    def is_current(self, tenant: Any) -> bool:
        return bool(tenant.schema_version == target_version())

    @display(description=_("Created"), ordering="created_at")
    def created(self, tenant: Any) -> str:
        return short_moment(tenant.created_at)

    @display(description=_("Last activity"), ordering="last_activity_at")
    def last_activity(self, tenant: Any) -> str:
        return short_moment(tenant.last_activity_at)

    @display(description=_("Will be deleted"), empty_value="–")
    def deletion(self, tenant: Any) -> Any:
        return selectors.find_deletion_date(tenant_id=tenant.pk)

    # --- What may be done with a row --------------------------------------------------------------
    def _status(self, object_id: Any) -> str:
        return self.model.objects.filter(pk=row_id(object_id)).values_list("status", flat=True).first() or ""

    def has_suspend_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_view_permission(request) and self._status(object_id) == TenantStatus.ACTIVE

    def has_reactivate_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_view_permission(request) and self._status(object_id) == TenantStatus.SUSPENDED

    def has_request_deletion_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        may_be_deleted = (TenantStatus.ACTIVE, TenantStatus.SUSPENDED)
        return self.has_view_permission(request) and self._status(object_id) in may_be_deleted

    @action(description=_("Suspend"), url_path="suspend", permissions=["suspend"], icon="pause_circle")
    def suspend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        tenant = get_object_or_404(self.model, pk=row_id(object_id))
        return self.ask(
            request,
            tenant,
            title=_("Suspend %(name)s") % {"name": tenant},
            text=_("Within two seconds its pages say that the workspace is paused. Nothing is deleted."),
            submit=_("Suspend"),
            form_class=ReasonForm,
            perform=lambda values: services.suspend_workspace(
                actor=actor_of(request), tenant_id=tenant.pk, reason=values["reason"], now=timezone.now()
            ),
            done=_("The workspace is suspended."),
        )

    @action(description=_("Reactivate"), url_path="reactivate", permissions=["reactivate"], icon="play_circle")
    def reactivate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        tenant = get_object_or_404(self.model, pk=row_id(object_id))
        return self.ask(
            request,
            tenant,
            title=_("Reactivate %(name)s") % {"name": tenant},
            text=_("Its pages open again at once. A deletion that was requested is called off."),
            submit=_("Reactivate"),
            form_class=ReasonForm,
            perform=lambda values: services.reactivate_workspace(
                actor=actor_of(request), tenant_id=tenant.pk, reason=values["reason"], now=timezone.now()
            ),
            done=_("The workspace is active again."),
            is_dangerous=False,
        )

    @action(
        description=_("Request deletion"),
        url_path="request-deletion",
        permissions=["request_deletion"],
        icon="delete",
        variant=ActionVariant.DANGER,
    )
    def request_deletion(self, request: HttpRequest, object_id: str) -> HttpResponse:
        tenant = get_object_or_404(self.model, pk=row_id(object_id))
        return self.ask(
            request,
            tenant,
            title=_("Delete %(name)s") % {"name": tenant},
            text=_(
                "The workspace is paused now, and deleted with all its data and files in %(days)s days. "
                "Reactivating it before then calls the deletion off. To confirm, type its address: %(slug)s"
            )
            % {"days": DELETION_DELAY.days, "slug": tenant.slug},
            submit=_("Request deletion"),
            form_class=DeletionForm,
            perform=lambda values: services.request_deletion(
                actor=actor_of(request),
                tenant_id=tenant.pk,
                slug=values["slug"],
                reason=values["reason"],
                now=timezone.now(),
            ),
            done=_("The workspace is paused and will be deleted."),
        )


@admin.register(SignUp, site=operator_site)
class SignUpAdmin(ReadOnlyAdmin):
    list_display = ["business", "slug", "person", "email", "country", "created", "opened"]
    list_filter = ["sector", "country", ("opened_at", admin.EmptyFieldListFilter)]
    search_fields = ["business", "slug", "person", "email"]
    ordering = ["-created_at"]
    exclude = ["password_hash", "token_hash"]

    @display(description=_("Created"), ordering="created_at")
    def created(self, sign_up: Any) -> str:
        return short_moment(sign_up.created_at)

    @display(description=_("Opened"), ordering="opened_at")
    def opened(self, sign_up: Any) -> str:
        return short_moment(sign_up.opened_at)


class PlanPriceInline(ReadOnly, TabularInline):
    model = PlanPrice
    fields = ["currency", "amount"]
    extra = 0
    hide_title = True


@admin.register(Plan, site=operator_site)
class PlanAdmin(ReadOnlyAdmin):
    list_display = ["name_es", "slug", "interval", "is_active", "is_self_service"]
    inlines = [PlanPriceInline]


@admin.register(ScheduledJob, site=operator_site)
class ScheduledJobAdmin(ReadOnlyAdmin):
    list_display = ["name", "state_label", "due", "tenant_schema", "period_seconds", "attempts", "problem"]
    list_filter = ["state", "task"]
    search_fields = ["task", "tenant_schema", "dedupe_key"]
    ordering = ["run_at", "id"]
    exclude = ["claim"]
    actions_detail = ["retry"]
    show_full_result_count = False

    @display(description=_("Task"), ordering="task", header=True)
    def name(self, job: Any) -> list[str]:
        path, _dot, task = job.task.rpartition(".")
        return [task, path]

    @display(description=_("Due"), ordering="run_at")
    def due(self, job: Any) -> str:
        return short_moment(job.run_at)

    @display(description=_("State"), ordering="state", label=JOB_COLORS)
    def state_label(self, job: Any) -> tuple[str, Any]:
        return job.state, job.get_state_display()

    @display(description=_("Last error"), empty_value="–")
    def problem(self, job: Any) -> str | None:
        return job.last_error[:80] or None

    def has_retry_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        is_parked = self.model.objects.filter(pk=row_id(object_id), state=JobState.PARKED).exists()
        return self.has_view_permission(request) and is_parked

    @action(description=_("Run again"), url_path="retry", permissions=["retry"], icon="replay")
    def retry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        job = get_object_or_404(self.model, pk=row_id(object_id))
        return self.ask(
            request,
            job,
            title=_("Run %(task)s again") % {"task": job.task},
            text=_("It failed too often and was put aside. It starts over with all its attempts."),
            submit=_("Run again"),
            form_class=ReasonForm,
            perform=lambda values: services.retry_job(
                actor=actor_of(request), job_id=job.pk, name=job.task, reason=values["reason"], now=timezone.now()
            ),
            done=_("The job will run in a moment."),
            is_dangerous=False,
        )


@admin.register(OperatorAction, site=operator_site)
class OperatorActionAdmin(ReadOnlyAdmin):
    list_display = ["moment", "operator_email", "kind", "target", "reason", "ip"]
    list_filter = ["kind", "operator_email", ("at", admin.DateFieldListFilter)]
    search_fields = ["target", "reason", "operator_email"]
    date_hierarchy = "at"

    @display(description=_("When"), ordering="at")
    def moment(self, done: Any) -> str:
        return short_moment(done.at)
