"""Settings of a real deployment: every secret comes from the environment."""

from .base import *
from .base import STORAGES, environment

SECRET_KEY = environment.text("SECRET_KEY")
DATABASE_URL = environment.text("DATABASE_URL")
REDIS_URL = environment.text("REDIS_URL")
LOCAL_PAGES = False

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies of ours append to X-Forwarded-For; whatever stands left of their entries is not believed.
TRUSTED_PROXY_COUNT = environment.integer("TRUSTED_PROXY_COUNT", 1)
SECURE_SSL_REDIRECT = environment.flag("SECURE_SSL_REDIRECT", False)  # nginx redirects already
SECURE_REDIRECT_EXEMPT = [r"^health/"]  # probes ask the process itself, without the proxy
SECURE_HSTS_SECONDS = environment.integer("SECURE_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = environment.flag("COOKIES_SECURE", True)
CSRF_COOKIE_SECURE = environment.flag("COOKIES_SECURE", True)
if SESSION_COOKIE_SECURE:
    # Browsers take a cookie of this name from its own host only: no sibling below the apex can plant one.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"

EMAIL_HOST = environment.text("EMAIL_HOST", "localhost")
EMAIL_PORT = environment.integer("EMAIL_PORT", 25)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 20

if environment.text("S3_BUCKET", ""):
    STORAGES = {
        **STORAGES,
        "default": {
            "BACKEND": "tenants.storage.TenantS3Storage",
            "OPTIONS": {
                "bucket_name": environment.text("S3_BUCKET"),
                "endpoint_url": environment.text("S3_ENDPOINT_URL", "") or None,
                "region_name": environment.text("S3_REGION", "") or None,
                "querystring_auth": True,
                "querystring_expire": 300,
                "file_overwrite": False,
                "default_acl": "private",
            },
        },
    }
