"""Rules about jobs; plain Python."""

import json
from typing import Any, Final

from .errors import InvalidArguments

MAX_ATTEMPTS: Final = 10
FIRST_DELAY_SECONDS: Final = 10
LONGEST_DELAY_SECONDS: Final = 3600
JITTER: Final = 0.2


def retry_delay_seconds(*, attempts: int, chance: float) -> float:
    """Return how long to wait after the n-th failed attempt: doubling from 10 s to an hour, ±20 %.

    chance is uniform in [0, 1): jobs that failed together do not come back together.
    """
    delay = min(FIRST_DELAY_SECONDS * 2 ** (attempts - 1), LONGEST_DELAY_SECONDS)
    return delay * (1 + JITTER * (2 * chance - 1))


def check_json(task: str, arguments: dict[str, Any]) -> None:
    """Raise InvalidArguments, naming the argument, unless every argument survives a trip through JSON unchanged."""
    for name, value in arguments.items():
        try:
            is_same = json.loads(json.dumps(value, allow_nan=False)) == value
        except (TypeError, ValueError) as error:
            raise InvalidArguments(f"{task}: the argument {name!r} is not JSON: {error}") from error
        if not is_same:
            raise InvalidArguments(f"{task}: the argument {name!r} ({type(value).__name__}) would change as JSON")


def describe_error(error: BaseException, limit: int = 2000) -> str:
    """Return an error as one short text for a row."""
    return f"{type(error).__name__}: {error}".replace("\x00", "")[:limit]
