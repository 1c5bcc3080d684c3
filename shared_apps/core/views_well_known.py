"""Files that browsers and crawlers ask every host for, whatever its pages say."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# Pages of people who are signed in, links of single appointments, and the API.
PRIVATE = ("/panel/", "/a/", "/api/")


@require_safe
@cache_control(public=True, max_age=86_400)
def favicon(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(static("dist/favicon.svg"))


@require_safe
@cache_control(public=True, max_age=86_400)
def robots(request: HttpRequest) -> HttpResponse:
    """Let crawlers read the apex, and of a workspace its public page."""
    is_workspace = bool(getattr(request.tenant, "slug", None))  # type: ignore[attr-defined]
    rules = [f"Disallow: {path}" for path in PRIVATE] if is_workspace else ["Allow: /"]
    return HttpResponse("\n".join(["User-agent: *", *rules, ""]), content_type="text/plain; charset=utf-8")
