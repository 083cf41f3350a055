"""The benchmark of exact search runs at a small size and compares its answers; nothing is timed against a limit."""

import pytest

from benchmarks import fingerprints_search


@pytest.mark.parametrize("data", ["random", "clustered"])
def test_every_part_runs_and_finds_what_faiss_finds(data: str) -> None:
    found = fingerprints_search.measure(data, 100_000, 1, 200, files=data == "random")
    assert found["hashes"] == 100_000
    assert found["hits compared"] >= 100, "every planted hash at least"
    assert "| hashes | 100000 |" in fingerprints_search.table({data: found})


def test_as_many_bits_are_flipped_as_were_asked_for() -> None:
    rng = fingerprints_search.np.random.default_rng(1)
    hashes, bits = fingerprints_search.random(300, rng), fingerprints_search.np.arange(300) % 257
    copies = fingerprints_search.flipped(hashes, bits, rng)
    assert (fingerprints_search.np.bitwise_count(hashes ^ copies).sum(1) == bits).all()
