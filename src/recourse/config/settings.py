"""Django settings, from one typed configuration."""

from __future__ import annotations

from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "set-by-configuration"  # noqa: S105
DEBUG = False
ALLOWED_HOSTS = ["localhost", "desk.localhost"]
INSTALLED_APPS = [
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
    "recourse.work.cases",
    "recourse.work.hotline",
    "recourse.work.notices",
    "recourse.surfaces.frame",
    "recourse.surfaces.survivor",
    "recourse.surfaces.desk",
    "recourse.operations",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "/tmp/recourse-dev.sqlite3"}}  # noqa: S108
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
AUTH_USER_MODEL = "accounts.Staff"
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware", "allauth.account.middleware.AccountMiddleware"]
