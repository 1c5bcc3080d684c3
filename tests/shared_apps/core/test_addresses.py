"""The client's address, with and without proxies of ours."""

from typing import Any

import pytest
from django.test import RequestFactory

from shared_apps.core.addresses import client_ip, client_network


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "", "10.0.0.9"),
        (0, "1.2.3.4", "10.0.0.9"),  # anybody can write the header
        (1, "", "10.0.0.9"),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),  # the client wrote the first
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.9"),
        (1, "not an address", ""),
        (1, "1.2.3.4\x00", ""),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_client_ip(rf: RequestFactory, settings: Any, proxies: int, forwarded: str, expected: str) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    request = rf.get("/", REMOTE_ADDR="10.0.0.9", headers={"x-forwarded-for": forwarded} if forwarded else {})
    assert client_ip(request) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.0.0.9", "10.0.0.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.9", "10.0.0.9"),
        ("", ""),
    ],
)
def test_client_network(rf: RequestFactory, address: str, expected: str) -> None:
    assert client_network(rf.get("/", REMOTE_ADDR=address)) == expected
