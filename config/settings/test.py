"""Settings of the tests: throw-away servers, fast hashing, strict logging."""

from .base import *
from .base import BASE_DIR, DATA_DIR, LOGGING, STORAGES, environment

SECRET_KEY = "test-only-not-a-secret-but-long-enough-for-hmac"
BASE_SCHEME = "http"
BASE_PORT = ""
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT = None  # nothing is collected: the finders serve the sources
MEDIA_ROOT = DATA_DIR / "media"  # tests.plugin gives every worker a folder of its own
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
LOGGING["root"]["level"] = environment.text("LOG_LEVEL", "WARNING")
CELERY_TASK_ALWAYS_EAGER = False
# Counted queries must not depend on how busy the machine is; changes are forgotten at once within a process.
TENANT_HOST_TTL_SECONDS = 120
LOCAL_PAGES = True
SOURCE_DIR = BASE_DIR
