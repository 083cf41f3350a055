"""Reading others' lists: a page or pages of StopNCII's exchange format, or CSV. Pure.

Of StopNCII's format the records `ImagePDQ` whose status is active are taken; what they withdrew is left out. Of CSV
the column `hash`, `pdq` or `hashvalue`, or the only one. Refuses a list with one row that does not read, and names
each such row: half a list of lawful pictures would let through what it was brought in for.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from recourse.base.core.errors import BadInputError
from recourse.base.core.marking import gettext_noop
from recourse.world.matching.domain.bank import BadHashError, is_flat, read_hash

COLUMNS: Final = ("hash", "pdq", "hashvalue")
GONE: Final = frozenset({"withdrawn", "deleted"})
LONGEST_NAME, LONGEST_RIGHT = 80, 500

Row = tuple[int, str | None]
"""The line (of CSV) or the number (of a record) from 1 on, and what stands there for a hash; None: not to be taken."""


class BadListError(BadInputError):
    """A list that does not read."""

    code = "bad_list"
    sentence = gettext_noop(
        "The list does not read. It is a page of StopNCII's format, or CSV with one fingerprint of 64 digits a line."
    )

    def __init__(self, detail: str, rows: tuple[int, ...] = ()) -> None:
        """Take the numbers of the rows that do not read."""
        super().__init__(detail)
        self.rows = rows


class ListUnnamedError(BadInputError):
    """A list without whose it is, by what right we use it, and of which day it is."""

    code = "list_unnamed"
    sentence = gettext_noop(
        "Say whose list it is (at most 80 characters), by what right we use it (at most 500), and of which day it "
        "is, like 2026-11-28."
    )


@dataclass(frozen=True, slots=True)
class About:
    """Whose a list is, by what right we use it, and of which day it is."""

    name: str
    right: str
    dated: date


@dataclass(frozen=True, slots=True)
class ReadList:
    """The hashes of a list, 64 hexadecimal digits each, in its order; and how many rows of it were left out."""

    hashes: tuple[str, ...] = field(repr=False)
    passed_over: int  # withdrawn, or of no picture
    repeated: int
    flat: int  # no picture with something in it gives such a hash

    @property
    def left_out(self) -> int:
        """How many rows of the list stand nowhere here."""
        return self.passed_over + self.repeated + self.flat


def about(*, name: str, right: str, dated: str) -> About:
    """Return what has to be known of a list before it comes in.

    Raises:
        ListUnnamedError: something of it is missing, too long or no text.
    """
    name, right = " ".join(name.split()), " ".join(right.split())
    try:
        day = date.fromisoformat(dated.strip())
    except ValueError:
        raise ListUnnamedError("day") from None
    if not (0 < len(name) <= LONGEST_NAME and 0 < len(right) <= LONGEST_RIGHT):
        raise ListUnnamedError("length")
    if not (name + right).isprintable():
        raise ListUnnamedError("signs")
    return About(name, right, day)


def read_list(text: str) -> ReadList:
    """Return what stands in a list, each hash once.

    Raises:
        BadListError: it does not read, or there is nothing in it.
    """
    rows = list(_stopncii(text) if text.lstrip()[:1] in {"{", "["} else _csv(text))
    values, bad = [], []
    for number, value in rows:
        try:
            values += [] if value is None else [read_hash(value)]
        except BadHashError:
            bad.append(number)
    if bad or not values:
        raise BadListError("rows that do not read" if bad else "nothing in it", tuple(bad))
    distinct = dict.fromkeys(values)
    hashes = tuple(one for one in distinct if not is_flat(one))
    return ReadList(
        hashes,
        passed_over=len(rows) - len(values),
        repeated=len(values) - len(distinct),
        flat=len(distinct) - len(hashes),
    )


def _stopncii(text: str) -> Iterator[Row]:
    try:
        pages = json.loads(text)
        records = [
            record
            for page in (pages if isinstance(pages, list) else [pages])
            for record in page["hashRecords"]
        ]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadListError("not StopNCII's format") from None
    for number, record in enumerate(records, start=1):
        yield number, _of_record(record)


def _of_record(record: Any) -> str | None:  # noqa: ANN401 - whatever stands in the list
    try:
        kind, status = (str(record[name]) for name in ("signalType", "hashStatus"))
        taken = kind.rpartition(".")[2] == "ImagePDQ" and status.lower() not in GONE
        return str(record["hashValue"]) if taken else None
    except (KeyError, TypeError, IndexError):
        return ""  # which is no hash


def _csv(text: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        raise BadListError("not CSV", (reader.line_num,)) from None
    if not rows:
        return
    head = [cell.strip().lower() for cell in rows[0][1]]
    named = [at for at, cell in enumerate(head) if cell in COLUMNS]
    column, first = (named[0], 1) if named else (0, 0)
    if not named and len(head) != 1:
        raise BadListError("no column of hashes", (rows[0][0],))
    for line, row in rows[first:]:
        yield line, row[column] if len(row) > column else ""
