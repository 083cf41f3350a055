"""Counts what an installation holds, so that a restored one can be compared with it."""

from __future__ import annotations

from django.apps import apps
from django.db import connections

from recourse.base.ledger import selectors as ledger

NOT_IN_BACKUPS = frozenset({"vault_wrappedkey"})  # wrapped keys live in the key backup, 7 days (invariant 15)
UNCOUNTED = NOT_IN_BACKUPS | {"django_session"}  # sessions end with the machine


def count_rows(alias: str = "default") -> dict[str, int]:
    """Return table -> number of rows, for every table of ours that a backup holds."""
    tables = sorted(
        model._meta.db_table  # noqa: SLF001 - Django's documented way to the table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy  # noqa: SLF001
    )
    with connections[alias].cursor() as cursor:
        counts = {}
        for table in tables:
            if table not in UNCOUNTED:
                cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - the model's own name
                counts[table] = cursor.fetchone()[0]
    return counts


def ledger_head() -> dict[str, str]:
    """Return size and root of the public log's last signed checkpoint; empty before the first."""
    head = ledger.latest_checkpoint()
    return {} if head is None else {"size": str(head.size), "text": head.text}
