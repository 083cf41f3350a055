"""Compares a restored installation with the manifest of its backup: same counts, same head, nothing erased back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recourse.base.core.errors import RecourseError
from recourse.base.ledger import selectors
from recourse.base.ledger import verification as ledger
from recourse.base.vault.models import WrappedKey
from recourse.base.vault.selectors import missing_keys, open_key
from recourse.operations import replaying
from recourse.operations.findings import Finding, bad, good
from recourse.operations.inventory import OF_THE_VERSION, ask, count_rows, ledger_head
from recourse.operations.ports import Installation

REMEDY = "do not put this installation into service; restore from another backup"
GROWS = frozenset({"vault_erasure", "jobs_job"})  # by erasures made since, and by what follows from them
# What erasing takes whole rows of: an erased case's choices, facts and steps, and its items' timetables.
SHRINKS = frozenset(
    {
        *("cases_channelchoice", "cases_handover", "cases_itemfacts", "cases_roomstep"),
        *("checks_unread", "checks_watch", "checks_watchedturn"),
    }
)


def compare(installation: Installation, manifest: Mapping[str, Any]) -> list[Finding]:
    """Return a finding per comparison; meant for the time before the installation is put into service."""
    found = [
        _rows(installation, manifest["rows"]),
        _head(manifest["ledger"]),
        _erasures(),
        _keys(),
        ledger_files(installation),
    ]
    return [*found, _file()] if installation.database == "sqlite" else found


def ledger_files(installation: Installation) -> Finding:
    """Say whether the published log's files hold and are what the database signed."""
    head = selectors.latest_checkpoint()
    if head is None:
        return good("ledger files", "nothing was published yet")
    result = ledger.verify_folder(installation.ledger, head.vkey, older=head.text)
    if not result.holds:
        return bad("ledger files", result.problem, REMEDY)
    return good("ledger files", f"{result.size} leaves, all hashes hold")


def _rows(installation: Installation, expected: Mapping[str, int]) -> Finding:
    actual = count_rows(ask, installation.database)
    differ = sorted(
        table
        for table, count in expected.items()
        if table not in OF_THE_VERSION and not _as_saved(table, actual.get(table, 0), count)
    )
    if differ:
        return bad("rows", f"{len(differ)} tables differ, first {differ[0]}", REMEDY)
    return good("rows", f"{sum(expected.values())} rows in {len(expected)} tables, as saved")


def _as_saved(table: str, rows: int, saved: int) -> bool:
    """Tell whether a table holds what was saved, but for what erasing again adds and takes away."""
    if table in GROWS:
        return rows >= saved
    return rows <= saved if table in SHRINKS else rows == saved


def _head(expected: Mapping[str, Any]) -> Finding:
    if ledger_head(ask) != dict(expected):
        return bad("ledger head", "not the one that was saved", REMEDY)
    return good("ledger head", f"size {expected.get('size', 0)}, as saved")


def _erasures() -> Finding:
    returned = replaying.came_back()
    if returned:
        return bad("erasures", f"{returned} erased keys or rows came back", REMEDY)
    return good("erasures", "everything erased is gone")


def _keys() -> Finding:
    missing = missing_keys()
    if missing:
        return bad("keys", f"{missing} keys are not in this key backup", "restore with the newest key backup")
    sample = WrappedKey.objects.values_list("key_id", flat=True).first()
    if sample is None:
        return good("keys", "none yet")
    try:
        open_key(sample)
    except RecourseError as error:
        return bad(
            "keys", f"these key files do not open the data ({error.code})", "restore with its own key files"
        )
    return good("keys", "complete, and these key files open them")


def _file() -> Finding:
    whole = ask("PRAGMA integrity_check")[0][0] == "ok" and not ask("PRAGMA foreign_key_check")
    return good("database file", "whole") if whole else bad("database file", "damaged", REMEDY)
