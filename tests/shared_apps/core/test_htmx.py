"""What views say to htmx."""

import pytest
from django.test import RequestFactory

from shared_apps.core import htmx


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, False),
        ({"hx-request": "true"}, True),
        ({"hx-request": "true", "hx-boosted": "true"}, False),
        ({"hx-request": "true", "hx-history-restore-request": "true"}, False),
    ],
)
def test_is_htmx_is_about_fragments(rf: RequestFactory, headers: dict[str, str], expected: bool) -> None:
    assert htmx.is_htmx(rf.get("/", headers=headers)) is expected


def test_redirect_moves_the_page_also_from_a_fragment(rf: RequestFactory) -> None:
    plain = htmx.redirect(rf.get("/"), "/next/")
    assert (plain.status_code, plain["Location"]) == (302, "/next/")
    fragment = htmx.redirect(rf.get("/", headers={"hx-request": "true"}), "/next/")
    assert (fragment.status_code, fragment["HX-Redirect"]) == (204, "/next/")
