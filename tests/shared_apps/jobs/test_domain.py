import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from shared_apps.jobs.domain import check_json, describe_error, retry_delay_seconds
from shared_apps.jobs.errors import InvalidArguments


@pytest.mark.parametrize(
    ("attempts", "chance", "seconds"),
    [(1, 0.5, 10), (2, 0.5, 20), (5, 0.5, 160), (10, 0.5, 3600), (1, 0.0, 8), (1, 1.0, 12), (40, 0.5, 3600)],
)
def test_retry_delay_doubles_up_to_an_hour_with_jitter(attempts: int, chance: float, seconds: float) -> None:
    assert retry_delay_seconds(attempts=attempts, chance=chance) == pytest.approx(seconds)


@pytest.mark.parametrize("value", [1, "ñ", None, True, 1.5, [1, 2], {"a": [None]}])
def test_check_json_accepts(value: Any) -> None:
    check_json("a.task", {"value": value})


@pytest.mark.parametrize(
    "value", [datetime(2026, 1, 1, tzinfo=UTC), uuid.uuid4(), b"x", {1: 2}, (1, 2), {1, 2}, float("nan"), object()]
)
def test_check_json_names_the_argument_it_refuses(value: Any) -> None:
    with pytest.raises(InvalidArguments, match=r"a\.task: the argument 'value'"):
        check_json("a.task", {"word": "fine", "value": value})


def test_describe_error_fits_a_row() -> None:
    assert describe_error(ValueError("a\x00b")) == "ValueError: ab"
    assert len(describe_error(ValueError("x" * 5000))) == 2000
