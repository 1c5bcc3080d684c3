"""The Content-Security-Policy of every answer: strict by default, relaxed for the operators' panel only."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

# FullCalendar creates one empty <style> and fills it through the CSSOM: the hash of the empty string.
EMPTY_STYLE_HASH = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
OPERATORS_PREFIX = "/operators/"

STRICT: dict[str, tuple[str, ...]] = {
    "default-src": ("'self'",),
    "script-src": ("'self'",),
    "style-src": ("'self'", EMPTY_STYLE_HASH),
    "img-src": ("'self'", "data:", "blob:"),  # data: FullCalendar and Swagger UI icons; blob: preview of a chosen logo
    "font-src": ("'self'", "data:"),  # data: FullCalendar's arrows
    "connect-src": ("'self'",),
    "frame-src": ("'none'",),
    "frame-ancestors": ("'none'",),
    "object-src": ("'none'",),
    "base-uri": ("'none'",),
    "form-action": ("'self'",),
}
# django-unfold ships inline styles, inline scripts and Alpine's evaluating build.
OPERATORS: dict[str, tuple[str, ...]] = {
    **STRICT,
    "script-src": ("'self'", "'unsafe-inline'", "'unsafe-eval'"),
    "style-src": ("'self'", "'unsafe-inline'"),
}


def workspace_hosts(request: HttpRequest) -> tuple[str, ...]:
    """Return the sources of the hosts below this one; sign-up and sign-in at the apex redirect a form there.

    Chromium applies form-action to the redirect that answers a form, too.
    """
    try:
        host = request.get_host()
    except DisallowedHost:
        return ()
    return (f"{request.scheme}://*.{host}",)


def render(policy: dict[str, tuple[str, ...]]) -> str:
    return "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in policy.items())


class ContentSecurityPolicyMiddleware:
    """Set the header on every answer that does not carry one already.

    Settings: CSP_MEDIA_SOURCES, hosts that serve uploaded images (an S3 bucket's address); default none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.media_sources = tuple(getattr(settings, "CSP_MEDIA_SOURCES", ()))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Content-Security-Policy" not in response:
            response["Content-Security-Policy"] = render(self.policy(request))
        return response

    def policy(self, request: HttpRequest) -> dict[str, tuple[str, ...]]:
        base = OPERATORS if request.path_info.startswith(OPERATORS_PREFIX) else STRICT
        return {
            **base,
            "img-src": (*base["img-src"], *self.media_sources),
            "form-action": (*base["form-action"], *workspace_hosts(request)),
        }
