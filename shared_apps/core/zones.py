"""The visitor's own time zone, as the browser told it in a cookie."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest

COOKIE = "tz"


@cache
def known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def visitor_zone(request: HttpRequest) -> ZoneInfo | None:
    """Return the zone of the `tz` cookie, or None when it is missing or not an IANA name."""
    name = request.COOKIES.get(COOKIE, "").replace("%2F", "/").replace("%2f", "/")
    return ZoneInfo(name) if name in known_zones() else None
