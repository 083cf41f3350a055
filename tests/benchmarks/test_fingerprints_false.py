"""The benchmark of false matches counts what it says, at a thousandth of its size."""

import numpy as np
import pytest
from benchmarks.pictures import KINDS, drawn

from benchmarks import fingerprints_false as false
from recourse.fingerprints.pixels import Pixels
from recourse.fingerprints.search import Index


def test_every_way_is_measured_and_the_bundle_finds_more_cut_copies() -> None:
    lines = false.measure(60, 24)
    shares = {tuple(line.split(" | ")[:2]): float(line.split(" | ")[5]) for line in lines[2:6]}
    assert len(shares) == 4
    assert shares["| bundle of 29", "as it is"] > shares["| one hash", "as it is"]
    assert [line.split(" | ")[0] for line in lines[-6:]] == [f"| {kind}" for kind in KINDS]


def test_a_false_match_is_counted_once_for_a_pair_of_pictures() -> None:
    pages = [drawn(3), drawn(9)]
    bank = false.Hashes.of([list(false.bundle(picture)) for picture in pages])
    asked = false.Hashes.of([(Pixels(pages[0]), Pixels(pages[0]))])
    found = false.found(Index.build(bank.hashes, bank.picture), asked)
    assert found.tolist() == [[0, 0]]
    assert false.rate(found, bank, asked)[0] == "5e+05", "one of two pictures, at a million"


def test_the_kinds_of_a_pair_are_told_by_their_numbers() -> None:
    first = false.OTHERS % len(KINDS)
    assert drawn(false.OTHERS).tolist() != drawn(first).tolist()
    page = list(KINDS).index("page")
    picture = Pixels(drawn(page))
    bank = false.Hashes(*(np.array(x) for x in ([list(false.look(picture).pdq.hash)], [page], [0])))
    bank = false.Hashes(bank.hashes.astype(np.uint8), bank.picture, bank.place)
    asked = false.Hashes(bank.hashes, np.array([(page - first) % len(KINDS)]), bank.place)
    rows = dict(false.by_kind(Index.build(bank.hashes, bank.picture), asked))
    assert rows.pop("page") == "1e+06"
    assert set(rows.values()) == {"0"}


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0, 2.996), (1, 0.025, 5.57), (10, 4.795, 18.39), (100, 81.36, 121.6)]
)
def test_bounds_are_those_of_poisson(count: int, low: float, high: float) -> None:
    assert false.poisson(count) == pytest.approx((low, high), rel=0.05, abs=0.02)
