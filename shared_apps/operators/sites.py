"""The operators' own admin site, at /operators/ on the apex."""

from typing import Any, cast

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from shared_apps.accounts.enums import Role
from shared_apps.accounts.permissions import has_role
from shared_apps.core.addresses import client_network
from shared_apps.core.ratelimit import limit
from tenants import health

from . import selectors
from .wording import in_words, word

SIGN_INS = "10/15m"
OPERATORS = frozenset({Role.OPERATOR})


class OperatorSite(UnfoldAdminSite):
    """Only active operators get in; they exist in the public schema alone."""

    site_title = _("Oficio operators")
    site_header = _("Oficio operators")
    index_title = _("Platform")
    index_template = "operators/dashboard.html"

    def has_permission(self, request: HttpRequest) -> bool:
        return has_role(request.user, OPERATORS)

    def extra_urls(self) -> list[URLPattern]:
        return [path("health/", self.admin_view(self.health_page), name="health")]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "POST":
            limit("operator_sign_in", client_network(request), rate=SIGN_INS)
        elif REDIRECT_FIELD_NAME not in request.GET:
            # unfold's form posts to its own address and forgets where Django would lead: the panel of a workspace.
            return redirect_to_login(reverse(f"{self.name}:index"), request.path)
        return super().login(request, extra_context)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, {"overview": selectors.get_overview(now=timezone.now()), **(extra_context or {})})

    def health_page(self, request: HttpRequest) -> HttpResponse:
        report = health.full_report()
        checks = [
            {
                **check,
                "name": word(check["name"]),
                "reason": word(check["reason"]),
                "facts": [(word(name), in_words(fact)) for name, fact in check["details"].items()],
            }
            for check in cast("list[dict[str, Any]]", report["checks"])
        ]
        context = {**self.each_context(request), "title": _("Health"), "status": report["status"], "checks": checks}
        return TemplateResponse(request, "operators/health.html", context)


operator_site = OperatorSite(name="operators")


def full_health(request: HttpRequest) -> HttpResponse:
    """Answer /health/full as JSON to a signed-in operator, and 404 to everyone else."""
    if not operator_site.has_permission(request):
        return JsonResponse({"status": "not found"}, status=404)
    report = health.full_report()
    response = JsonResponse(report, status=200 if report["status"] == "ok" else 503)
    response["Cache-Control"] = "no-store"
    return response
