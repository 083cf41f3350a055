"""How often an unrelated picture is taken for a copy, and how many copies are found: by the whole, borders off, crops.

    python -m benchmarks.fingerprints_false --write        # 30,000 pictures in the bank, 30,000 others asked for

The bank holds pictures of six kinds (`benchmarks.pictures`), by one hash each or by the bundle of 29. Asked for are
other pictures, a third of them in frames, as they are or also without their borders: whatever is found is false.
Hashes of a quality below 50 are left out, as everywhere. Found and asked pairs give the rate; times a million it is
what one question meets in a bank of a million pictures. Copies are the bank's own pictures, cut or framed.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks import figures
from benchmarks.pictures import KINDS, Bytes, cut, drawn, framed
from recourse.fingerprints.pdq.hashing import GOOD, look
from recourse.fingerprints.pictures import borders, crops
from recourse.fingerprints.pixels import Pixels
from recourse.fingerprints.search import Hits, Index

MILLION: Final = 10**6
OTHERS: Final = 10**9  # numbers of pictures that are not in the bank begin here
BANKS: Final = {"one hash": 1, "bundle of 29": 29}
WAYS: Final = {"as it is": 1, "also without borders": 2}


@dataclass(frozen=True, slots=True)
class Hashes:
    """Hashes good enough to match, uint8[n, 32]; the picture of each; and its place among that picture's hashes."""

    hashes: Bytes
    picture: npt.NDArray[np.int64]
    place: npt.NDArray[np.int64]

    @classmethod
    def of(cls, pictures: Iterable[Iterable[Pixels | None]]) -> Hashes:
        """Hash the parts of each picture, in turn."""
        rows = [
            (pdq.hash, number, place)
            for number, parts in enumerate(pictures)
            for place, part in enumerate(parts)
            if part and (pdq := look(part).pdq).quality >= GOOD
        ]
        packed = np.frombuffer(b"".join(row[0] for row in rows), np.uint8).reshape(-1, 32)
        return cls(packed, *(np.array([row[k] for row in rows], np.int64) for k in (1, 2)))

    def first(self, places: int) -> Hashes:
        """Keep those at the first places."""
        kept = self.place < places
        return Hashes(self.hashes[kept], self.picture[kept], self.place[kept])


def bundle(picture: Bytes) -> Iterable[Pixels]:
    """Yield the picture and its 28 crops."""
    for box in crops.boxes(picture.shape[1], picture.shape[0]):
        yield Pixels(np.ascontiguousarray(picture[box.top : box.bottom, box.left : box.right]))


def query(picture: Bytes) -> tuple[Pixels, Pixels | None]:
    """Return the picture, and what is inside its borders."""
    whole = Pixels(picture)
    return whole, borders.trimmed(whole)


def pairs(hits: Hits, asked: Hashes) -> npt.NDArray[np.int64]:
    """Return the pairs of pictures that were found, int64[n, 2]: asked, in the bank; each once."""
    return np.unique(np.stack((asked.picture[hits.query], hits.id), axis=1), axis=0)


def measure(count: int, copies: int) -> list[str]:
    """Measure with `count` pictures in the bank and as many others; return the lines of two tables."""
    bank = Hashes.of(bundle(drawn(k)) for k in range(count))
    others = Hashes.of(query(other(k)) for k in range(count))
    made = {
        "cut by up to a fifth": Hashes.of(query(cut(drawn(k), k)) for k in range(copies)),
        "in a frame or between bars": Hashes.of(query(framed(drawn(k), k)) for k in range(copies)),
    }
    rows = []
    for (kept, places), (way, parts) in product(BANKS.items(), WAYS.items()):
        held = bank.first(places)
        index = Index.build(held.hashes, held.picture)
        false = found(index, others.first(parts))
        shares = [
            share_found(index, copy.first(parts), bank.picture[bank.place == 0], copies)
            for copy in made.values()
        ]
        rows.append([kept, way, *rate(false, bank, others), *shares])
    heads = [
        "in the bank",
        "asked",
        "false, at a million",
        "95 %",
        "with a false one, %",
        *(f"{name}, %" for name in made),
    ]
    worst = by_kind(Index.build(bank.hashes, bank.picture), others)
    return [*table([heads, *rows]), "", *table([["kind", "false, at a million of the same kind"], *worst])]


def other(number: int) -> Bytes:
    """Return a picture that is not in the bank; every third is framed."""
    picture = drawn(OTHERS + number)
    return picture if number // len(KINDS) % 3 else framed(picture, number)


def found(index: Index, asked: Hashes) -> npt.NDArray[np.int64]:
    """Search, and return the pairs."""
    return pairs(index.search(asked.hashes, limit=None), asked)


def rate(false: npt.NDArray[np.int64], bank: Hashes, asked: Hashes) -> tuple[str, str, str]:
    """Return false matches a question at a million, the bounds of 95 % (Poisson), and the share that has one here."""
    held, questions = (len(np.unique(one.first(1).picture)) for one in (bank, asked))
    scale = MILLION / (held * questions)
    low, high = (scale * bound for bound in poisson(len(false)))
    share = 100 * len(np.unique(false[:, 0])) / questions
    return f"{len(false) * scale:.3g}", f"{low:.2g} to {high:.2g}", f"{share:.3g}"


def poisson(count: int) -> tuple[float, float]:
    """Return bounds of 95 % of a rare event that was seen `count` times (exact at 0, else Byar's approximation)."""
    if count == 0:
        return 0.0, -math.log(0.05)

    def bound(seen: int, side: int) -> float:
        return seen * (1 - 1 / (9 * seen) + side * 1.96 / (3 * math.sqrt(seen))) ** 3

    return bound(count, -1), bound(count + 1, 1)


def share_found(index: Index, copy: Hashes, known: npt.NDArray[np.int64], count: int) -> str:
    """Return how many percent of the copies of pictures that are held find their original."""
    there = {int(k) for k in known if k < count}
    matched = {int(asked) for asked, held in found(index, copy) if asked == held}
    return f"{100 * len(matched & there) / max(1, len(there)):.1f}"


def by_kind(index: Index, others: Hashes) -> list[list[str]]:
    """Return for each kind the false matches among pictures of that kind alone, at a million, with every help on."""
    false = found(index, others)
    kinds = len(KINDS)
    held = np.bincount(np.unique(np.asarray(index.tables.ids, np.int64)) % kinds, minlength=kinds)
    asked = np.bincount(np.unique(others.picture) % kinds, minlength=kinds)
    first = OTHERS % kinds
    rows = []
    for kind, name in enumerate(KINDS):
        mine = (kind - first) % kinds
        same = ((false[:, 0] % kinds == mine) & (false[:, 1] % kinds == kind)).sum()
        rows.append([name, f"{same * MILLION / max(1, held[kind] * asked[mine]):.3g}"])
    return rows


def table(rows: list[list[str]]) -> list[str]:
    """Return rows as a table in Markdown, the first as its head."""
    lines = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return [f"| {' | '.join(line)} |" for line in lines]


def section(count: int, copies: int) -> str:
    """Measure; return the section of the page of figures."""
    head = f"""\
## False matches

Measured {datetime.now(UTC):%d %B %Y}, `python -m benchmarks.fingerprints_false --write`: {count:,} drawn pictures of
six kinds in the bank, {count:,} others asked for, a third of them framed; radius 31, quality from 50. "At a million" is
the mean number of false matches of one question in a bank of a million such pictures, with its bounds of 95 %; "with a
false one" is the share of questions in this bank. The last columns are copies that were found, of {copies:,} cut and
{copies:,} framed ones. Drawn pictures are no photographs: who has a lawful collection measures there.
"""
    return "\n".join([head, *measure(count, copies)])


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=30_000)
    parser.add_argument("--copies", type=int, default=3_000)
    parser.add_argument("--write", action="store_true", help=f"put the section into {figures.TARGET.name}")
    chosen = parser.parse_args()
    text = section(chosen.count, chosen.copies)
    print(text)
    if chosen.write:
        figures.put(text)


if __name__ == "__main__":
    main()
