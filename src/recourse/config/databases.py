"""Django's description of a database, from its address. Two kinds, and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from recourse.base.core.errors import MisconfiguredError

# A machine that vanished answers nothing: without these a thread would wait for it for two minutes when it connects,
# and for a quarter of an hour when it was connected. Seconds, and milliseconds for the last (libpq, 34.1.2).
PATIENCE = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}


def described(url: str) -> dict[str, Any]:
    """Return the description of the database at an address.

    Raises:
        MisconfiguredError: the address is not one of the two kinds.
    """
    if url.startswith("sqlite:///"):
        return sqlite(Path(url.removeprefix("sqlite:///")))
    if url.startswith(("postgresql://", "postgres://")):
        return postgresql(url)
    raise MisconfiguredError(
        "database.url is neither sqlite:///PATH nor postgresql://USER:PASSWORD@HOST:PORT/NAME: correct it"
    )


def sqlite(path: Path) -> dict[str, Any]:
    """Return Django's description of a SQLite file behind the write gate."""
    return {
        "ENGINE": "recourse.base.jobs.sqlite",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 30,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def postgresql(url: str) -> dict[str, Any]:
    """Return Django's description of a PostgreSQL database, from its address; what the address says stands."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise MisconfiguredError("database.url names no database: add /NAME at the end of it")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": PATIENCE | query,
    }
