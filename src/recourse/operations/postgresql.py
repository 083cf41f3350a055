"""PostgreSQL from outside Django: its client programs, and a look at a database before it is ours.

Refuses: to print a password, or a row that an error message quotes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo

from recourse.base.core.errors import MisconfiguredError, UnavailableError

PATIENCE = 10  # seconds to connect
# Options of a database that Django takes for itself and the client library does not know.
_OF_DJANGO = frozenset({"isolation_level", "server_side_binding", "assume_role", "pool", "cursor_factory"})


def refuse_used(url: str) -> None:
    """Complain unless the database at an address answers and is empty.

    Raises:
        MisconfiguredError: the address cannot be read, or there are tables in it.
        UnavailableError: it does not answer.
    """
    try:
        with psycopg.connect(url, connect_timeout=PATIENCE) as link:
            found = link.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            ).fetchone()
    except psycopg.ProgrammingError:
        raise MisconfiguredError(
            "the database address cannot be read: write postgresql://USER:PASSWORD@HOST:PORT/NAME"
        ) from None
    except psycopg.OperationalError as error:
        reason = error.sqlstate or "no connection"
        raise UnavailableError(
            f"the database does not answer ({reason}): is it running, does it exist, is the password right?"
        ) from None
    if found is not None and found[0]:
        raise MisconfiguredError("the database is not empty: make a new one with createdb, and name that")


def tool(name: str) -> str:
    """Return the path of a PostgreSQL client program, the newest one installed.

    Raises:
        MisconfiguredError: there is none.
    """
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if not found:
        raise MisconfiguredError(f"{name} is not installed: install the PostgreSQL client programs")
    return found


def run(name: str, *arguments: str) -> None:
    """Run a PostgreSQL client program on the database of this process; the password goes by environment.

    Raises:
        MisconfiguredError: it failed; the detail is the first line it said (later ones may quote rows).
    """
    settings = connection.settings_dict
    environment = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    if settings["PASSWORD"]:
        environment["PGPASSWORD"] = settings["PASSWORD"]
    command = [tool(name), f"--dbname={address(settings)}", *arguments]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        first = (ended.stderr.strip() or "no message").splitlines()[0]
        raise MisconfiguredError(f"{name} failed: {first.removeprefix(f'{name}: error: ')}")


def address(settings: dict[str, Any]) -> str:
    """Return the client library's address of a database that Django describes, without its password."""
    named = {"host": settings["HOST"], "port": settings["PORT"], "user": settings["USER"]}
    options = {key: value for key, value in settings["OPTIONS"].items() if key not in _OF_DJANGO}
    given = {key: str(value) for key, value in {**named, **options}.items() if value}
    return make_conninfo(dbname=str(settings["NAME"]), **given)
