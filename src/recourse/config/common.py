"""Django settings of every installation, from the typed configuration; `settings` and `demo` stand on it.

Loads with nothing set and holds no secret then: types, migrations and `collectstatic` need no installation.
What a running process needs beyond that is checked when it starts (`guard`).
"""

from __future__ import annotations

import hashlib
import secrets

import django_stubs_ext

from recourse.base.core import logs
from recourse.config import keys, languages, schema

django_stubs_ext.monkeypatch()

CONFIGURATION = schema.load()
_keys = keys.key_files(CONFIGURATION)

# A process without the web secret signs nothing that another process must read.
SECRET_KEY = (
    hashlib.sha256(b"recourse/django/v1" + _keys.raw(keys.WEB_SECRET)).hexdigest()
    if _keys.holds(keys.WEB_SECRET)
    else secrets.token_hex(32)
)
DEBUG = CONFIGURATION.web.debug

# -- surfaces ------------------------------------------------------------------------------------------
# A process that may open cases serves no page to the public, and the other way round; `all` serves both.
_APART = {schema.Process.WEB, schema.Process.DESK, schema.Process.EXCHANGE}
SURFACES = {
    host: urls
    for host, urls, server in (
        (CONFIGURATION.web.survivor_host, "recourse.config.urls_survivor", schema.Process.WEB),
        (CONFIGURATION.web.desk_host, "recourse.config.urls_desk", schema.Process.DESK),
        (CONFIGURATION.web.public_host, "recourse.config.urls_public", schema.Process.WEB),
        (CONFIGURATION.web.exchange_host, "recourse.config.urls_exchange", schema.Process.EXCHANGE),
    )
    if CONFIGURATION.process not in _APART - {server}
}
ALLOWED_HOSTS = list(SURFACES)
ROOT_URLCONF = "recourse.config.urls"
WSGI_APPLICATION = "recourse.config.wsgi.application"
APPEND_SLASH = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIGURATION.web.scheme == "https" else None
CSRF_FAILURE_VIEW = "recourse.surfaces.frame.problems.csrf_failure"

INSTALLED_APPS = [
    "recourse.config.apps.CompositionRoot",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "recourse.base.vault",
    "recourse.base.jobs",
    "recourse.base.ledger",
    "recourse.people.accounts",
    "recourse.world.locations",
    "recourse.world.recipients",
    "recourse.world.checks",
    "recourse.world.evidence",
    "recourse.world.matching",
    "recourse.world.exchange",
    "recourse.work.cases",
    "recourse.work.hotline",
    "recourse.work.notices",
    "recourse.work.statistics",
    "recourse.surfaces.frame",
    "recourse.surfaces.survivor",
    "recourse.surfaces.desk",
    "recourse.surfaces.public",
    "recourse.surfaces.api",
    "recourse.surfaces.exchange",
    "recourse.operations",
]
MIDDLEWARE = [
    "recourse.surfaces.frame.headers.SecurityHeaders",  # outermost: on every answer, a refusal included
    "recourse.surfaces.frame.hosts.SurfaceByHost",  # before everything that reverses an address
    "recourse.surfaces.frame.language.PageLanguage",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "recourse.surfaces.frame.sessions.SessionStaysOnItsSurface",
    "recourse.surfaces.frame.language.ChosenLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "recourse.surfaces.frame.problems.ProblemsBecomePages",  # innermost: sees what a view raised
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# -- tables --------------------------------------------------------------------------------------------
DATABASES = {"default": CONFIGURATION.django_database()}
USE_TZ = True
TIME_ZONE = "UTC"

# -- cookies: host-only, never readable by a script, never sent from elsewhere ------------------------------
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = 12 * 3600  # a shift
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # the default sets a plain cookie

# -- staff sign in with a passkey and with nothing else ---------------------------------------------------
AUTH_USER_MODEL = "accounts.Staff"
AUTHENTICATION_BACKENDS = ["recourse.people.accounts.backends.PasskeyOnly"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "recourse.people.accounts.adapters.quiet.QuietAccounts"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*"]
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RATE_LIMITS = {
    "webauthn_login": None
}  # the eleventh officer of a shift behind one address would be refused

# -- words and files ----------------------------------------------------------------------------------
LANGUAGES = languages.named(CONFIGURATION.agency.languages)
LANGUAGE_CODE = CONFIGURATION.agency.languages[0]  # when a browser prefers none of them
LANGUAGE_COOKIE_NAME = "__Host-lang"
LOCALE_PATHS = [languages.CATALOGUES]
AGENCY = CONFIGURATION.agency  # read by the frame's templates
STATIC_URL = "/static/"
STATIC_ROOT = CONFIGURATION.static_folder
STORAGES = {"staticfiles": {"BACKEND": "recourse.surfaces.frame.files.OwnFiles"}}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# No surface takes a file: one in a form is refused before a byte of it is kept. A form stays in memory.
FILE_UPLOAD_HANDLERS: list[str] = []
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
DATA_UPLOAD_MAX_NUMBER_FILES = 0

LOGGING_CONFIG = "recourse.config.logbook.start"
LOGGING = logs.django_logging()

RECOURSE_WIRING = "recourse.config.wiring.bind_all"
