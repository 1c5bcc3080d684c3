"""What every visitor's browser fetches of a workspace's look: a small stylesheet and the logo."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tenant_apps.branding import gateways, selectors

FOREVER = "public, max-age=31536000, immutable"


@require_safe
def theme_css(request: HttpRequest) -> HttpResponse:
    """Serve the workspace's color; an address with the current version never changes its content."""
    branding = selectors.get_branding()
    response = HttpResponse(selectors.render_css(branding), content_type="text/css; charset=utf-8")
    is_current = request.GET.get("v") == branding.css_version
    response["Cache-Control"] = FOREVER if is_current else "no-cache"
    return response


@require_safe
def logo(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """Serve one size of the logo. Only branding files are public; the key changes with the logo."""
    content = gateways.open_logo(key=key, name=name)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type=gateways.CONTENT_TYPES[name])
    response["Cache-Control"] = FOREVER
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Content-Security-Policy"] = "default-src 'none'"
    return response
