"""Settings of the portal. Everything that differs between installations comes from the environment; README
lists the names.

Demo mode is on when neither DATABASE_URL nor PORTAL_BASE_URL is set: embedded database, demo data, a mailbox
page instead of real mail, plain http on localhost.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key

from lib import languages
from lib.networks import NetworkSet
from portal import database, providers

# Lets the admin's classes be written with the model they are about: ModelAdmin[Case].
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = os.environ.get


def env_list(name: str) -> list[str]:
    return [item.strip() for item in env(name, "").split(",") if item.strip()]


DATA_DIR = Path(env("PORTAL_DATA_DIR") or BASE_DIR / "var")
DATABASE_URL = env("DATABASE_URL", "")
DEMO_MODE = not DATABASE_URL and not env("PORTAL_BASE_URL")
BASE_URL = env("PORTAL_BASE_URL", f"http://localhost:{env('PORT', '8000')}").rstrip("/")
IS_HTTPS = BASE_URL.startswith("https://")
HOST = urlsplit(BASE_URL).hostname or "localhost"
DEBUG = env("DEBUG", "") == "1"


def secret_key_of_this_copy() -> str:
    """A key kept with the data, so that sessions survive a restart. An https installation must set its
    own."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text()


SECRET_KEY = env("SECRET_KEY") or ("" if IS_HTTPS else secret_key_of_this_copy())
ALLOWED_HOSTS = [HOST, "localhost", "127.0.0.1", "[::1]", *env_list("ALLOWED_HOSTS")]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
TRUSTED_PROXIES = env_list("TRUSTED_PROXIES")
HEALTH_CHECK_FROM = NetworkSet.of("HEALTH_CHECK_FROM", env_list("HEALTH_CHECK_FROM"))

INSTALLED_APPS = [
    "portal",
    "accounts",
    "records",
    "cases",
    "knowledgebase",
    "forums",
    "invoices",
    "accounts.admin_config.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.facebook",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.microsoft",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "allauth.socialaccount.providers.twitter_oauth2",
    "allauth.socialaccount.providers.yahoo",
    "allauth.usersessions",
    "django_otp",
    "django_otp.plugins.otp_email",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "portal.middleware.RequestIdMiddleware",
    "portal.middleware.ForwardedProtoMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.middleware.AllowedNetworkMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lib.compression.PageCompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionLimitsMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "accounts.middleware.ContactMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.IdentityProviderMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.PrivatePagesMiddleware",
    "accounts.preview.middleware.PreviewMiddleware",
    "portal.middleware.SignInMiddleware",
    "accounts.second_factor.middleware.SecondFactorMiddleware",
    "accounts.middleware.TermsMiddleware",
    "portal.middleware.PageAccessMiddleware",
]

ROOT_URLCONF = "portal.urls"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
"""Fields are drawn by templates of ours, where there are any."""
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.site",
            ],
            "builtins": ["portal.templatetags.display"],
        },
    },
]

# Database and cache. The cache's default limit of 300 entries would drop the counters of the rate limits.
PREPARED_STATEMENTS = env("PREPARED_STATEMENTS", "1") == "1"
"""Off behind a pooler that gives each transaction another connection."""
DATABASES = {"default": database.configuration(BASE_DIR, DATABASE_URL, prepares=PREPARED_STATEMENTS)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env("REDIS_URL", "")
CACHE_TABLE = {
    "BACKEND": "lib.cache_table.TableCache",
    "LOCATION": "portal_cache",
    "OPTIONS": {"MAX_ENTRIES": 200_000},
}
CACHE_REDIS = {
    "BACKEND": "lib.cache_redis.RedisOrTable",
    "LOCATION": REDIS_URL,
    "OPTIONS": {"table": "table"},
}
CACHES: dict[str, dict[str, Any]] = {"default": CACHE_TABLE}
if REDIS_URL:
    CACHES = {"default": CACHE_REDIS, "table": CACHE_TABLE}

# Sign-in.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.AuthenticationBackend"]
SESSION_ENGINE = "accounts.sessions.store"
PASSWORD_HASHERS = ["accounts.sign_in.hashers.PortalArgon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.sign_in.validators.MaximumLengthValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.sign_in.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_FORMS = {
    "login": "accounts.forms.entrance.SignInForm",
    "signup": "accounts.forms.entrance.SignUpForm",
    "reset_password": "accounts.forms.entrance.ForgottenPasswordForm",
    "reset_password_from_key": "accounts.forms.entrance.NewPasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "accounts.models.user.display_name"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_HTTPS else "http"
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "60/m/ip,10/15m/key",
    "signup": "30/m/ip",
    "reset_password": "20/m/ip,3/15m/key",
}

# External identities. Of what a provider tells, name and address alone are kept (accounts.sign_in.social).
SOCIALACCOUNT_ADAPTER = "accounts.sign_in.social.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = providers.configured(os.environ)
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_QUERY_EMAIL = True
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5

# Second factor (django-otp). The wait after a wrong code begins at 2 ms and doubles: typing errors do not
# notice it, guessing across sign-ins comes to an end after some twenty tries. Secret keys are not for
# administrators' eyes.
OTP_EMAIL_THROTTLE_FACTOR = OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0.002
OTP_EMAIL_COOLDOWN_DURATION = 60
OTP_ADMIN_HIDE_SENSITIVE_DATA = True

# Sessions and cookies. How long a session really lasts is in the sign-in policy; this is the longest that it
# can say.
SESSION_COOKIE_AGE = 30 * 24 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
MESSAGE_STORAGE = "lib.flashes.FlashStorage"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"

# Headers.
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "img-src": [SELF, "data:"],
        "form-action": [SELF, *providers.origins(os.environ)],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

# Mail. Every message is a row first (accounts.models.OutgoingMail); a background job hands it to this
# backend.
DEFAULT_FROM_EMAIL = env(
    "DEFAULT_FROM_EMAIL", "Support <support@harborlane.example>" if DEMO_MODE else f"support@{HOST}"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_BACKEND = "lib.smtp.EmailBackend"
EMAIL_TIMEOUT = 20  # seconds, but for the answer to the text itself
MAIL_CONTEXT = "portal.context_processors.mail"
MAIL_IN_ADDRESS = env("MAIL_IN_ADDRESS", "")
MAIL_IN_IMAP_URL = env("MAIL_IN_IMAP_URL", "")
MAIL_IN_SECRET = env("MAIL_IN_SECRET", "")
MAIL_IN_AUTHSERV_ID = env("MAIL_IN_AUTHSERV_ID", "")
MAIL_IN_ADDRESS_DAYS = 180  # how long an address to answer to is good
MAIL_IN_KEPT_DAYS = int(env("MAIL_IN_KEPT_DAYS", "180"))  # how long inbound messages themselves are kept
if EMAIL_URL := env("EMAIL_URL", ""):
    smtp = urlsplit(EMAIL_URL)
    EMAIL_HOST, EMAIL_PORT = (
        smtp.hostname or "localhost",
        smtp.port or {"smtps": 465, "smtp+tls": 587}.get(smtp.scheme, 25),
    )
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(smtp.username or ""), unquote(smtp.password or "")
    EMAIL_USE_TLS, EMAIL_USE_SSL = smtp.scheme == "smtp+tls", smtp.scheme == "smtps"
elif DEMO_MODE:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

# Languages, times, files.
LANGUAGES = languages.offered(env_list("PORTAL_LANGUAGES") or [env("PORTAL_LANGUAGE") or "en"])
LANGUAGE_CODE = languages.default(env("PORTAL_LANGUAGE", ""), LANGUAGES)
FORMAT_MODULE_PATH = ["portal.formats"]
TIME_ZONE = env("PORTAL_TIME_ZONE", "UTC")
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "files"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "lib.uploads.PrivateFileStorage"},
    "staticfiles": {"BACKEND": "lib.static_files.StaticFiles"},
}
if S3_BUCKET := env("S3_BUCKET", ""):
    in_bucket = {"bucket_name": S3_BUCKET}
    STORAGES["default"] = {"BACKEND": "lib.buckets.BucketStorage", "OPTIONS": in_bucket}
UPLOAD_MAX_BYTES = 25 * 1024 * 1024
UPLOAD_MAX_FILES = 10
UPLOAD_ALSO = [kind.lower().lstrip(".") for kind in env_list("UPLOAD_ALSO")]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 100  # above the limit of the forms, which say it kindly

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "lib.request_id.RequestIdFilter"},
        "secret_paths": {"()": "lib.secret_paths.SecretPathFilter"},
    },
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {request_id} {message}", "style": "{"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request_id", "secret_paths"],
        }
    },
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.request": {"filters": ["secret_paths"]},
        "django.security.csrf": {"filters": ["secret_paths"]},
        "django.security.DisallowedHost": {
            "handlers": [],
            "propagate": False,
        },  # scanners; they get their 400
        "botocore": {"level": "WARNING"},  # would tell where it found its credentials
        "procrastinate": {"level": "WARNING"},
        "psycopg.pool": {"level": "ERROR"},  # the worker itself says once that the database is away
    },
}
