"""The visitor's choice of light or dark, kept in a cookie that the server renders, so that no page flashes."""

from django.http import HttpRequest, HttpResponse

COOKIE = "theme"
COOKIE_SECONDS = 60 * 60 * 24 * 365
NAMES = {"auto": "", "light": "oficio", "dark": "oficio-dark"}


def chosen_theme(request: HttpRequest) -> str:
    """Return "light", "dark" or "auto"."""
    choice = request.COOKIES.get(COOKIE, "auto")
    return choice if choice in NAMES else "auto"


def theme_name(choice: str) -> str:
    """Return the value of data-theme; empty follows the system."""
    return NAMES[choice]


def keep_theme(response: HttpResponse, *, choice: str, secure: bool) -> None:
    """Set or, for "auto", remove the cookie."""
    if choice == "auto":
        response.delete_cookie(COOKIE, samesite="Lax")
    else:
        response.set_cookie(COOKIE, choice, max_age=COOKIE_SECONDS, samesite="Lax", secure=secure, httponly=True)
