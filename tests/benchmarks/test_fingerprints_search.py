"""The benchmark of exact search runs at a small size and compares its answers; nothing is timed against a limit."""

import numpy as np
import pytest

from benchmarks import fingerprints_search, hashes


@pytest.mark.parametrize("data", ["random", "clustered"])
def test_every_part_runs_and_finds_what_faiss_finds(data: str) -> None:
    found = fingerprints_search.measure(data, 100_000, 1, 200, files=data == "random")
    assert found["hashes"] == 100_000
    assert found["hits compared with faiss"] >= 100, "every planted hash at least"
    page = fingerprints_search.section({data: found}, 0.5)
    assert page.startswith("## Exact search among 100,000 hashes\n")
    assert "| hashes | 100,000 |" in page


def test_as_many_bits_are_flipped_as_were_asked_for() -> None:
    rng = np.random.default_rng(1)
    stored, bits = hashes.random(300, rng), np.arange(300) % 257
    copies = hashes.flipped(stored, bits, rng)
    assert (np.bitwise_count(stored ^ copies).sum(1) == bits).all()
