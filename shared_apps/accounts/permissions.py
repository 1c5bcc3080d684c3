"""Who may use a page or an endpoint, by role."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from rest_framework.permissions import BasePermission

from shared_apps.core import htmx

from .enums import PANEL_ROLES, Role

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


def has_role(user: Any, roles: frozenset[Role]) -> bool:
    return bool(user.is_authenticated and user.is_active and user.role in roles)


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send an anonymous visitor to the sign-in page, and back afterwards to the page they were looking at.

    After a POST there is nothing to come back to: they start where they always start.
    """
    back = request.get_full_path() if request.method == "GET" else ""
    if request.headers.get("HX-Request") == "true":
        current = request.headers.get("HX-Current-URL", "")
        is_ours = url_has_allowed_host_and_scheme(current, allowed_hosts={request.get_host()})
        back = urlsplit(current)._replace(scheme="", netloc="").geturl() if is_ours else ""
    sign_in = resolve_url("accounts:sign_in")
    return htmx.redirect(request, f"{sign_in}?{urlencode({'next': back}, safe='/')}" if back else sign_in)


class RoleRequired:
    """A view for some roles: anonymous visitors are asked to sign in, everyone else is refused with 403.

    Browsers keep no copy: after signing out, going back shows nobody's data.
    """

    roles: frozenset[Role] = frozenset()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        if not has_role(request.user, self.roles):
            raise PermissionDenied
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class OwnerRequired(RoleRequired):
    roles = frozenset({Role.OWNER})


class StaffRequired(RoleRequired):
    """The panel: the owner and the staff."""

    roles = PANEL_ROLES


class ClientRequired(RoleRequired):
    roles = frozenset({Role.CLIENT})


class IsOwner(BasePermission):
    def has_permission(self, request: "Request", view: "APIView") -> bool:
        return has_role(request.user, OwnerRequired.roles)


class IsStaff(BasePermission):
    """The owner or the staff."""

    def has_permission(self, request: "Request", view: "APIView") -> bool:
        return has_role(request.user, StaffRequired.roles)


class IsMember(BasePermission):
    """Anyone of this workspace who is signed in, clients included."""

    def has_permission(self, request: "Request", view: "APIView") -> bool:
        return has_role(request.user, PANEL_ROLES | {Role.CLIENT})
