"""Preferences of a visitor that need no account."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from .themes import NAMES, keep_theme


def back_to(request: HttpRequest) -> str:
    """Return the address the form named, or the page it was on, or the start; never another host."""
    for address in (request.POST.get("next"), request.headers.get("Referer")):
        if address and url_has_allowed_host_and_scheme(
            address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return address
    return "/"


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the choice of theme in a cookie and go back."""
    response = HttpResponseRedirect(back_to(request))
    choice = request.POST.get("theme", "auto")
    if choice in NAMES:
        keep_theme(response, choice=choice, secure=request.is_secure())
    return response
