"""The product as it is, without rate limits on reading, for bench-tenancy's traffic."""

from config.settings.test import *  # noqa: F403
from config.settings.test import LOGGING

RATE_LIMITS = {"api": None, "api_anonymous": None}
LOGGING["root"]["level"] = "ERROR"
