"""Lists of hashes as people have them: what `recourse hash` prints, one hash a line, CSV, and StopNCII's format.

* Text: a hash a line, as `HASH`, `pdq HASH` or `HASH<TAB>quality<TAB>name`.
* CSV: the first line may name the columns; else the hash is where it looks like one.
* JSON, whole or a document a line: objects with `pdq`, or with `frames` as `recourse hash --json` prints videos;
  pages of StopNCII's `FetchHashes`, where a later record replaces an earlier one and a withdrawn hash is none.

Hashes with one name are one item: the frames of a video. Without a name, a hash is its own item and name.
Refuses: to drop a line and say nothing. What is no hash is counted, and its first line is told.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.errors import BadHashesError
from recourse.fingerprints.pdq.hashing import GOOD
from recourse.fingerprints.search import from_hex

_HASH: Final = re.compile(r"[0-9a-fA-F]{64}")
_QUALITY: Final = re.compile(r"[0-9]{1,3}")
_LONGEST_LINE: Final = 100_000  # of CSV; the reader refuses longer fields
_HASH_COLUMNS: Final = ("pdq", "hash", "hashvalue", "hash_value")
_NAME_COLUMNS: Final = ("name", "id", "label", "path")
_WITHDRAWN: Final = {"Withdrawn", "Deleted"}


@dataclass(frozen=True, slots=True)
class Row:
    """One hash of a list. A record of an exchange replaces the earlier record of the same hash."""

    hash: str
    name: str
    quality: int = GOOD
    record: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class HashList:
    """Hashes, uint8[n, 32]; the item that each belongs to, int64[n]; the items' names; and what was left out."""

    hashes: npt.NDArray[np.uint8]
    items: npt.NDArray[np.int64]
    names: tuple[str, ...]
    flat: int = 0  # hashes of a quality below 50: they look alike, and must not be matched
    left_out: int = 0  # lines and records that are no PDQ hash
    first_left_out: int = 0  # the first of them, counted from 1


def read(text: str) -> HashList:
    """Read a list in any of the formats above.

    Raises:
        BadHashesError: there is no hash in it, nor the record of a withdrawn one.
    """
    rows: list[Row] = []
    records: dict[str, Row] = {}
    wrong: list[int] = []
    for number, row in enumerate(_rows(text), start=1):
        if row is None:
            wrong.append(number)
        elif row.record:
            records[row.hash] = row
        else:
            rows.append(row)
    if not rows and not records:
        raise BadHashesError("there is no PDQ hash in it: 64 hexadecimal digits a line, CSV or JSON")
    live = [*rows, *(row for row in records.values() if not row.withdrawn)]
    good = [row for row in live if row.quality >= GOOD]
    numbers: dict[str, int] = {}
    items = [numbers.setdefault(row.name, len(numbers)) for row in good]
    return HashList(
        from_hex(row.hash for row in good),
        np.array(items, np.int64),
        tuple(numbers),
        len(live) - len(good),
        len(wrong),
        wrong[0] if wrong else 0,
    )


def _rows(text: str) -> Iterator[Row | None]:
    """Yield the rows, and None for each line or record that is none."""
    text = text.removeprefix("\ufeff")
    lines = text.split("\n")  # not splitlines: a name may hold what Unicode calls a line end
    first = next((line.strip() for line in lines if line.strip()), "")
    if first[:1] in {"{", "["}:
        yield from _of_json(text, lines)
    elif "," in first.partition("\t")[0]:
        yield from _of_csv(lines)
    else:
        for line in lines:
            if line.strip() and not line.startswith(("error\t", "#")):
                yield _of_text(line.rstrip("\r"))


def _of_text(line: str) -> Row | None:
    parts = line.split("\t", 2)
    if len(parts) == 3 and parts[1].isdecimal():  # noqa: PLR2004 - as `recourse hash` prints
        return _row(parts[0], parts[2], parts[1])
    kind, _, rest = line.strip().partition(" ")
    return _row(rest if kind.lower() == "pdq" else line)


def _of_csv(lines: list[str]) -> Iterator[Row | None]:
    table = (cells for line in lines for cells in csv.reader([line[:_LONGEST_LINE]]) if any(cells))
    first = next(table, [""])
    names = [cell.strip().lower() for cell in first]
    found = next((place for place, cell in enumerate(first) if _HASH.fullmatch(cell.strip())), -1)
    if found >= 0:
        yield _row(first[found])
        names = []
    else:
        found = next((names.index(name) for name in _HASH_COLUMNS if name in names), 0)
    for cells in table:
        cell = dict(zip(names, cells, strict=False))
        name = next((cell[one] for one in _NAME_COLUMNS if cell.get(one)), "")
        yield _row(cells[found] if found < len(cells) else "", name, cell.get("quality", ""))


def _of_json(text: str, lines: Iterable[str]) -> Iterator[Row | None]:
    try:
        documents: Iterable[Any] = [json.loads(text)]
    except (ValueError, RecursionError):
        documents = (_document(line) for line in lines if line.strip())
    for document in documents:
        records = document if isinstance(document, list) else [document]
        for record in records:
            yield from _of_record(record)


def _document(line: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _of_record(record: Any) -> Iterator[Row | None]:  # noqa: ANN401 - same
    if not isinstance(record, dict):
        yield None
    elif isinstance(record.get("hashRecords"), list):
        for one in record["hashRecords"]:
            yield from _of_record(one)
    elif "hashValue" in record:
        if str(record.get("signalType", "ImagePDQ")).endswith("ImagePDQ"):
            state = record.get("hashStatus") in _WITHDRAWN
            yield _row(record["hashValue"], record=True, withdrawn=state)
    elif "error" not in record and "scan" not in record:
        name = next((str(record[one]) for one in _NAME_COLUMNS if record.get(one)), "")
        frames = record["frames"] if isinstance(record.get("frames"), list) else [record]
        for frame in frames:
            told = frame if isinstance(frame, dict) else {}
            yield _row(told.get("pdq"), name, told.get("quality", ""))


def _row(
    hash_: object, name: str = "", quality: object = "", *, record: bool = False, withdrawn: bool = False
) -> Row | None:
    """Make a row of what stood in a list; None where that is no hash."""
    digits = str(hash_).strip().lower()
    if not _HASH.fullmatch(digits):
        return None
    grade = int(str(quality)) if _QUALITY.fullmatch(str(quality).strip()) else GOOD
    return Row(digits, name or digits, grade, record, withdrawn)
