"""Fills the tables of an installation by copying what stands in them, inside the database: millions of rows in minutes.

Each copy is a world of its own: every id, number and look-up key is derived from the original's and the copy's
number, so that nothing points across; its times lie earlier, spread over two years. What the measured pages meet is
the size and the shape of tables and indexes. Sealed columns are cut short: nobody opens a copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models, transaction

APPS = ("vault", "locations", "checks", "evidence", "cases", "hotline", "notices")
LEFT_OUT = {
    "checks.Control",
    "checks.Alarm",
    "checks.HostTurn",
    "hotline.Draft",
}  # of a platform or a browser, not of a case
SPREAD_DAYS = 700
ROWS_AT_ONCE = 100_000
SEALED = 48  # bytes kept of a sealed column


@dataclass(frozen=True, slots=True)
class Dialect:
    """How this database writes what a copy needs; `n` is the number of the copy."""

    uuid: str
    text: str
    blob: str
    time: str
    cut: str
    numbers: str


DIALECTS = {
    "sqlite": Dialect(
        uuid="printf('%08x', n) || substr({c}, 9)",
        text="substr({c}, 1, 2) || upper(printf('%05x', n) || substr({key}, 28, 5))",
        blob="CAST(printf('%08x', n) || substr(hex({c}), 1, 24) AS BLOB)",
        time="strftime('%Y-%m-%d %H:%M:%f', {c}, '-' || (n * {step}) || ' minutes')",
        cut=f"COALESCE(substr({{c}}, 1, {SEALED}), x'')",  # of an empty blob, substr makes NULL
        numbers="WITH RECURSIVE copies(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM copies WHERE n < {last})",
    ),
    "postgresql": Dialect(
        uuid="(lpad(to_hex(n), 8, '0') || substr(replace({c}::text, '-', ''), 9))::uuid",
        text="substr({c}, 1, 2) || upper(lpad(to_hex(n), 5, '0') || substr(replace({key}::text, '-', ''), 28, 5))",
        blob="convert_to(lpad(to_hex(n), 8, '0') || substr(encode({c}, 'hex'), 1, 24), 'UTF8')",
        time="{c} - n * {step} * interval '1 minute'",
        cut=f"substring({{c}} from 1 for {SEALED})",
        numbers="WITH copies(n) AS (SELECT generate_series({first}, {last}))",
    ),
}


def multiply(copies: int) -> int:
    """Add `copies` copies of everything there is about cases; returns how many rows were added."""
    added = 0
    step = max(SPREAD_DAYS * 24 * 60 // max(copies, 1), 1)
    for model in copied():
        rows = model._base_manager.count()  # no manager that defers columns
        at_once = max(ROWS_AT_ONCE // max(rows, 1), 1)
        _freeze(model)
        for first in range(1, copies + 1, at_once) if rows else ():
            added += _copy(model, first, min(first + at_once - 1, copies), step)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return added


def copied() -> list[type[models.Model]]:
    """Return the models whose rows are copied, each after those that its foreign keys point to."""
    wanted = [
        model
        for label in APPS
        for model in apps.get_app_config(label).get_models()
        if model._meta.label not in LEFT_OUT
    ]
    ordered: list[type[models.Model]] = []

    def place(model: type[models.Model], above: tuple[type[models.Model], ...] = ()) -> None:
        for field in model._meta.concrete_fields:
            target = field.related_model
            if target in wanted and target not in above and target is not model:
                place(target, (*above, model))
        if model not in ordered:
            ordered.append(model)

    for model in wanted:
        place(model)
    return ordered


def _freeze(model: type[models.Model]) -> None:
    """Keep the originals apart, so that a copy is never copied."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS original_{table}")
        cursor.execute(f"CREATE TEMPORARY TABLE original_{table} AS SELECT * FROM {table}")  # noqa: S608 - our tables


def _copy(model: type[models.Model], first: int, last: int, step: int) -> int:
    dialect = DIALECTS[connection.vendor]
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    table = model._meta.db_table
    key = _quoted(model._meta.pk)
    columns = ", ".join(_quoted(field) for field in fields)
    values = ", ".join(_value(field, dialect, key, step) for field in fields)
    numbers = dialect.numbers.format(first=first, last=last)
    select = f"SELECT {values} FROM original_{table} CROSS JOIN copies"  # noqa: S608 - our own tables
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"INSERT INTO {table} ({columns}) {numbers} {select}")
        else:
            cursor.execute(f"{numbers} INSERT INTO {table} ({columns}) {select}")
        return cursor.rowcount


def _value(field: models.Field, dialect: Dialect, key: str, step: int) -> str:  # type: ignore[type-arg]
    """Return what a copy has in a column."""
    column = _quoted(field)
    target = field.related_model
    if isinstance(field, models.UUIDField) or (target is not None and target._meta.app_label in APPS):
        return _if_there(column, dialect.uuid.format(c=column))
    if isinstance(field, models.CharField) and field.unique:
        return _if_there(column, dialect.text.format(c=column, key=key))
    if isinstance(field, models.BinaryField):
        looked_up = field.unique or field.name.endswith("lookup")
        return _if_there(column, (dialect.blob if looked_up else dialect.cut).format(c=column))
    if isinstance(field, models.DateTimeField):
        return _if_there(column, dialect.time.format(c=column, step=step))
    return column


def _if_there(column: str, value: str) -> str:
    return f"CASE WHEN {column} IS NULL THEN NULL ELSE {value} END"


def _quoted(field: models.Field) -> str:  # type: ignore[type-arg]
    return connection.ops.quote_name(field.column)


def tables() -> Iterator[tuple[str, int]]:
    """Yield each copied table's name and its number of rows."""
    for model in copied():
        yield model._meta.db_table, model._base_manager.count()
