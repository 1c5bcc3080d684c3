"""What log lines leave out."""

import logging

import pytest

from tenants.logs import JsonFormatter, TextFormatter

TOKEN = "s" * 43


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
@pytest.mark.parametrize(
    ("path", "written"),
    [
        (f"/a/{TOKEN}/", "/a/…/"),
        (f"/a/{TOKEN}/cancel/", "/a/…/cancel/"),
        (f"/password/new/MQ/{TOKEN}/", "/password/new/MQ/…/"),
        (f"/signup/wait/{TOKEN}/", "/signup/wait/…/"),
    ],
)
def test_the_secret_of_a_link_is_not_logged(formatter: logging.Formatter, path: str, written: str) -> None:
    record = logging.LogRecord("oficio.request", logging.INFO, "", 0, "%s %s %s", ("GET", path, 200), None)
    text = formatter.format(record)
    assert f"GET {written} 200" in text
    assert TOKEN not in text


def test_other_addresses_are_logged_as_they_are() -> None:
    record = logging.LogRecord("oficio.request", logging.INFO, "", 0, "GET /panel/clients/123/", (), None)
    assert "GET /panel/clients/123/" in TextFormatter().format(record)
