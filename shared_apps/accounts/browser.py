"""Signing a browser in and out, and where to send it next."""

from datetime import datetime

from django.conf import settings
from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from shared_apps.core.addresses import client_ip

from . import services
from .enums import PANEL_ROLES
from .models import User
from .sessions import VISITOR_KEY

BACKEND = "shared_apps.accounts.backends.EmailBackend"
USER_AGENT_LENGTH = 300
LANGUAGE_COOKIE_SECONDS = 60 * 60 * 24 * 365


def start_session(request: HttpRequest, user: User) -> None:
    """Sign in under a fresh session key (whoever knew the old one gains nothing) and note address and device."""
    auth.login(request, user, backend=BACKEND)
    note_visitor(request)


def enter(request: HttpRequest, *, code: str, now: datetime) -> User:
    """Redeem a handover code and sign in, both or neither: the code is spent only when the session exists.

    Raises HandoverCodeInvalid.
    """
    with transaction.atomic():
        user = services.redeem_handover_code(code=code, host=request.get_host(), now=now)
        start_session(request, user)
    return user


def note_visitor(request: HttpRequest) -> None:
    agent = request.headers.get("User-Agent", "").replace("\x00", "")
    request.session[VISITOR_KEY] = {"ip": client_ip(request) or None, "user_agent": agent[:USER_AGENT_LENGTH]}


def keep_language(response: HttpResponse, *, language: str, secure: bool) -> None:
    """Put a person's own language into the cookie that the locale middleware reads first."""
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=LANGUAGE_COOKIE_SECONDS, samesite="Lax", secure=secure
        )


def home_url(user: User) -> str:
    """Return where somebody starts: the panel for owner and staff, the public page for clients."""
    return settings.LOGIN_REDIRECT_URL if user.role in PANEL_ROLES else "/"


def next_url(request: HttpRequest, default: str) -> str:
    """Return the address in `next` if it is on this very host, else the default."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours and not wanted.startswith(reverse("accounts:sign_out")) else default
