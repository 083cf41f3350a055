"""An index finds exactly what comparing with everything finds, at every radius, whichever way it goes."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import faiss
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recourse.fingerprints.errors import BadHashesError, FingerprintError
from recourse.fingerprints.search import Hits, Index, from_hex
from tests.fingerprints.search import banks

RADII = range(32)


@pytest.mark.parametrize("threads", [1, 2])
def test_every_radius_and_way_equals_comparing_with_everything(way: str, threads: int) -> None:
    hashes = banks.clustered(3000)
    ids = np.random.default_rng(7).permutation(len(hashes)) * 3
    queries = np.concatenate((banks.flipped(hashes[:60], np.arange(60) % 33), banks.random(5, 99)))
    index = Index.build(hashes, ids, threads=threads)
    for radius in RADII:
        hits = index.search(queries, radius=radius, limit=None, threads=threads)
        assert banks.found(hits) == banks.brute(queries, hashes, ids, radius), (way, radius)
        assert not hits.overflow.any()


def bits_flipped(bits: list[int]) -> bytes:
    number = 0
    for bit in bits:
        number ^= 1 << bit
    return number.to_bytes(32, "little")


# Differences that sit anywhere round the ring: spread, in one chunk, across the seam from the last to the first.
spread = st.lists(st.integers(0, 255), max_size=34, unique=True)
bunched = st.builds(
    lambda first, steps: [(first + step) % 256 for step in steps],
    st.integers(0, 255),
    st.lists(st.integers(0, 47), max_size=34, unique=True),
)
hashes_near_one = st.lists(st.one_of(spread, bunched).map(bits_flipped), min_size=1, max_size=40)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(differences=hashes_near_one, base=st.binary(min_size=32, max_size=32), radius=st.integers(0, 31))
def test_wherever_the_bits_differ(way: str, differences: list[bytes], base: bytes, radius: int) -> None:
    hashes = np.frombuffer(b"".join(differences), np.uint8).reshape(-1, 32) ^ np.frombuffer(base, np.uint8)
    queries = np.concatenate((np.frombuffer(base, np.uint8).reshape(1, 32), hashes))
    hits = Index.build(hashes, threads=1).search(queries, radius=radius, limit=None)
    assert banks.found(hits) == banks.brute(queries, hashes, np.arange(len(hashes)), radius)


def test_a_bank_of_a_hundred_thousand_equals_faiss() -> None:
    hashes = np.concatenate((banks.random(90_000), banks.clustered(10_000)))
    queries = np.concatenate((banks.flipped(hashes[::500], np.arange(200) % 34), banks.clustered(100, 8)))
    flat = faiss.IndexBinaryFlat(256)
    flat.add(hashes)
    borders, distances, labels = flat.range_search(queries, 32)  # strictly below
    rows = np.repeat(np.arange(len(queries)), np.diff(borders.astype(np.int64)))
    theirs = set(zip(rows.tolist(), labels.tolist(), distances.astype(int).tolist(), strict=True))
    ours = Index.build(hashes).search(queries, limit=None, threads=2)
    assert banks.found(ours) == theirs
    assert len(theirs) > len(queries)


def test_an_empty_bank_finds_nothing() -> None:
    index = Index.build(np.empty((0, 32), np.uint8), [])
    hits = index.search(banks.random(3))
    assert (len(index), index.distinct, len(hits), hits.overflow.tolist()) == (0, 0, 0, [False] * 3)


@pytest.mark.parametrize("way", ["single", "batch", "crowded"], indirect=True)
def test_an_empty_bank_with_columns_finds_nothing(way: str) -> None:
    assert len(Index.build(np.empty((0, 32), np.uint8)).search(banks.random(3))) == 0


def test_a_bank_of_one_hash_finds_it(way: str) -> None:
    only = banks.random(1)
    index = Index.build(only, [17])
    assert banks.found(index.search(banks.flipped(only, 31))) == {(0, 17, 31)}
    assert banks.found(index.search(banks.flipped(only, 32))) == set()


def test_no_query_has_no_answer(way: str) -> None:
    hits = Index.build(banks.random(10)).search(np.empty((0, 32), np.uint8), threads=2)
    assert (len(hits), len(hits.overflow)) == (0, 0)


def test_equal_hashes_are_held_once_and_all_their_ids_are_found(way: str) -> None:
    three = banks.random(3)
    hashes = three[[0, 1, 0, 2, 0, 1]]
    index = Index.build(hashes, [5, 6, 7, 8, 9, 5])
    assert (len(index), index.distinct) == (6, 3)
    hits = index.search(three)
    assert [sorted(hits.of(q)[0].tolist()) for q in range(3)] == [[5, 7, 9], [5, 6], [8]]


def test_the_order_of_hashes_does_not_matter(way: str) -> None:
    hashes, order = banks.clustered(500), np.random.default_rng(3).permutation(500)
    queries = hashes[:40]
    first = Index.build(hashes, np.arange(500)).search(queries, limit=None)
    second = Index.build(hashes[order], order).search(queries, limit=None)
    assert banks.found(first) == banks.found(second)


def test_hashes_that_differ_in_their_last_bytes_only_are_sorted_and_found(way: str) -> None:
    hashes = np.zeros((600, 32), np.uint8)
    hashes[:, 30] = np.arange(600) // 256
    hashes[:, 31] = np.arange(600) % 256
    queries = hashes[[0, 255, 599]]
    hits = Index.build(hashes[::-1].copy(), np.arange(600)[::-1]).search(queries, radius=3, limit=None)
    assert banks.found(hits) == banks.brute(queries, hashes, np.arange(600), 3)


@pytest.mark.parametrize("limit", [1, 5, 299, 300, 301])
def test_what_a_limit_leaves_out_is_said(way: str, limit: int) -> None:
    centre = banks.random(1)
    crowd = banks.flipped(np.repeat(centre, 300, axis=0), np.arange(300) % 16)
    hashes = np.concatenate((crowd, banks.random(300, 5)))
    queries = np.concatenate((hashes[400:401], centre, hashes[401:402]))
    hits = Index.build(hashes).search(queries, limit=limit)
    assert hits.overflow.tolist() == [False, limit < 300, False]
    assert len(hits.of(1)[0]) == min(limit, 300)
    whole = banks.brute(queries, hashes, np.arange(600), 31)
    assert banks.found(hits) <= whole
    assert {hit for hit in banks.found(hits) if hit[0] != 1} == {hit for hit in whole if hit[0] != 1}


def test_a_limit_counts_entries_and_not_hashes(way: str) -> None:
    hashes = np.repeat(banks.random(2), [7, 3], axis=0)
    hits = Index.build(hashes).search(hashes[[0, 9]], limit=3)
    assert [len(hits.of(q)[0]) for q in range(2)] == [3, 3]
    assert hits.overflow.tolist() == [True, False]


def test_more_hits_than_there_is_room_for(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recourse.fingerprints.search.searching.ROOM", 2)
    hashes = banks.clustered(2000)
    hits = Index.build(hashes).search(hashes[:50], limit=None)
    assert banks.found(hits) == banks.brute(hashes[:50], hashes, np.arange(2000), 31)


@pytest.mark.parametrize("largest", [2**32 - 1, 2**32, 2**63 - 1])
def test_ids_of_any_size_come_back(way: str, largest: int) -> None:
    hashes = banks.random(3)
    hits = Index.build(hashes, np.array([0, largest, 1], np.uint64)).search(hashes)
    assert hits.id.tolist() == [0, largest, 1]
    assert hits.id.dtype == np.int64


def test_an_index_is_searched_by_many_threads_at_once(way: str) -> None:
    hashes = banks.clustered(3000)
    index = Index.build(hashes)
    parts = [hashes[k::8][:40] for k in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda part: index.search(part, limit=None), parts * 4))
    for part, answer in zip(parts * 4, answers, strict=True):
        assert banks.found(answer) == banks.brute(part, hashes, np.arange(3000), 31)


def test_the_caller_may_change_its_arrays_afterwards(way: str) -> None:
    hashes, ids = banks.random(50), np.arange(50)
    index = Index.build(hashes, ids)
    queries = hashes.copy()
    hashes[:] = 0
    ids[:] = 0
    assert banks.found(index.search(queries, radius=0)) == {(k, k, 0) for k in range(50)}


def test_hashes_come_from_hexadecimal_digits() -> None:
    texts = ["00" * 31 + "ff", "F0" * 32]
    assert [row.tobytes().hex() for row in from_hex(texts)] == [text.lower() for text in texts]
    assert from_hex([]).shape == (0, 32)


@pytest.mark.parametrize(
    "text", ["", "00", "0" * 63, "0" * 65, "g" * 64, "00 " * 32, "\u0660" * 64, None, b"0" * 64]
)
def test_a_hash_that_is_none_is_refused_and_not_repeated(text: Any) -> None:
    with pytest.raises(BadHashesError) as refused:
        from_hex(["00" * 32, text])
    assert str(refused.value) == "a hash is 64 hexadecimal digits"


GOOD = banks.random(4)


@pytest.mark.parametrize(
    "call",
    [
        lambda: Index.build(GOOD.astype(np.int16)),
        lambda: Index.build(GOOD[:, :31]),
        lambda: Index.build(GOOD[0]),
        lambda: Index.build([["a"]]),
        lambda: Index.build(GOOD, [1, 2, 3]),
        lambda: Index.build(GOOD, [1, 2, 3, -1]),
        lambda: Index.build(GOOD, [1, 2, 3, 2**63]),
        lambda: Index.build(GOOD, [1.0, 2.0, 3.0, 4.0]),
        lambda: Index.build(GOOD, [[1, 2, 3, 4]]),
        lambda: Index.build(GOOD, threads=0),
        lambda: Index.build(GOOD).search(GOOD, radius=-1),
        lambda: Index.build(GOOD).search(GOOD, radius=32),
        lambda: Index.build(GOOD).search(GOOD, limit=0),
        lambda: Index.build(GOOD).search(GOOD, threads=0),
        lambda: Index.build(GOOD).search(GOOD[0]),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_code(call: Any) -> None:
    with pytest.raises(FingerprintError) as refused:
        call()
    assert refused.value.code == "bad_hashes"


def test_arrays_that_lie_badly_in_memory_are_taken(way: str) -> None:
    wide = np.zeros((40, 33), np.uint8)
    wide[:, 1:] = banks.random(40)
    raw = bytearray(b"?") + wide[:, 1:].tobytes()
    crooked = np.frombuffer(raw, np.uint8, offset=1).reshape(40, 32)
    for hashes in (wide[:, 1:], crooked, np.asfortranarray(wide[:, 1:])):
        hits = Index.build(hashes).search(hashes, radius=0)
        assert isinstance(hits, Hits)
        assert banks.found(hits) == {(k, k, 0) for k in range(40)}


def test_it_says_how_large_it_is() -> None:
    index = Index.build(banks.random(5000))
    assert 5000 * 124 < index.nbytes < 5000 * 128 + (9 << 20)
