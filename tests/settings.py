"""Settings of the tests: the product's own, on a throw-away home and database.

`RECOURSE_TEST_DATABASE` chooses `sqlite` (default) or `postgres`; `conftest` starts the server of the latter.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests import homes

for _name in [
    n
    for n in os.environ
    if n.startswith("RECOURSE_")
    and not n.startswith(("RECOURSE_TEST_", "RECOURSE_CRASH_", "RECOURSE_BENCH_"))
]:
    del os.environ[_name]

HOME = Path(tempfile.mkdtemp(prefix="recourse-test-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
homes.make(HOME)
os.environ["RECOURSE_CONFIG"] = str(HOME / "recourse.toml")

from recourse.config import databases  # noqa: E402 - after the environment is clean
from recourse.config.settings import *  # noqa: E402, F403
from tests import pseudo  # noqa: E402

DATABASE = os.environ.get("RECOURSE_TEST_DATABASE", "sqlite")
if DATABASE not in {"sqlite", "postgres"}:
    raise ValueError("RECOURSE_TEST_DATABASE is sqlite or postgres")
if DATABASE == "sqlite":
    DATABASES = {"default": databases.sqlite(HOME / "data" / "recourse.sqlite3")}
    DATABASES["default"]["TEST"] = {"NAME": str(HOME / "data" / "test.sqlite3")}
else:
    DATABASES = {"default": databases.postgresql("postgresql://postgres@127.0.0.1:1/recourse")}
DATABASES["default"]["CONN_MAX_AGE"] = 0

LOCALE_PATHS = [*LOCALE_PATHS, pseudo.catalogue(HOME / "locale")]  # noqa: F405
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
LOGGING_CONFIG = (
    "logging.config.dictConfig"  # not the process-wide redactor: it would take pytest's own log away
)
RECOURSE_WIRING = "tests.wiring.bind_all"
