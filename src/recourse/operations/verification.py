"""Compares a restored installation with the manifest of its backup: same counts, same head, nothing erased back."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from django.conf import settings

from recourse.base.ledger import verification as ledger
from recourse.base.vault import backup as vault
from recourse.operations.findings import Finding, bad, good
from recourse.operations.inventory import count_rows, ledger_head
from recourse.operations.ports import Installation

REMEDY = "do not put this installation into service; restore from another backup"


def compare(installation: Installation, manifest: Mapping[str, Any]) -> list[Finding]:
    """Return a finding per comparison."""
    found = [_rows(manifest["rows"]), _head(manifest["ledger"]), _erasures()]
    if installation.database == "sqlite":
        found.append(_integrity())
    if manifest["ledger"]:
        found.append(_tiles(installation))
    return found


def _rows(expected: Mapping[str, int]) -> Finding:
    actual = count_rows()
    differ = sorted(table for table in expected if actual.get(table) != expected[table])
    if differ:
        return bad("rows", f"{len(differ)} tables differ, first {differ[0]}", REMEDY)
    return good("rows", f"{sum(expected.values())} rows in {len(expected)} tables, as saved")


def _head(expected: Mapping[str, str]) -> Finding:
    if ledger_head() != dict(expected):
        return bad("ledger head", "not the one that was saved", REMEDY)
    return good("ledger head", f"size {expected.get('size', '0')}, as saved")


def _erasures() -> Finding:
    opened = vault.erased_but_present()
    if opened:
        return bad("erasures", f"{opened} erased keys came back", "run `recourse restore --finish` again")
    return good("erasures", "every erased key is gone")


def _integrity() -> Finding:
    with closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as connection:
        said = connection.execute("PRAGMA integrity_check").fetchone()[0]
    return good("database file", "whole") if said == "ok" else bad("database file", "damaged", REMEDY)


def _tiles(installation: Installation) -> Finding:
    result = ledger.verify_folder(installation.ledger, None)
    if result.problem:
        return bad("ledger files", result.problem, REMEDY)
    return good("ledger files", f"{result.size} leaves, all hashes hold")
