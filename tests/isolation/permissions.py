"""Who may open which URL: every route of both urlconfs, with its audience.

A route that is missing here fails the test, so nothing is opened by accident. To add one, copy the line that the
failure prints and choose the audience. Methods with audiences of their own: {"GET": STAFF, "POST": OWNER}; "*" is
every other.
"""

from dataclasses import dataclass

IN = "in"  # answered: whatever the status, it is no refusal
SIGN_IN = "sign in"  # sent to the sign-in page
FORBIDDEN = "403"
UNKNOWN = "401"
HIDDEN = "404"


@dataclass(frozen=True)
class Audience:
    """What each kind of visitor gets."""

    anonymous: str
    client: str
    staff: str
    owner: str
    stranger: str  # the owner of another workspace, with that workspace's cookie or token
    operator: str  # with the apex's cookie or token


EVERYONE = Audience(IN, IN, IN, IN, IN, IN)
SENT_TO_SIGN_IN = Audience(SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN)

# Pages of a workspace
STAFF = Audience(SIGN_IN, FORBIDDEN, IN, IN, SIGN_IN, SIGN_IN)
OWNER = Audience(SIGN_IN, FORBIDDEN, FORBIDDEN, IN, SIGN_IN, SIGN_IN)

# The API
API_MEMBER = Audience(UNKNOWN, IN, IN, IN, UNKNOWN, UNKNOWN)
API_STAFF = Audience(UNKNOWN, FORBIDDEN, IN, IN, UNKNOWN, UNKNOWN)
API_OWNER = Audience(UNKNOWN, FORBIDDEN, FORBIDDEN, IN, UNKNOWN, UNKNOWN)
API_STAFF_READS_OWNER_WRITES = {"GET": API_STAFF, "*": API_OWNER}

# The apex, where nobody of a workspace is known
OPERATORS = Audience(SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, IN)
OPERATORS_HIDDEN = Audience(HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, IN)

Rule = Audience | dict[str, Audience]

TOKEN = "A" * 43
# Addresses of routes that need more than a value of each parameter's type.
SAMPLES = {
    "operators/login/": "operators/login/?next=/operators/",  # without it, it redirects to itself with it
    r"^a/(?P<token>[A-Za-z0-9_-]{43})$": f"a/{TOKEN}",
    r"^a/(?P<token>[A-Za-z0-9_-]{43})/$": f"a/{TOKEN}/",
    r"^a/(?P<token>[A-Za-z0-9_-]{43})/booked/$": f"a/{TOKEN}/booked/",
    r"^a/(?P<token>[A-Za-z0-9_-]{43})/cancel/$": f"a/{TOKEN}/cancel/",
    r"^a/(?P<token>[A-Za-z0-9_-]{43})/appointment\.ics$": f"a/{TOKEN}/appointment.ics",
    r"^media/branding/(?P<key>[0-9a-f]{16})/(?P<name>mark\.webp|logo\.webp|logo\.png)$": "media/branding/"
    + "0" * 16
    + "/logo.png",
    r"operators/(?P<url>.*)$": "operators/nothing-here/",
}

WORKSPACE: dict[str, Rule] = {
    # core
    "i18n/setlang/": EVERYONE,
    "theme/": EVERYONE,
    "favicon.ico": EVERYONE,
    "robots.txt": EVERYONE,
    "dev/components/": EVERYONE,  # only where LOCAL_PAGES is on
    "dev/calendar/": EVERYONE,
    "api/schema/": EVERYONE,
    "api/docs/": EVERYONE,
    # accounts
    "enter/": EVERYONE,
    "sign-in/": EVERYONE,
    "sign-out/": {"POST": SENT_TO_SIGN_IN, "*": EVERYONE},
    "password/forgotten/": EVERYONE,
    "password/forgotten/sent/": EVERYONE,
    "password/new/<str:uid>/<str:token>/": EVERYONE,
    "panel/account/profile/": STAFF,
    "panel/account/security/": STAFF,
    "panel/account/sessions/end-others/": STAFF,
    "panel/account/sessions/<int:session_id>/end/": STAFF,
    "api/v1/auth/obtain/": EVERYONE,
    "api/v1/auth/refresh/": EVERYONE,
    "api/v1/auth/logout/": EVERYONE,
    "api/v1/me/": API_MEMBER,
    # appointments: the API
    "api/v1/services/": API_STAFF_READS_OWNER_WRITES,
    "api/v1/services/<int:service_id>/": API_STAFF_READS_OWNER_WRITES,
    "api/v1/services/<int:service_id>/archive/": API_STAFF_READS_OWNER_WRITES,
    "api/v1/services/<int:service_id>/restore/": API_STAFF_READS_OWNER_WRITES,
    "api/v1/staff/": API_STAFF,
    "api/v1/availability/": API_STAFF,
    "api/v1/availability/<int:staff_id>/": API_STAFF_READS_OWNER_WRITES,
    "api/v1/time-off/": API_STAFF_READS_OWNER_WRITES,
    "api/v1/time-off/<int:time_off_id>/": API_STAFF_READS_OWNER_WRITES,
    "api/v1/free-slots/": API_STAFF,
    "api/v1/appointments/": API_STAFF,
    "api/v1/appointments/<int:appointment_id>/": API_STAFF,
    "api/v1/appointments/<int:appointment_id>/confirm/": API_STAFF,
    "api/v1/appointments/<int:appointment_id>/arrive/": API_STAFF,
    "api/v1/appointments/<int:appointment_id>/complete/": API_STAFF,
    "api/v1/appointments/<int:appointment_id>/no-show/": API_STAFF,
    "api/v1/appointments/<int:appointment_id>/cancel/": API_STAFF,
    "api/v1/appointments/<int:appointment_id>/reschedule/": API_STAFF,
    # clients: the API
    "api/v1/clients/": API_STAFF,
    "api/v1/clients/<int:client_id>/": API_STAFF,
    # appointments: the public page
    "": EVERYONE,
    "book/": EVERYONE,
    r"^a/(?P<token>[A-Za-z0-9_-]{43})$": EVERYONE,
    r"^a/(?P<token>[A-Za-z0-9_-]{43})/$": EVERYONE,
    r"^a/(?P<token>[A-Za-z0-9_-]{43})/booked/$": EVERYONE,
    r"^a/(?P<token>[A-Za-z0-9_-]{43})/cancel/$": EVERYONE,
    r"^a/(?P<token>[A-Za-z0-9_-]{43})/appointment\.ics$": EVERYONE,
    "a/<path:token>": EVERYONE,
    # appointments: the panel
    "panel/": STAFF,
    "panel/agenda/events/": STAFF,
    "panel/agenda/print/": STAFF,
    "panel/appointments/add/": STAFF,
    "panel/appointments/free/": STAFF,
    "panel/appointments/client/": STAFF,
    "panel/appointments/<int:appointment_id>/": STAFF,
    "panel/appointments/<int:appointment_id>/cancel/": STAFF,
    "panel/appointments/<int:appointment_id>/move/": STAFF,
    "panel/appointments/<int:appointment_id>/notes/": STAFF,
    "panel/appointments/<int:appointment_id>/reschedule/": STAFF,
    "panel/appointments/<int:appointment_id>/status/": STAFF,
    "panel/clients/": STAFF,
    "panel/clients/add/": STAFF,
    "panel/clients/<int:client_id>/": STAFF,
    "panel/clients/<int:client_id>/edit/": STAFF,
    "panel/hours/": OWNER,
    "panel/hours/<int:staff_id>/": OWNER,
    "panel/hours/time-off/": OWNER,
    "panel/hours/time-off/<int:time_off_id>/remove/": OWNER,
    "panel/search/": STAFF,
    "panel/services/": STAFF,
    "panel/services/add/": OWNER,
    "panel/services/<int:service_id>/": OWNER,
    "panel/services/<int:service_id>/archive/": OWNER,
    "panel/services/<int:service_id>/restore/": OWNER,
    "panel/services/<int:service_id>/move/": OWNER,
    "panel/team/": OWNER,
    "panel/team/add/": OWNER,
    "panel/team/<int:staff_id>/": OWNER,
    "panel/welcome/": OWNER,
    "panel/welcome/services/": OWNER,
    "panel/welcome/hours/": OWNER,
    "panel/welcome/look/": OWNER,
    "panel/welcome/share/": OWNER,
    r"panel/^welcome/(?P<step>services|hours|look|share)/skip/$": OWNER,
    # branding
    "theme.css": EVERYONE,
    r"^media/branding/(?P<key>[0-9a-f]{16})/(?P<name>mark\.webp|logo\.webp|logo\.png)$": EVERYONE,
    "panel/settings/": OWNER,
    "panel/settings/region/": OWNER,
    "panel/settings/look/": OWNER,
    "panel/settings/look/preview/": OWNER,
    "panel/settings/logo/": OWNER,
    "panel/settings/logo/remove/": OWNER,
}

APEX: dict[str, Rule] = {
    # core
    "i18n/setlang/": EVERYONE,
    "theme/": EVERYONE,
    "favicon.ico": EVERYONE,
    "robots.txt": EVERYONE,
    # operators: the sign-in page is open; whatever else the admin site serves is for operators (see APEX_BELOW)
    "operators/login/": EVERYONE,
    "operators/logout/": EVERYONE,
    "health/full": OPERATORS_HIDDEN,
    # signup
    "": EVERYONE,
    "signup/": EVERYONE,
    "signup/address/": EVERYONE,
    "signup/zones/": EVERYONE,
    "signup/wait/<str:token>/": EVERYONE,
    "signin/": EVERYONE,
    "terms/": EVERYONE,
}

# An admin site makes its own routes; each below this prefix that is not named above has this audience.
APEX_BELOW: dict[str, Rule] = {"operators/": OPERATORS}
