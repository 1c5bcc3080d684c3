"""Plans exist before anybody signs up."""

import pytest

from shared_apps.billing import services as billing


@pytest.fixture
def plans() -> None:
    """Load the plans; name `db` or `committed_db` before it."""
    billing.load_plans()
