"""Shuts the areas of a workspace by default: a view that forgot its permission is still not open."""

from collections.abc import Callable
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from .enums import PANEL_ROLES, Role
from .permissions import ask_to_sign_in, has_role

AREAS: Final[tuple[tuple[str, frozenset[Role]], ...]] = (
    ("/panel/", PANEL_ROLES),
    ("/portal/", frozenset({Role.CLIENT})),
)


class AreaMiddleware:
    """Below /panel/ only owner and staff, below /portal/ only clients. Views narrow this further, never widen it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        for prefix, roles in AREAS:
            if request.path_info.startswith(prefix):
                if not request.user.is_authenticated:
                    return ask_to_sign_in(request)
                if not has_role(request.user, roles):
                    raise PermissionDenied
        return None
