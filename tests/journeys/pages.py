"""Every page of the three audiences, by the route that serves it; a route that is missing here fails the sweep."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .browser import CALENDAR_PAGE_BYTES, PAGE_BYTES

WORKSPACE: Final = "workspace"
APEX: Final = "apex"


@dataclass(frozen=True)
class World:
    """What the pages of the sweep are about. Shapes: tokens as links carry them, ids as text."""

    service_id: int
    archived_service_id: int
    staff_id: int
    appointment_id: int
    client_id: int
    slot: str
    open_token: str
    cancelled_token: str
    past_token: str
    reset_uid: str
    reset_token: str
    waiting_token: str


@dataclass(frozen=True)
class SweptPage:
    """One page, perhaps one of several states of a route. `path` may depend on the world."""

    name: str
    site: str
    route: str
    path: str | Callable[[World], str]
    status: int = 200
    bytes_allowed: int = PAGE_BYTES
    is_signed_in: bool = False

    def address(self, world: World) -> str:
        return self.path if isinstance(self.path, str) else self.path(world)


LINK = r"^a/(?P<token>[A-Za-z0-9_-]{43})/"


def public(name: str, route: str, path: str | Callable[[World], str], *, status: int = 200) -> SweptPage:
    return SweptPage(name, WORKSPACE, route, path, status)


def panel(name: str, route: str, path: str | Callable[[World], str], *, calendar: bool = False) -> SweptPage:
    bytes_allowed = CALENDAR_PAGE_BYTES if calendar else PAGE_BYTES
    return SweptPage(name, WORKSPACE, route, path, bytes_allowed=bytes_allowed, is_signed_in=True)


def apex(name: str, route: str, path: str | Callable[[World], str]) -> SweptPage:
    return SweptPage(name, APEX, route, path)


PAGES: Final = (
    # The apex
    apex("landing", "", "/"),
    apex("sign-up", "signup/", "/signup/?sector=dentist"),
    apex("sign-up-waiting", "signup/wait/<str:token>/", lambda world: f"/signup/wait/{world.waiting_token}/"),
    apex("find-workspace", "signin/", "/signin/"),
    apex("terms", "terms/", "/terms/"),
    # A workspace's public page and booking
    public("home", "", "/"),
    public("book-service", "book/", "/book/"),
    public("book-service-gone", "book/", lambda world: f"/book/?service={world.archived_service_id}"),
    public("book-time", "book/", lambda world: f"/book/?service={world.service_id}"),
    public("book-details", "book/", lambda world: f"/book/?service={world.service_id}&at={world.slot}"),
    # The client's pages
    public("booked", LINK + "booked/$", lambda world: f"/a/{world.open_token}/booked/"),
    public("appointment", LINK + "$", lambda world: f"/a/{world.open_token}/"),
    public("appointment-cancelled", LINK + "$", lambda world: f"/a/{world.cancelled_token}/"),
    public("appointment-past", LINK + "$", lambda world: f"/a/{world.past_token}/"),
    public("cancel", LINK + "cancel/$", lambda world: f"/a/{world.open_token}/cancel/"),
    public("broken-link", "a/<path:token>", "/a/broken/", status=404),
    # The doors of a workspace
    public("sign-in", "sign-in/", "/sign-in/"),
    public("enter-refused", "enter/", "/enter/?code=none", status=410),
    public("forgot-password", "password/forgotten/", "/password/forgotten/"),
    public("forgot-password-sent", "password/forgotten/sent/", "/password/forgotten/sent/"),
    public(
        "set-password",
        "password/new/<str:uid>/<str:token>/",
        lambda world: f"/password/new/{world.reset_uid}/{world.reset_token}/",
    ),
    # The panel
    panel("agenda", "panel/", "/panel/", calendar=True),
    panel("agenda-print", "panel/agenda/print/", "/panel/agenda/print/"),
    panel("add-appointment", "panel/appointments/add/", "/panel/appointments/add/"),
    panel(
        "panel-appointment",
        "panel/appointments/<int:appointment_id>/",
        lambda world: f"/panel/appointments/{world.appointment_id}/",
    ),
    panel(
        "panel-cancel",
        "panel/appointments/<int:appointment_id>/cancel/",
        lambda world: f"/panel/appointments/{world.appointment_id}/cancel/",
    ),
    panel(
        "panel-reschedule",
        "panel/appointments/<int:appointment_id>/reschedule/",
        lambda world: f"/panel/appointments/{world.appointment_id}/reschedule/",
    ),
    panel("clients", "panel/clients/", "/panel/clients/"),
    panel("add-client", "panel/clients/add/", "/panel/clients/add/"),
    panel("client", "panel/clients/<int:client_id>/", lambda world: f"/panel/clients/{world.client_id}/"),
    panel(
        "edit-client", "panel/clients/<int:client_id>/edit/", lambda world: f"/panel/clients/{world.client_id}/edit/"
    ),
    panel("hours", "panel/hours/", "/panel/hours/"),
    panel("hours-of-one", "panel/hours/<int:staff_id>/", lambda world: f"/panel/hours/{world.staff_id}/"),
    panel("time-off", "panel/hours/time-off/", "/panel/hours/time-off/"),
    panel("search", "panel/search/", "/panel/search/?q=a"),
    panel("services", "panel/services/", "/panel/services/"),
    panel("add-service", "panel/services/add/", "/panel/services/add/"),
    panel("edit-service", "panel/services/<int:service_id>/", lambda world: f"/panel/services/{world.service_id}/"),
    panel("team", "panel/team/", "/panel/team/"),
    panel("add-staff", "panel/team/add/", "/panel/team/add/"),
    panel("edit-staff", "panel/team/<int:staff_id>/", lambda world: f"/panel/team/{world.staff_id}/"),
    panel("welcome-services", "panel/welcome/services/", "/panel/welcome/services/"),
    panel("welcome-hours", "panel/welcome/hours/", "/panel/welcome/hours/"),
    panel("welcome-look", "panel/welcome/look/", "/panel/welcome/look/"),
    panel("welcome-share", "panel/welcome/share/", "/panel/welcome/share/"),
    panel("settings", "panel/settings/", "/panel/settings/"),
    panel("settings-region", "panel/settings/region/", "/panel/settings/region/"),
    panel("settings-look", "panel/settings/look/", "/panel/settings/look/"),
    panel("profile", "panel/account/profile/", "/panel/account/profile/"),
    panel("security", "panel/account/security/", "/panel/account/security/"),
)

# Routes that show no page of their own, by the reason; those below a prefix are taken together.
NO_PAGE: Final = {
    "takes a POST and leads elsewhere": {
        "i18n/setlang/",
        "theme/",
        "sign-out/",
        "panel/account/sessions/end-others/",
        "panel/account/sessions/<int:session_id>/end/",
        "panel/appointments/<int:appointment_id>/move/",
        "panel/appointments/<int:appointment_id>/notes/",
        "panel/appointments/<int:appointment_id>/status/",
        "panel/hours/time-off/<int:time_off_id>/remove/",
        "panel/services/<int:service_id>/archive/",
        "panel/services/<int:service_id>/restore/",
        "panel/services/<int:service_id>/move/",
        "panel/settings/logo/",
        "panel/settings/logo/remove/",
        r"panel/^welcome/(?P<step>services|hours|look|share)/skip/$",
    },
    "a fragment of another page": {
        "signup/address/",
        "signup/zones/",
        "panel/agenda/events/",
        "panel/appointments/free/",
        "panel/appointments/client/",
        "panel/settings/look/preview/",
    },
    "a file": {
        "favicon.ico",
        "robots.txt",
        "theme.css",
        r"^media/branding/(?P<key>[0-9a-f]{16})/(?P<name>mark\.webp|logo\.webp|logo\.png)$",
        LINK + r"appointment\.ics$",
        "api/schema/",
    },
    "another address of the same page": {
        LINK.removesuffix("/") + "$",
        "panel/welcome/",
    },
}
NO_PAGE_BELOW: Final = {
    "api/v1/": "JSON",
    "operators/": "django-unfold's own pages",
    "health/": "JSON",
    "dev/": "for developers of the front end",
    "api/docs/": "Swagger UI, three times as heavy as a page may be",
}
