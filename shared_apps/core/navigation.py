"""The registry of navigation entries: features add their own in AppConfig.ready, layouts draw what is there."""

from dataclasses import dataclass, field
from typing import Literal

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

Area = Literal["panel", "portal"]


@dataclass(frozen=True)
class NavItem:
    """One place of an area's navigation.

    Shapes: order sorts ascending (agenda 10, clients 20, … settings 90); the first four go into the phone's bottom bar.
    An empty roles tuple means everyone who may enter the area. `also` names further addresses that belong to the place;
    the place whose address begins another's (the area's start) is current on its own page and on those only.
    """

    label: str | Promise
    url_name: str
    icon: str
    order: int
    roles: tuple[str, ...] = ()
    area: Area = "panel"
    also: tuple[str, ...] = ()

    def covers(self, path: str, *, url: str, is_start: bool) -> bool:
        return (path == url if is_start else path.startswith(url)) or any(path.startswith(start) for start in self.also)


@dataclass(frozen=True)
class NavLink:
    """A NavItem resolved for one request."""

    label: str | Promise
    url: str
    icon: str
    is_current: bool = field(default=False)


_items: dict[tuple[str, str], NavItem] = {}


def register(*items: NavItem) -> None:
    """Add entries; registering a url_name again replaces it, so AppConfig.ready may run twice."""
    for item in items:
        _items[item.area, item.url_name] = item


def list_items(*, area: Area, role: str) -> list[NavItem]:
    """Return the entries of an area that a role may see, in order."""
    items = (item for item in _items.values() if item.area == area and (not item.roles or role in item.roles))
    return sorted(items, key=lambda item: (item.order, item.url_name))


def list_links(*, area: Area, request: HttpRequest) -> list[NavLink]:
    """Return the entries with their addresses, and which of them the request's page belongs to."""
    role = getattr(getattr(request, "user", None), "role", "")
    pairs = [(item, reverse(item.url_name)) for item in list_items(area=area, role=role)]
    starts = {url for _, url in pairs if any(other != url and other.startswith(url) for _, other in pairs)}
    return [
        NavLink(
            label=item.label,
            url=url,
            icon=item.icon,
            is_current=item.covers(request.path, url=url, is_start=url in starts),
        )
        for item, url in pairs
    ]
