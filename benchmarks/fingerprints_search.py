"""Exact search beside faiss, on the same hashes and queries, in one run.

    python -m benchmarks.fingerprints_search                       # 10^7, random and clustered
    python -m benchmarks.fingerprints_search --count 100000000 --data random --rounds 3

Half of the queries are copies of stored hashes with 0 to 31 bits flipped, half are random. "Clustered" is 60 % random
and 40 % copies of 6,000 hashes with 0 to 88 bits flipped, by Zipf 1.3: one hash in ten is a copy of the same one, and
a planted query has some 3,600 hits at 10^7. faiss (IndexBinaryFlat, one thread) answers the first queries of the
same batch, and every hit and distance is compared. Figures are medians of rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from recourse.fingerprints.search import Hits, Index, LiveIndex

Bytes = npt.NDArray[np.uint8]

CENTRES, ZIPF, NOISE = 6000, 1.3, 88
BLOCK = 1 << 16
START = """
import sys, time
started = time.perf_counter()
import numpy as np
from recourse.fingerprints.search import Index
Index.open(sys.argv[1]).search(np.zeros((1, 32), np.uint8))
"""


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def random(count: int, rng: np.random.Generator) -> Bytes:
    """Make hashes of independent bits."""
    return rng.integers(0, 1 << 64, (count, 4), dtype=np.uint64).view(np.uint8)


def flipped(hashes: Bytes, bits: npt.NDArray[np.int64], rng: np.random.Generator) -> Bytes:
    """Copy hashes, each with exactly so many bits flipped."""
    copies = hashes.copy()
    for first in range(0, len(copies), BLOCK):
        rows = slice(first, first + BLOCK)
        ranks = rng.random((len(copies[rows]), 256), np.float32).argsort(1).argsort(1)
        copies[rows] ^= np.packbits(ranks < bits[rows, None], axis=1)
    return copies


def clustered(count: int, rng: np.random.Generator) -> Bytes:
    """Make 60 % random hashes and 40 % noisy copies, in random order."""
    centres = flipped(np.zeros((CENTRES, 32), np.uint8), np.full(CENTRES, 128), rng)
    weights = np.arange(1, CENTRES + 1) ** -ZIPF
    copies = count * 2 // 5
    chosen = rng.choice(CENTRES, copies, p=weights / weights.sum())
    hashes = random(count, rng)
    for first in range(0, copies, 16 * BLOCK):
        rows = slice(first, min(first + 16 * BLOCK, copies))
        noise = rng.integers(0, NOISE + 1, rows.stop - rows.start)
        hashes[rows] = flipped(centres[chosen[rows]], noise, rng)
    rng.shuffle(hashes)
    return hashes


def asked(hashes: Bytes, count: int, rng: np.random.Generator) -> Bytes:
    """Make queries: every other one planted, at distances 0 to 31."""
    queries = random(count, rng)
    planted = hashes[rng.integers(0, len(hashes), -(-count // 2))]
    queries[::2] = flipped(planted, np.arange(len(planted)) % 32, rng)
    return queries


def hits_of(hits: Hits) -> set[tuple[int, int, int]]:
    """List hits in a form that can be compared."""
    return set(zip(hits.query.tolist(), hits.id.tolist(), hits.distance.tolist(), strict=True))


def beside_faiss(index: Index, queries: Bytes, rounds: int) -> dict[str, Any]:
    """Let faiss answer the same queries from the same hashes; raise AssertionError if any hit differs."""
    faiss.omp_set_num_threads(1)
    flat = faiss.IndexBinaryFlat(256)
    flat.add(index.tables.entries.view(np.uint8))
    spent, found = [], None
    for _ in range(rounds):
        started = time.perf_counter()
        found = flat.range_search(queries, 32)
        spent.append(time.perf_counter() - started)
    borders, distances, labels = found
    rows = np.repeat(np.arange(len(queries)), np.diff(borders.astype(np.int64)))
    ids = index.tables.ids[labels]
    theirs = set(zip(rows.tolist(), ids.tolist(), distances.astype(int).tolist(), strict=True))
    ours = hits_of(index.search(queries, limit=None))
    assert ours == theirs, "the answers differ"  # noqa: S101 - a benchmark's own check, here and below
    return {"faiss BinaryFlat, 1 thread, queries/s": rate(len(queries), spent), "hits compared": len(ours)}


def rate(count: int, spent: list[float]) -> float:
    """Return how many a second at the median, to four digits."""
    return float(f"{count / median(spent):.4g}")


def searching(index: Index, queries: Bytes, rounds: int, singles: int) -> dict[str, Any]:
    """Measure batches with one and two threads, and one query at a time."""
    found: dict[str, Any] = {}
    for threads in (1, 2):
        index.search(queries[:9000], limit=None, threads=threads)
        spent = [
            seconds(lambda threads=threads: index.search(queries, limit=None, threads=threads))
            for _ in range(rounds)
        ]
        found[f"batches of {len(queries)}, {threads} thread{'s' * (threads > 1)}, queries/s"] = rate(
            len(queries), spent
        )
    few = [queries[k : k + 1] for k in range(singles)]
    spent = [seconds(lambda: [index.search(one, limit=None) for one in few]) for _ in range(rounds)]
    found["one at a time, queries/s"] = rate(singles, spent)
    hits = index.search(queries, limit=None)
    found["hits a query"] = round(len(hits) / len(queries), 1)
    missed = set(range(0, len(queries), 2)) - set(hits.query.tolist())
    assert not missed, "a planted hash was missed"  # noqa: S101
    return found


def changing(index: Index, rng: np.random.Generator, times: int) -> dict[str, Any]:
    """Measure from the call that adds (or withdraws) to the end of the search that finds it (or not)."""
    live = LiveIndex(index, rebuild_after=None)
    added, withdrawn = [], []
    for hash_, id_ in zip(random(times, rng), range(1 << 40, (1 << 40) + times), strict=True):
        one = hash_.reshape(1, 32)
        started = time.perf_counter()
        live.add(one, [id_])
        there = id_ in live.search(one).of(0)[0]
        added.append(time.perf_counter() - started)
        started = time.perf_counter()
        live.withdraw([id_])
        still = id_ in live.search(one).of(0)[0]
        withdrawn.append(time.perf_counter() - started)
        assert there, "an added hash was not found"  # noqa: S101
        assert not still, "a withdrawn hash was found"  # noqa: S101
    return {
        "added and found, ms, median and worst": [round(1e3 * f(added), 2) for f in (median, max)],
        "withdrawn and not found, ms, median and worst": [
            round(1e3 * f(withdrawn), 2) for f in (median, max)
        ],
    }


def in_a_file(index: Index, folder: Path) -> dict[str, Any]:
    """Measure writing, opening with and without looking at every byte, and a fresh process that opens and searches."""
    path = folder / "bank.index"
    found = {"written, s": round(seconds(lambda: index.write(path)), 2)}
    found["opened and verified, s"] = round(median(seconds(lambda: Index.open(path)) for _ in range(3)), 2)
    found["opened without, s"] = round(
        median(seconds(lambda: Index.open(path, verify=False)) for _ in range(3)), 3
    )
    path.unlink()
    Index.build(index.tables.words[:10_000].view(np.uint8)).write(path)
    fresh = [
        seconds(lambda: subprocess.run([sys.executable, "-c", START, path], check=True)) for _ in range(5)
    ]
    found["fresh process with 10,000 hashes, s"] = round(median(fresh), 2)
    return found


def measure(data: str, count: int, rounds: int, peers: int, *, files: bool) -> dict[str, Any]:
    """Measure one kind of data."""
    rng = np.random.default_rng(41)
    hashes = random(count, rng) if data == "random" else clustered(count, rng)
    queries = asked(hashes, min(32_768 if data == "random" else 4_096, max(256, count // 8)), rng)
    Index.build(hashes[:5000]).search(queries[:200])  # machine code is loaded
    started = time.perf_counter()
    index = Index.build(hashes, threads=2)
    found: dict[str, Any] = {"hashes": len(index), "different": index.distinct}
    found["build, 2 threads, s"] = round(time.perf_counter() - started, 2)
    found["index with hashes, GiB"] = round(index.nbytes / 2**30, 3)
    found["peak of the process while building, GiB"] = round(
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2
    )
    del hashes
    if count <= 10**7:
        stored = index.tables.words.view(np.uint8)
        again = [seconds(partial(Index.build, stored, threads=threads)) for threads in (1, 2)]
        found["build again, 1 and 2 threads, s"] = [round(spent, 2) for spent in again]
    found |= searching(index, queries, rounds, min(2000, len(queries)))
    found |= beside_faiss(index, queries[:peers], min(3, rounds))
    found |= changing(index, rng, 200)
    if files:
        with tempfile.TemporaryDirectory() as folder:
            found |= in_a_file(index, Path(folder))
    return found


def table(measured: dict[str, dict[str, Any]]) -> str:
    """Return the figures as a table in Markdown."""
    rows = list(dict.fromkeys(name for found in measured.values() for name in found))
    lines = [["what", *measured], ["---"] * (1 + len(measured))]
    lines += [[name, *(str(found.get(name, "")) for found in measured.values())] for name in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Measure, print the table and one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=10**7)
    parser.add_argument("--data", choices=("random", "clustered", "both"), default="both")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--peers", type=int, default=96, help="queries that faiss answers as well")
    parser.add_argument("--no-files", action="store_true", help="measure nothing on the disk")
    chosen = parser.parse_args()
    kinds = ("random", "clustered") if chosen.data == "both" else (chosen.data,)
    load = os.getloadavg()[0]
    found = {
        kind: measure(kind, chosen.count, chosen.rounds, chosen.peers, files=not chosen.no_files)
        for kind in kinds
    }
    print(f"load before the run {load:.2f}")
    print(table(found))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
