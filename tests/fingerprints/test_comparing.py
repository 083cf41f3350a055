"""A file against a list: the same as comparing it with each item by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.fingerprints import comparing, lists
from recourse.fingerprints.comparing import Against
from recourse.fingerprints.errors import BadHashesError
from recourse.fingerprints.pdq.hashing import Pdq
from recourse.fingerprints.search import Index
from recourse.fingerprints.videos.bags import compare

BASES = [bytes([n * 37 % 256] * 32) for n in range(5)]


def flipped(base: int, bits: int) -> bytes:
    """A hash so many bits from a base."""
    return (int.from_bytes(BASES[base]) ^ ((1 << bits) - 1)).to_bytes(32)


frames = st.lists(
    st.builds(Pdq, st.builds(flipped, st.integers(0, 4), st.integers(0, 40)), st.sampled_from([49, 50, 100])),
    max_size=8,
)


def video(hashes: list[Pdq]) -> dict[str, Any]:
    return {"kind": "video", "frames": [{"pdq": one.hex(), "quality": one.quality} for one in hashes]}


def against(*items: list[Pdq]) -> Against:
    text = "".join(f"{one.hex()}\t{one.quality}\titem {k}\n" for k, item in enumerate(items) for one in item)
    return Against.of_list(lists.read(text))


@given(frames, st.lists(frames.filter(bool), min_size=1, max_size=4), st.integers(0, 31))
def test_shares_are_those_of_the_bags(file: list[Pdq], items: list[list[Pdq]], radius: int) -> None:
    said = against(*items).compare(video(file), radius)
    got = {match.item: (match.of_file, match.of_item) for match in said.matches}
    for k, item in enumerate(items):
        alike = compare(file, item, distance=radius)
        expected = (alike.of_first, alike.of_second)
        assert got.pop(f"item {k}", (0.0, 0.0)) == pytest.approx(expected)
        assert said.frames == alike.first_frames
    assert not got
    assert list(said.matches) == sorted(said.matches, key=lambda one: (one.distance, -one.of_file, one.item))


def test_a_picture_matches_by_what_is_inside_its_border() -> None:
    bank = against([Pdq(flipped(1, 0), 90)])
    bordered = {
        "pdq": flipped(2, 0).hex(),
        "quality": 100,
        "inner": {"pdq": flipped(1, 3).hex(), "quality": 80},
    }
    match = bank.compare(bordered, 31).matches[0]
    assert (match.item, match.distance, match.of_file, match.of_item) == ("item 0", 3, 100, 100)
    assert not bank.compare({**bordered, "inner": {"pdq": flipped(1, 3).hex(), "quality": 49}}, 31).matches


def test_the_radius_counts_and_is_at_most_31() -> None:
    bank = against([Pdq(flipped(1, 0), 90)])
    assert bank.compare({"pdq": flipped(1, 7).hex(), "quality": 50}, 7).matches
    assert not bank.compare({"pdq": flipped(1, 8).hex(), "quality": 50}, 7).matches
    with pytest.raises(BadHashesError):
        bank.compare({"pdq": flipped(1, 8).hex(), "quality": 50}, 32)


def test_an_index_names_items_by_their_ids_and_says_where_a_share_is_not_known() -> None:
    hashes = np.frombuffer(b"".join(BASES[:3]), np.uint8).reshape(-1, 32)
    bank = Against.of_index(Index.build(hashes, np.array([70, 80, 80])))
    found = {kind: bank.compare({"pdq": BASES[kind].hex(), "quality": 100}, 0).matches for kind in (0, 1)}
    assert [(one.item, one.of_item) for one in found[0]] == [("70", 100.0)]
    assert [(one.item, one.of_item) for one in found[1]] == [("80", None)]


def test_a_flood_of_matches_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "MOST_OF_A_HASH", 3)
    bank = against(*[[Pdq(flipped(1, k), 90)] for k in range(5)])
    said = bank.compare({"pdq": BASES[1].hex(), "quality": 100}, 31)
    assert (len(said.matches), said.overflow) == (3, True)
    monkeypatch.setattr(comparing, "MOST_OF_A_FILE", 3)
    monkeypatch.setattr(comparing, "AT_ONCE", 1)
    twice = video([Pdq(BASES[1], 90)] * 2)
    assert bank.compare(twice, 31).overflow
