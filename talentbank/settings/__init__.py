"""Settings of the talent bank, from the environment alone. Production fails closed: no secret, no start.

TALENTBANK_MODE is `production` (default), `local` (`make demo`) or `test`; docs/operations.md lists every variable.
"""

from __future__ import annotations

import base64
from pathlib import Path

from talentbank.settings.environment import Environment, database_settings, email_settings
from talentbank.settings.limits import LIMITS

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = BASE_DIR / "var"

env = Environment.read(BASE_DIR / ".env")
MODE = env.choice("TALENTBANK_MODE", ("production", "local", "test"))
PRODUCTION = MODE == "production"
TEST = MODE == "test"
_lenient = None if PRODUCTION else ""

SECRET_KEY = env.text("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", None if PRODUCTION else "localhost,127.0.0.1,[::1],testserver")
BASE_URL = env.text("TALENTBANK_BASE_URL", None if PRODUCTION else "http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS", "")
DATABASES = {"default": database_settings(env.text("DATABASE_URL", "sqlite:///var/talentbank.sqlite3"), BASE_DIR)}
EMAIL_URL = env.text("EMAIL_URL", None if PRODUCTION else "file:///var/mail")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", None if PRODUCTION else "talentbank@localhost")
INDEX_DIR = BASE_DIR / env.text("TALENTBANK_INDEX_DIR", "var/index")
DEFAULT_BANK = env.text("TALENTBANK_DEFAULT_BANK", "")
WEBHOOK_SECRET_KEYS = env.names("WEBHOOK_SECRET_KEYS", None if PRODUCTION else SECRET_KEY)
WEBHOOK_LOOPBACK = env.flag("WEBHOOK_LOOPBACK", False)
if PRODUCTION and WEBHOOK_LOOPBACK:
    env.problems.append("WEBHOOK_LOOPBACK is for one's own machine, not for production")
TRUSTED_PROXIES = env.networks("TALENTBANK_TRUSTED_PROXIES")
RATE_LIMITS = env.limits("TALENTBANK_LIMITS", LIMITS, times=1_000 if TEST else 1)
globals().update(email_settings(EMAIL_URL or "memory://", BASE_DIR))

INSTALLED_APPS = [
    "talentbank.core",
    "talentbank.banks",
    "talentbank.accounts",
    "talentbank.notifications",
    "talentbank.privacy",
    "talentbank.skills",
    "talentbank.registrations",
    "talentbank.organizations",
    "talentbank.professionals",
    "talentbank.needs",
    "talentbank.ranking",
    "talentbank.matches",
    "talentbank.statistics",
    "talentbank.worklist",
    "talentbank.console",
    "talentbank.demo",
    "api",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.idp.oidc",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.admin",
]
MIDDLEWARE = [
    "talentbank.core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "talentbank.urls"
WSGI_APPLICATION = "talentbank.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TEST:  # a test signs in hundreds of times; the strength of the hash is Django's business
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none" if not PRODUCTION else "mandatory"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "talentbank.console.adapters.AccountAdapter"
ACCOUNT_RATE_LIMITS = {"login_failed": None}  # talentbank.accounts.attempts counts them
IDP_OIDC_ADAPTER = "talentbank.accounts.oidc.OIDCAdapter"
IDP_OIDC_PRIVATE_KEY = env.base64_text(
    "IDP_OIDC_PRIVATE_KEY_B64", None if PRODUCTION else base64.b64encode(b"").decode()
)
AUDIT_SIGNING_KEY_B64 = env.text("AUDIT_SIGNING_KEY_B64", "")

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "talentbank" / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static" if PRODUCTION else None  # elsewhere WhiteNoise serves from the apps
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = TEST  # every client of a test would list all files anew

SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.flag("SECURE_COOKIES", PRODUCTION)
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 31_536_000 if PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
CSRF_FAILURE_VIEW = "api.errors.csrf_failure"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "talentbank.core.middleware.RequestIdFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s request=%(request_id)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "WARNING" if TEST else "INFO")},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.BearerAuthentication",
        "api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["api.permissions.SignedIn"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["api.rendering.JSON"],
    "DEFAULT_SCHEMA_CLASS": "api.schema.AutoSchema",
    "EXCEPTION_HANDLER": "api.errors.exception_handler",
    "DEFAULT_PAGINATION_CLASS": None,
    "DEFAULT_FILTER_BACKENDS": [],
    "UNICODE_JSON": True,
    "COERCE_DECIMAL_TO_STRING": False,
    "DATETIME_FORMAT": "iso-8601",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Talent bank API",
    "DESCRIPTION": "Matching marketplace API of the digital talent bank (デジタル人材バンク).",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "LICENSE": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "SERVERS": [{"url": "/", "description": "This installation"}],
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]+",
    "SORT_OPERATION_PARAMETERS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "api.schema.postprocess"],
}
env.require_complete()
