"""Reading others' lists: a page or pages of StopNCII's exchange format, or CSV. Pure.

Of StopNCII's format the records `ImagePDQ` whose status is active are taken; what they withdrew is left out. Of CSV
the column `hash`, `pdq` or `hashvalue`, or the only one. Refuses a list with one line that does not read: half a list
of lawful pictures would let through what it was brought in for.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, Final

from recourse.base.core.errors import BadInputError
from recourse.base.core.marking import gettext_noop
from recourse.world.matching.domain.bank import BadHashError, is_flat, read_hash

COLUMNS: Final = ("hash", "pdq", "hashvalue")
GONE: Final = frozenset({"withdrawn", "deleted"})


class BadListError(BadInputError):
    """A list that does not read."""

    code = "bad_list"
    sentence = gettext_noop(
        "The list does not read. It is a page of StopNCII's format, or CSV with one fingerprint of 64 digits a line."
    )


def read_list(text: str) -> tuple[str, ...]:
    """Return the hashes of a list, each once, in its order; those that no picture gives are left out.

    Raises:
        BadListError: it does not read, or there is nothing in it.
    """
    found = _stopncii(text) if text.lstrip()[:1] in {"{", "["} else _csv(text)
    try:
        hashes = tuple(dict.fromkeys(read_hash(one) for one in found))
    except BadHashError:
        raise BadListError("a hash does not read") from None
    if not hashes:
        raise BadListError("nothing in it")
    return tuple(one for one in hashes if not is_flat(one))


def _stopncii(text: str) -> Iterator[str]:
    try:
        pages = json.loads(text)
        for page in pages if isinstance(pages, list) else [pages]:
            for record in page["hashRecords"]:
                if _is_picture(record) and str(record["hashStatus"]).lower() not in GONE:
                    yield str(record["hashValue"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadListError("not StopNCII's format") from None


def _is_picture(record: dict[str, Any]) -> bool:
    return str(record["signalType"]).rpartition(".")[2] == "ImagePDQ"


def _csv(text: str) -> Iterator[str]:
    try:
        rows = [
            row for row in csv.reader(io.StringIO(text), strict=True) if any(cell.strip() for cell in row)
        ]
    except csv.Error:
        raise BadListError("not CSV") from None
    if not rows:
        return
    head = [cell.strip().lower() for cell in rows[0]]
    named = [at for at, cell in enumerate(head) if cell in COLUMNS]
    column, first = (named[0], 1) if named else (0, 0)
    if not named and len(head) != 1:
        raise BadListError("no column of hashes")
    for row in rows[first:]:
        if len(row) <= column:
            raise BadListError("a row is too short")
        yield row[column]
