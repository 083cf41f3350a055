"""The page of others' lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from recourse.surfaces.desk.words_fingerprints import LISTS
from recourse.world.matching.domain import SourceView


@dataclass(frozen=True, slots=True)
class ListLine:
    """One list."""

    id: UUID
    name: str
    what: str
    hashes: int
    left_out: int
    waiting: int
    right: str
    proven: str
    dated: date
    added_at: datetime
    label: str


def list_lines(sources: Sequence[SourceView]) -> list[ListLine]:
    """Return the lists in the order they came in."""
    return [
        ListLine(
            id=one.id,
            name=one.name,
            what=str(LISTS["submitted" if one.submitted else "lawful" if one.lawful else "sought"]),
            hashes=one.hashes,
            left_out=one.left_out,
            waiting=one.waiting,
            right=one.right,
            proven="" if one.lawful else proven(one),
            dated=one.dated,
            added_at=one.added_at,
            label=one.label,
        )
        for one in sources
    ]


def proven(source: SourceView) -> str:
    """Say how often a list was right, in words."""
    if source.precision is None:
        return _("Nobody has decided on a match of it yet.")
    decided = source.confirmed + source.other
    told = {"right": source.confirmed, "decided": decided, "share": round(100 * source.precision)}
    return _("Right in %(right)s of %(decided)s matches that a person decided on: %(share)s %%.") % told
