"""Settings: from the environment only; docs/guide/settings.md lists them, and a test compares the two."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url

from firstwin.config import logs, secrets_file
from firstwin.config.env import SettingError, env

PACKAGE = Path(__file__).resolve().parent.parent

HOME = secrets_file.prepare_folder(
    env.folder("FIRSTWIN_HOME", Path.home() / ".firstwin", help="The one folder that holds all data")
)
DEVELOPMENT = env.flag("FIRSTWIN_DEVELOPMENT", default=False, help="Development aids: gallery, mailbox, reload")
DEBUG = False
SECRET_KEY = env.text("FIRSTWIN_SECRET_KEY", "", help="Signs sessions and links; made at first start") or (
    secrets_file.read_or_create(HOME / "secret_key")
)
SECRET_KEY_FALLBACKS = env.words(
    "FIRSTWIN_OLD_SECRET_KEYS", "", help="Earlier secret keys, newest first: still read, never written"
)
HOST = env.text("FIRSTWIN_HOST", "127.0.0.1", help="Address to listen on")
PORT = env.number("FIRSTWIN_PORT", 8642, at_least=1, at_most=65535, help="Port to listen on")
BASE_URL = env.url(
    "FIRSTWIN_BASE_URL", f"http://localhost:{PORT}", ("http", "https"), help="Public address of this installation"
).rstrip("/")
ALLOWED_HOSTS = [
    *env.words("FIRSTWIN_ALLOWED_HOSTS", "", help="Further host names that this server answers to"),
    BASE_URL.split("//", 1)[-1].split("/")[0].split(":")[0],
    "127.0.0.1",
    "localhost",
]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
IS_HTTPS = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "firstwin.shared.pages.csrf_failure"

_database_url = env.url(
    "FIRSTWIN_DATABASE_URL",
    f"sqlite:///{HOME / 'firstwin.sqlite3'}",
    ("postgresql", "postgres", "sqlite"),
    help="SQLite by default, or postgresql://",
)
# Only the web server keeps connections from request to request; see config/web_handler.py.
DATABASES = {"default": dj_database_url.parse(_database_url, conn_max_age=0)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;",
    }
else:
    DATABASES["default"]["ENGINE"] = "firstwin.config.postgresql"
    # PostgreSQL still expects a disk that turns, on which a page out of order costs four times as much as the next one; it
    # would rather read all of a wide table than an index that holds the answer. `?options=` in the address comes first.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c random_page_cost=1.1")
    # Django never lets the driver prepare statements; shared/bulk asks for it, statement by statement.
    DATABASES["default"]["OPTIONS"].setdefault("prepare_threshold", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "ninja",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "firstwin.shared",
    "firstwin.jobs",
    "firstwin.journal",
    "firstwin.identity",
    "firstwin.customers",
    "firstwin.scheduling",
    "firstwin.calendars",
    "firstwin.usage",
    "firstwin.playbooks",
    "firstwin.projects",
    "firstwin.communications",
    "firstwin.desk",
    "firstwin.portal",
    "firstwin.config",
]
MIDDLEWARE = [
    "firstwin.config.request_log.RequestLog",
    "firstwin.shared.row_security.release_after_request",
    "django.middleware.security.SecurityMiddleware",
    "firstwin.shared.middleware.secure_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "firstwin.identity.http.middleware.ActorMiddleware",
    "firstwin.config.api_problems.ApiProblemsMiddleware",
    "firstwin.shared.null_characters.refuse_null_characters",
    "firstwin.identity.http.idempotency.IdempotencyMiddleware",
]
ROOT_URLCONF = "firstwin.config.urls"
ASGI_APPLICATION = "firstwin.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "desk" / "templates"],  # before allauth, whose pages it dresses
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "firstwin.shared.templatetags.ui",
                "firstwin.shared.templatetags.ui_blocks",
                "firstwin.shared.templatetags.ui_forms",
                "firstwin.shared.templatetags.ui_page",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "firstwin.shared.context.page",
                "firstwin.identity.http.context.theme",
                "firstwin.desk.http.shell.shell",
            ],
        },
    },
]

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "firstwin.identity.http.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/300s/key", "request_login_code": "20/m/ip,3/m/key,10/h/key"}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_HTTPS else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = env.number(
    "FIRSTWIN_TRUSTED_PROXIES", 0, at_most=10, help="Proxies in front that set X-Forwarded-For"
)
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "firstwin.identity.http.adapter.SecondFactorAdapter"
ACCOUNT_FORMS = {"confirm_login_code": "firstwin.identity.http.refusals.MailedCodeForm"}
MFA_FORMS = {
    "add_webauthn": "firstwin.identity.http.forms.PasskeyForm",
    "authenticate": "firstwin.identity.http.refusals.SecondFactorForm",
    "authenticate_webauthn": "firstwin.identity.http.refusals.SecurityKeyForm",
    "reauthenticate": "firstwin.identity.http.refusals.SecondFactorAgainForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
USERSESSIONS_TRACK_ACTIVITY = False  # ActorMiddleware notes it every few minutes instead of at every request

# Counts of sign-in attempts must hold for all processes, so the cache is a table.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "firstwin_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+-[\w-]{8}\.\w+$"
STATICFILES_DIRS = [PACKAGE / "static"] if (PACKAGE / "static").is_dir() else []
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": HOME / "files"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILES_FOLDER = HOME / "files"
MAX_UPLOAD_BYTES = env.number("FIRSTWIN_MAX_UPLOAD_MB", 100, at_least=1, help="Largest file, in MB") * 1_000_000

API_REQUESTS_PER_MINUTE = env.number(
    "FIRSTWIN_API_REQUESTS_PER_MINUTE", 600, at_least=1, help="How many API requests a key or person may make a minute"
)

EVENT_STORE = env.flag(
    "FIRSTWIN_EVENT_STORE", default=True, help="Keep product events on this machine; yes on one machine only"
)
EVENT_STORE_FOLDER = HOME / "events"
EVENT_STORE_URL = env.text(
    "FIRSTWIN_EVENT_STORE_URL",
    "",
    help="A ClickHouse server that keeps product events instead: https://user:password@host/db",
)
EVENT_STORE_CLUSTER = env.text(
    "FIRSTWIN_EVENT_STORE_CLUSTER", "", help="Its cluster, for tables that are replicated and spread over shards"
)
USAGE_INBOX_BYTES = 1_000_000 * env.number(
    "FIRSTWIN_USAGE_INBOX_MB", 1000, at_least=1, help="How many MB of product events may wait before senders must"
)
USAGE_IMPORT_BYTES = 1_000_000 * env.number(
    "FIRSTWIN_USAGE_IMPORT_MB", 4000, at_least=1, help="Largest file of past product events, in MB when unpacked"
)

EMAIL_URL = env.url("FIRSTWIN_SMTP_URL", "", ("smtp", "smtps"), help="smtp://user:password@host:port hands mail over")
MAILBOX = env.flag(
    "FIRSTWIN_MAILBOX",
    default=not EMAIL_URL,
    help="Keep outgoing mail in the mailbox page inside the product instead of sending it",
)
if not (MAILBOX or EMAIL_URL):
    raise SettingError("FIRSTWIN_MAILBOX=no, but there is no way out for mail. Set FIRSTWIN_SMTP_URL as well.")
EMAIL_BACKEND = (
    "firstwin.communications.operations.mailbox.MailboxBackend"
    if MAILBOX
    else "django.core.mail.backends.smtp.EmailBackend"
)
_mail = urlsplit(EMAIL_URL)
EMAIL_HOST = _mail.hostname or "localhost"
EMAIL_PORT = _mail.port or (465 if _mail.scheme == "smtps" else 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = _mail.scheme == "smtp" and EMAIL_PORT == 587
EMAIL_TIMEOUT = 20
MAIL_DOMAIN = urlsplit(BASE_URL).hostname or "localhost"

LOG_LEVEL = env.choice("FIRSTWIN_LOG_LEVEL", "info", logs.LEVELS, help="How much is logged")
LOG_FORMAT = env.choice("FIRSTWIN_LOG_FORMAT", "auto", logs.FORMATS, help="json for machines, console for people")
LOG_REQUESTS = env.flag("FIRSTWIN_LOG_REQUESTS", default=False, help="Log every request, not only slow and failed ones")
LOGGING_CONFIG = None
logs.configure(level=LOG_LEVEL, format=LOG_FORMAT)
METRICS_TOKEN = env.text("FIRSTWIN_METRICS_TOKEN", "", help="Opens /metrics to readers on other machines")
WEB_PROCESSES = env.number("FIRSTWIN_WEB_PROCESSES", 0, at_most=64, help="Processes of the web server; 0 chooses")

env.refuse_unknown()
