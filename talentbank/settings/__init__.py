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
CACHES = {
    "default": {  # in the database, for workers must share codes of sign-in and counts of attempts
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}
EMAIL_URL = env.text("EMAIL_URL", None if PRODUCTION else "file:///var/mail")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", None if PRODUCTION else "talentbank@localhost")
INDEX_DIR = BASE_DIR / env.text("TALENTBANK_INDEX_DIR", "var/index")
INDEX_CLUSTER = env.cluster("TALENTBANK_INDEX")
INDEX_SHARDS = env.number("TALENTBANK_INDEX_SHARDS", 2)
INDEX_REPLICAS = env.number("TALENTBANK_INDEX_REPLICAS", 1)
DEFAULT_BANK = env.text("TALENTBANK_DEFAULT_BANK", "")
WEBHOOK_SECRET_KEYS = env.names("WEBHOOK_SECRET_KEYS", None if PRODUCTION else SECRET_KEY)
WEBHOOK_LOOPBACK = env.flag("WEBHOOK_LOOPBACK", False)
if PRODUCTION and WEBHOOK_LOOPBACK:
    env.problems.append("WEBHOOK_LOOPBACK is for one's own machine, not for production")
SANDBOX = env.flag("TALENTBANK_SANDBOX", False)
SANDBOX_REAL_DATA = env.flag("TALENTBANK_SANDBOX_REAL_DATA", False)
SANDBOX_DIR = VAR_DIR / "sandbox"
TRUSTED_PROXIES = env.networks("TALENTBANK_TRUSTED_PROXIES")
RATE_LIMITS = env.limits("TALENTBANK_LIMITS", LIMITS, times=1_000 if TEST else 1)
globals().update(email_settings(EMAIL_URL or "memory://", BASE_DIR))
if SANDBOX:
    EMAIL_BACKEND = "talentbank.notifications.sandbox.CapturingBackend"

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
    "corsheaders",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.line",
    "allauth.idp.oidc",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "talentbank.core.middleware.RequestIdMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "talentbank.core.middleware.RefusedLanguagesMiddleware",
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
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]  # the form of sign-in asks for the password too; SignUpForm does not
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # without a password the letter box is what proves who signs up
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 900
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_FORMAT = {"numeric": True, "length": 8}
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "talentbank.console.adapters.AccountAdapter"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 8}
ACCOUNT_FORMS = {
    "signup": "talentbank.console.forms.SignUpForm",
    "confirm_login_code": "talentbank.console.forms.LoginCodeForm",
    "confirm_email_verification_code": "talentbank.console.forms.AddressCodeForm",
}
ACCOUNT_RATE_LIMITS = {
    "login_failed": "30/m/ip,5/300s/key",  # of a second factor; accounts.attempts counts the passwords
    "request_login_code": "20/m/ip,10/h/key",
    "confirm_email": "1/10s/key,10/h/key",
}
STAFF_SECOND_FACTOR_REQUIRED = (
    env.choice("TALENTBANK_STAFF_SECOND_FACTOR", ("required", "policy"), None if PRODUCTION else "policy") == "required"
)
MFA_ADAPTER = "talentbank.accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "talentbank.console.forms.CodeForm",
    "reauthenticate": "talentbank.console.forms.CodeAgainForm",
    "activate_totp": "talentbank.console.forms.FirstCodeForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "デジタル人材バンク"
MFA_TOTP_TOLERANCE = 1  # half a minute either way, for who types slowly; no number counts twice (CodeForm)
LINE_CHANNEL_ID = "" if SANDBOX else env.text("LINE_CHANNEL_ID", "")
LINE_CHANNEL_SECRET = env.text("LINE_CHANNEL_SECRET", "")
LINE_API_URL = env.text("LINE_API_URL", "https://api.line.me")
LINE_KEYS_URL = f"{LINE_API_URL}/oauth2/v2.1/certs"
SOCIALACCOUNT_ADAPTER = "talentbank.console.line.LineAccounts"
SOCIALACCOUNT_EMAIL_REQUIRED = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"  # an account that LINE opens has no address until one is proved
SOCIALACCOUNT_PROVIDERS = (
    {"line": {"APP": {"client_id": LINE_CHANNEL_ID, "secret": LINE_CHANNEL_SECRET}, "SCOPE": ["profile", "openid"]}}
    if LINE_CHANNEL_ID
    else {}
)
IDP_OIDC_ADAPTER = "talentbank.accounts.oidc.OIDCAdapter"
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 30 * 24 * 3600
IDP_OIDC_DEVICE_CODE_EXPIRES_IN = 900
IDP_OIDC_RATE_LIMITS = {"device_user_code": "20/m/ip"}  # a whole office may share an address
IDP_OIDC_PRIVATE_KEY = env.base64_text(
    "IDP_OIDC_PRIVATE_KEY_B64", None if PRODUCTION else base64.b64encode(b"").decode()
)
AUDIT_SIGNING_KEY_B64 = env.text("AUDIT_SIGNING_KEY_B64", "")

# Origins are those of approved clients (api/cors.py). Bearer tokens alone cross origins, a session's cookie never does.
CORS_URLS_REGEX = r"^/(api/v1/|identity/o/api/|\.well-known/|openapi\.(yaml|json)$)"
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_METHODS = ("GET", "POST", "PATCH", "DELETE")
CORS_ALLOW_HEADERS = (
    *("accept", "accept-language", "acting-as", "authorization", "content-type"),
    *("idempotency-key", "if-match", "if-none-match", "x-request-id"),
)
CORS_EXPOSE_HEADERS = (
    *("ETag", "Location", "Link", "Retry-After", "RateLimit", "RateLimit-Policy", "Idempotency-Replayed"),
    *("Deprecation", "Sunset", "WWW-Authenticate", "X-Request-Id"),
)
CORS_PREFLIGHT_MAX_AGE = 7200  # the most that Chromium keeps to; an approval that ends shows at the call itself

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
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
    "CONTACT": {"name": "The office of each bank, at /api/v1/banks"},
    "LICENSE": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
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
