"""Settings of `make run`: everything on this machine, no secret of worth."""

from .base import *
from .base import BASE_DIR, DATA_DIR, STORAGES, environment

DEBUG = environment.flag("DEBUG", False)
SECRET_KEY = environment.text("SECRET_KEY", "local-only-not-a-secret")
BASE_SCHEME = "http"
BASE_PORT = environment.text("OFICIO_PORT", "8000")
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"}}
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
LOG_FORMAT = environment.text("LOG_FORMAT", "text")
if LOG_FORMAT == "text":
    from .base import LOGGING

    LOGGING["formatters"]["json"] = {"()": "tenants.logs.TextFormatter"}
LOCAL_PAGES = True  # pages that only a machine of one's own may show, such as the component gallery
SOURCE_DIR = BASE_DIR
