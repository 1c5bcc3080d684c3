"""Who may use a page or an endpoint, by role."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from rest_framework.permissions import BasePermission

from shared_apps.core import htmx

from .enums import PANEL_ROLES, Role

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


def has_role(user: Any, roles: frozenset[Role]) -> bool:
    return bool(user.is_authenticated and user.is_active and user.role in roles)


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send an anonymous visitor to the sign-in page, and back here afterwards (a fragment: to the page it is in)."""
    sign_in = resolve_url("accounts:sign_in")
    if request.headers.get("HX-Request") == "true":
        return htmx.redirect(request, sign_in)
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/", sign_in)


class RoleRequired:
    """A view for some roles: anonymous visitors are asked to sign in, everyone else is refused with 403."""

    roles: frozenset[Role] = frozenset()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        if not has_role(request.user, self.roles):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc, no-any-return]


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
