"""Settings shared by every environment."""

from datetime import timedelta
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from . import environment
from .operators import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = Path(environment.text("OFICIO_DATA_DIR", str(BASE_DIR / ".oficio")))

DEBUG = False
# The tenant middleware answers 404 to every host that is neither the apex nor a known Domain,
# so Django's own list would only repeat it. Malformed hosts are still refused by get_host().
ALLOWED_HOSTS = ["*"]
BASE_HOST = environment.text("OFICIO_BASE_HOST", "localhost")  # the apex; workspaces are <slug>.<BASE_HOST>
BASE_PORT = environment.text("OFICIO_PORT", "")  # part of links when not 80 or 443
BASE_SCHEME = environment.text("OFICIO_SCHEME", "https")

# --- Applications ---------------------------------------------------------------------------
BOTH_KINDS_OF_SCHEMA = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "shared_apps.accounts",
]
SHARED_APPS = [
    "tenants",
    "django_tenants",
    "shared_apps.core",
    *BOTH_KINDS_OF_SCHEMA,
    "unfold",
    "django.contrib.admin",
    "shared_apps.jobs",
    "shared_apps.billing",
    "shared_apps.signup",
    "shared_apps.operators",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
TENANT_APPS = [
    *BOTH_KINDS_OF_SCHEMA,
    "tenant_apps.branding",
    "tenant_apps.notifications",
    "tenant_apps.clients",
    "tenant_apps.appointments",
]
INSTALLED_APPS = [*SHARED_APPS, *(app for app in TENANT_APPS if app not in SHARED_APPS)]

TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
PUBLIC_SCHEMA_NAME = "public"
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database -------------------------------------------------------------------------------
DATABASES = {
    "default": {
        "ENGINE": "tenants.backend",
        **environment.database(environment.text("DATABASE_URL", "postgresql://oficio@localhost/oficio")),
        "CONN_MAX_AGE": environment.integer("DATABASE_CONN_MAX_AGE", 600),
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }
}
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 5)
# A backend's catalogue cache grows with each tenant it serves; past this many the connection is closed.
TENANT_ROLES_PER_CONNECTION = environment.integer("TENANT_ROLES_PER_CONNECTION", 100)
# The login that web processes use; granted every tenant role. Empty: the owner's login does both.
TENANT_APPLICATION_LOGIN = environment.text("TENANT_APPLICATION_LOGIN", "")
TENANT_HOST_TTL_SECONDS = 1.5  # a suspension reaches every process within this time
TENANT_HOST_NEGATIVE_TTL_SECONDS = 0.5
TENANT_HOST_CACHE_SIZE = 10_000
TENANT_SPARE_POOL_SIZE = environment.integer("TENANT_SPARE_POOL_SIZE", 5)

# --- Requests -------------------------------------------------------------------------------
ROOT_URLCONF = "config.urls_tenant"
PUBLIC_SCHEMA_URLCONF = "config.urls_public"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
MIDDLEWARE = [
    "tenants.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "shared_apps.core.csp.ContentSecurityPolicyMiddleware",
    "tenants.health.HealthMiddleware",
    "tenants.middleware.TenantMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "shared_apps.core.middleware.WorkspaceLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shared_apps.accounts.middleware.AreaMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "shared_apps.core.toasts.ToastMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "shared_apps.core.middleware.DomainErrorMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shared_apps.core.context_processors.interface",
                "tenant_apps.branding.context_processors.branding",
            ],
        },
    }
]
FORM_RENDERER = "shared_apps.core.forms.FormRenderer"
# How many proxies of ours append to X-Forwarded-For; 0 ignores the header, which anybody can write.
TRUSTED_PROXY_COUNT = environment.integer("TRUSTED_PROXY_COUNT", 0)
# Rates by name that replace those written where limit() is called; None switches one off.
RATE_LIMITS: dict[str, str | None] = {}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# --- People ---------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["shared_apps.accounts.backends.EmailBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_ENGINE = "shared_apps.accounts.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
# Cookies are host-only (no SESSION_COOKIE_DOMAIN): one workspace's cookie never reaches another.
CSRF_FAILURE_VIEW = "shared_apps.core.views_errors.csrf_failure"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/panel/"
PASSWORD_RESET_TIMEOUT = 60 * 60 * 2  # e-mail and page say so: password_reset.{txt,html}, forgot_password_sent.html

# --- Cache, jobs ----------------------------------------------------------------------------
REDIS_URL = environment.text("REDIS_URL", "redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "tenants.cache.make_key",
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }
}
CELERY_BROKER_URL = environment.text("CELERY_BROKER_URL", REDIS_URL)
# A job whose message got lost is handed over again after this; one whose worker died, after the longest task and a bit.
JOBS_HANDOVER_LEASE_SECONDS = environment.integer("JOBS_HANDOVER_LEASE_SECONDS", 300)
JOBS_RUN_LEASE_SECONDS = environment.integer("JOBS_RUN_LEASE_SECONDS", 660)

# --- Files ----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
# The build and the scripts of features; never static/src, which holds node_modules after a build.
STATICFILES_DIRS = [(folder, BASE_DIR / "static" / folder) for folder in ("dist", "js", "vendor")]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "tenants.storage.TenantFileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Language and time ----------------------------------------------------------------------
LANGUAGE_CODE = "es"
LANGUAGES = [("es", _("Spanish")), ("en", _("English"))]
# The second one holds what libraries say, in our words; it wins over the libraries' own catalogues.
LOCALE_PATHS = [BASE_DIR / "config" / "locale", BASE_DIR / "config" / "locale_of_libraries"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- E-mail ---------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "Oficio <no-reply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- API ------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "shared_apps.accounts.authentication.TenantJWTAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["shared_apps.core.api.DenyAll"],
    "DEFAULT_THROTTLE_CLASSES": ["shared_apps.core.api.Throttle"],
    "DEFAULT_PARSER_CLASSES": ["shared_apps.core.api.Parser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "shared_apps.core.api.Pagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "shared_apps.core.api.exception_handler",
    "PAGE_SIZE": 50,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=10),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "UPDATE_LAST_LOGIN": False,
    "ALGORITHM": "HS256",
}
JWT_ROTATION_GRACE_SECONDS = 30
SPECTACULAR_SETTINGS = {
    "TITLE": "Oficio API",
    "DESCRIPTION": "Services, availability, appointments and clients of one workspace.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Deep links would nest a link in each operation's button, which a keyboard cannot use.
    "SWAGGER_UI_SETTINGS": {"deepLinking": False, "persistAuthorization": True, "defaultModelsExpandDepth": -1},
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "Role": "shared_apps.accounts.enums.Role.choices",
        "Language": "django.conf.settings.LANGUAGES",
        "AppointmentStatus": "tenant_apps.appointments.enums.AppointmentStatus.choices",
        "AppointmentSource": "tenant_apps.appointments.enums.AppointmentSource.choices",
        "CancelledBy": "tenant_apps.appointments.enums.CancelledBy.choices",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "shared_apps.core.openapi.complete_operations",
    ],
}

# --- Security -------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- Logging --------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "tenants.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": environment.text("LOG_LEVEL", "INFO")},
    "loggers": {"django.server": {"handlers": ["console"], "propagate": False}},
}

# E-mail addresses are unique by a case-insensitive constraint on Lower(email), which this check cannot see.
SILENCED_SYSTEM_CHECKS = ["auth.E003"]
