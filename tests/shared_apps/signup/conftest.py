"""Plans exist before anybody signs up."""

import pytest

from shared_apps.billing import services as billing


@pytest.fixture
def plans(request: pytest.FixtureRequest) -> None:
    if "committed_db" not in request.fixturenames:
        request.getfixturevalue("db")
    billing.load_plans()
