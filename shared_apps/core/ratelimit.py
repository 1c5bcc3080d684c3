"""Rate limits: counters in the cache, per tenant because the cache's keys are."""

import hashlib
import logging
import re
import time

from django.conf import settings
from django.core.cache import cache
from redis import exceptions as valkey

from .errors import TooManyRequests

logger = logging.getLogger("oficio.ratelimit")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
PAUSE_SECONDS = 5.0
_RATE = re.compile(r"^(\d+)/(\d*)([smhd])$")
_cache_down_until = 0.0


def parse_rate(rate: str) -> tuple[int, int]:
    """Return (number, seconds) of "5/m" or "20/15m". Raises ValueError for anything else."""
    match = _RATE.match(rate)
    if match is None:
        raise ValueError(f"Not a rate: {rate!r}")
    number, multiple, unit = match.groups()
    return int(number), int(multiple or 1) * SECONDS[unit]


def limit(name: str, key: object, rate: str) -> None:
    """Count one attempt of `key` at `name`. Raises TooManyRequests past `rate` within a window of fixed bounds.

    Settings: RATE_LIMITS overrides rates by name; None there switches one off (load tests do). With Valkey down the
    attempt is let through and logged: a limit must not close the shop. After a failure it is left alone for
    PAUSE_SECONDS, so that requests do not each wait for its time-out.
    """
    global _cache_down_until
    overrides = getattr(settings, "RATE_LIMITS", {})
    if (rate := overrides.get(name, rate)) is None or time.monotonic() < _cache_down_until:
        return
    number, seconds = parse_rate(rate)
    now = time.time()
    window = int(now // seconds)
    # Hashed: a key may hold an e-mail address, and must not hold spaces or be long.
    digest = hashlib.blake2b(str(key).encode(errors="replace"), digest_size=12).hexdigest()
    try:
        count = _count(f"rate:{name}:{digest}:{window}", seconds)
    except (valkey.ConnectionError, valkey.TimeoutError):
        _cache_down_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("Rate limit %s is off: the cache cannot be reached", name)
        return
    if count > number:
        raise TooManyRequests(retry_after=max(1, int((window + 1) * seconds - now)))


def _count(cache_key: str, seconds: int) -> int:
    """Add one and return the new count. Each step is atomic; the counter leaves by itself after its window."""
    cache.add(cache_key, 0, timeout=seconds + 1)
    try:
        return int(cache.incr(cache_key))
    except ValueError:  # the window ended between the two calls
        cache.set(cache_key, 1, timeout=seconds + 1)
        return 1
