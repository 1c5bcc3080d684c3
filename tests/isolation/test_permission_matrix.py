"""Every URL of both urlconfs, opened by everyone who might: the table is tests/isolation/permissions.py."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from shared_apps.accounts import services
from shared_apps.accounts.enums import Role
from shared_apps.accounts.models import User
from tenants.context import TenantSnapshot, public_context, tenant_context
from tests.factories.people import make_user

from .permissions import (
    APEX,
    APEX_BELOW,
    EVERYONE,
    FORBIDDEN,
    HIDDEN,
    IN,
    SAMPLES,
    SIGN_IN,
    UNKNOWN,
    WORKSPACE,
    Audience,
    Rule,
)

PERSONAS = ("anonymous", "client", "staff", "owner", "stranger", "operator")
SAMPLE_VALUES = {
    "int": "987654321",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "slug": "x",
    "str": "x",
    "path": "x",
}
PARAMETER = re.compile(r"<(?:(\w+):)?\w+>")
ALTERNATIVES = re.compile(r"\(\?P<\w+>(\w+)(?:\|\w+)*\)")  # (?P<step>hours|look)
SIGN_IN_PAGES = ("/sign-in/", "/operators/login/")


def walk(urlconf: str) -> list[str]:
    """Return the route of every view, in order, each once."""

    def routes(resolver: URLResolver, prefix: str) -> Iterator[str]:
        for pattern in resolver.url_patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                yield route
            else:
                yield from routes(pattern, route)

    return list(dict.fromkeys(routes(get_resolver(urlconf), "")))


def address(route: str) -> str:
    """Return a path that leads to the route's view."""
    if route in SAMPLES:
        return "/" + SAMPLES[route]
    if "(?P<" in route:
        return "/" + ALTERNATIVES.sub(r"\1", route).replace("^", "").replace("$", "")
    return "/" + PARAMETER.sub(lambda match: SAMPLE_VALUES[match[1] or "str"], route)


def rule_below(route: str, below: dict[str, Rule]) -> Rule | None:
    return next((rule for prefix, rule in below.items() if route.startswith(prefix)), None)


ROUTES = {
    "workspace": ("config.urls_tenant", WORKSPACE, {}),
    "apex": ("config.urls_public", APEX, APEX_BELOW),
}


def cases() -> list[Any]:
    found = []
    for site, (urlconf, table, below) in ROUTES.items():
        for route in walk(urlconf):
            rule = table.get(route) or rule_below(route, below)
            if rule is not None:
                found.append(pytest.param(site, route, rule, id=f"{site}:/{route}"))
    return found


# --- The table is complete --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("site", ROUTES)
def test_every_route_is_in_the_table(site: str) -> None:
    urlconf, table, below = ROUTES[site]
    routes = walk(urlconf)
    missing = [route for route in routes if route not in table and rule_below(route, below) is None]
    assert not missing, "choose an audience in tests/isolation/permissions.py:\n" + "\n".join(
        f'    "{route}": …,' for route in missing
    )
    stale = [route for route in table if route not in routes]
    assert not stale, f"these routes are gone: {stale}"


@pytest.mark.parametrize(("site", "route", "rule"), cases())
def test_every_route_has_an_address_that_leads_to_it(site: str, route: str, rule: Rule) -> None:
    match = get_resolver(ROUTES[site][0]).resolve(address(route).partition("?")[0])
    assert match.route.replace("^", "") == route.replace("^", "")


# --- What happens -----------------------------------------------------------------------------------------------------
Visitors = dict[str, Callable[[str], Client]]


@pytest.fixture
def visitors(tenant: TenantSnapshot, other_tenant: TenantSnapshot, client_for: Callable[..., Client]) -> Visitors:
    """Return a function per persona that makes its browser for a site, or its bearer of a token for the API."""
    with tenant_context(tenant):
        people: dict[str, User] = {role: make_user(role=role) for role in (Role.CLIENT, Role.STAFF, Role.OWNER)}
    with tenant_context(other_tenant):
        people["stranger"] = make_user(role=Role.OWNER)
    with public_context():
        people["operator"] = make_user(role=Role.OPERATOR)
    homes: dict[str, Any] = {
        "client": tenant_context(tenant),
        "staff": tenant_context(tenant),
        "owner": tenant_context(tenant),
        "stranger": tenant_context(other_tenant),
        "operator": public_context(),
    }

    def visitor(persona: str) -> Callable[[str], Client]:
        if persona == "anonymous":
            return lambda site: client_for(tenant if site != "apex" else None)
        with homes[persona]:
            signed_in = Client()
            signed_in.force_login(people[persona])
            access = services.issue_tokens(user_id=people[persona].pk, now=timezone.now()).access

        def make(site: str) -> Client:
            browser = client_for(None if site == "apex" else tenant)
            if site == "api":
                browser.defaults["HTTP_AUTHORIZATION"] = f"Bearer {access}"
            else:
                browser.cookies["sessionid"] = signed_in.cookies["sessionid"].value
            return browser

        return make

    return {persona: visitor(persona) for persona in PERSONAS}


def outcome(response: Any) -> str:
    if response.status_code in {301, 302, 303} and response["Location"].startswith(SIGN_IN_PAGES):
        return SIGN_IN
    return {401: UNKNOWN, 403: FORBIDDEN}.get(response.status_code, IN)


@pytest.mark.parametrize(("site", "route", "rule"), cases())
def test_everyone_gets_what_the_table_says(
    site: str, route: str, rule: Rule, visitors: Visitors, settings: Any
) -> None:
    settings.RATE_LIMITS = _AllOff()
    is_api = route.startswith("api/v1/")
    methods = ("GET", "POST", "PUT", "PATCH", "DELETE") if is_api else ("GET", "POST")
    got: dict[str, dict[str, str]] = {}
    wanted: dict[str, dict[str, str]] = {}
    for method in methods:
        audience = rule if isinstance(rule, Audience) else rule.get(method) or rule["*"]
        if audience is EVERYONE and is_api:
            continue  # a door of the API answers 401 itself when what it is given is wrong
        for persona in PERSONAS:
            browser = visitors[persona]("api" if is_api else site)
            options = {"content_type": "application/json"} if is_api and method != "GET" else {}
            response = browser.generic(method, address(route), **options)
            assert response.status_code != 500, f"{method} by {persona}"
            expected = getattr(audience, persona)
            result = outcome(response)
            if expected == HIDDEN:
                result = HIDDEN if response.status_code == 404 else result
            if expected == IN and result == FORBIDDEN and route.startswith("operators/"):
                result = IN  # an operator may be refused a single action, such as deleting the audit
            got.setdefault(method, {})[persona] = result
            wanted.setdefault(method, {})[persona] = expected
    assert got == wanted


class _AllOff(dict[str, None]):
    """Rates for settings.RATE_LIMITS that switch every limit off: the table is about permission."""

    def get(self, name: str, default: Any = None) -> None:  # type: ignore[override]
        return None
