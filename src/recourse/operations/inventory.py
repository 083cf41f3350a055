"""Counts what a database holds, so that a restored one can be compared with the one that was saved.

Asks in plain SQL, because a copy that is about to be sealed, and a restored database that is older than this
program, have to be counted too. Refuses: to count what a backup leaves out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection

from recourse.base.ledger.models import Checkpoint
from recourse.base.vault.domain import WITHHELD_FROM_DATA_BACKUP

Ask = Callable[[str], list[tuple[Any, ...]]]  # runs one SELECT and returns its rows

# Wrapped keys live in the key backup, 7 days (invariant 15). Sessions end with the machine: a backup that held
# them would let whoever opens it sign in.
NOT_IN_BACKUPS = frozenset({*WITHHELD_FROM_DATA_BACKUP, "django_session"})
# Written by migrations: another version of this program has other rows there.
OF_THE_VERSION = frozenset({"django_migrations", "django_content_type", "auth_permission"})
_TABLES = {
    "sqlite": r"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}


def ask(sql: str) -> list[tuple[Any, ...]]:
    """Run one SELECT in the database of this process."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def tables(ask: Ask, database: str) -> list[str]:
    """Return the names of all tables, in order."""
    return sorted(name for (name,) in ask(_TABLES[database]))


def count_rows(ask: Ask, database: str) -> dict[str, int]:
    """Return table -> number of rows, for every table that a backup holds."""
    wanted = [name for name in tables(ask, database) if name not in NOT_IN_BACKUPS]
    return {name: ask(f'SELECT count(*) FROM "{name}"')[0][0] for name in wanted}  # noqa: S608 - own names


def ledger_head(ask: Ask) -> dict[str, Any]:
    """Return size and text of the public log's last signed checkpoint; empty before the first."""
    table = Checkpoint._meta.db_table  # noqa: SLF001 - Django's documented way to the table
    rows = ask(f'SELECT size, text FROM "{table}" ORDER BY size DESC LIMIT 1')  # noqa: S608 - own name
    return {"size": rows[0][0], "text": rows[0][1]} if rows else {}


def applied_migrations(ask: Ask) -> list[str]:
    """Return the migrations that made the tables, as `app.name`, in order."""
    return [f"{app}.{name}" for app, name in ask("SELECT app, name FROM django_migrations ORDER BY id")]


def inventory(ask: Ask, database: str) -> dict[str, Any]:
    """Return what a manifest says about a database."""
    return {
        "database": database,
        "rows": count_rows(ask, database),
        "ledger": ledger_head(ask),
        "migrations": applied_migrations(ask),
    }
