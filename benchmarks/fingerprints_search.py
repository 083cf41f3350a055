"""Exact search beside faiss, on the same hashes and queries, in one run.

    python -m benchmarks.fingerprints_search --write               # 10^7, random and clustered
    python -m benchmarks.fingerprints_search --count 100000000 --data random --rounds 3 --no-files --write
    NUMBA_CPU_NAME=haswell NUMBA_CPU_FEATURES= python -m benchmarks.fingerprints_search --no-files --write

`--write` puts a section into RESULTS.md; the third compiles for a processor without AVX-512. Half of the queries are
copies of stored hashes with 0 to 31 bits flipped, half are random. "Clustered" is 60 % random and 40 % copies of 6,000
hashes with 0 to 88 bits flipped, by Zipf 1.3: one hash in ten is a copy of the same one. faiss (IndexBinaryFlat, one
thread) answers the first queries of the same batch, and every hit and distance is compared. Medians of rounds.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

import faiss
import numpy as np

from benchmarks import figures
from benchmarks.hashes import Bytes, asked, clustered, random
from recourse.fingerprints import kernels
from recourse.fingerprints.search import Hits, Index, LiveIndex, searching, tables

LINE: Final = 64  # bytes of a line of the cache
START = """
import sys
import numpy as np
from recourse.fingerprints.search import Index
Index.open(sys.argv[1]).search(np.zeros((1, 32), np.uint8))
"""


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


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
    return {
        "queries/s, faiss BinaryFlat, 1 thread": rate(len(queries), spent),
        "hits compared with faiss": len(ours),
    }


def rate(count: int, spent: list[float]) -> float:
    """Return how many a second at the median, to four digits."""
    return float(f"{count / median(spent):.4g}")


def batches(index: Index, queries: Bytes, rounds: int) -> dict[str, Any]:
    """Measure many queries at once with one and two threads."""
    found: dict[str, Any] = {"queries at once": len(queries)}
    for threads in (1, 2):
        work = partial(index.search, queries, limit=None, threads=threads)
        hits = work()
        spent = [seconds(work) for _ in range(rounds)]
        found[f"queries/s, {threads} thread{'s' * (threads > 1)}"] = rate(len(queries), spent)
    found["hits a query"] = round(len(hits) / len(queries), 1)
    missed = set(range(0, len(queries), 2)) - set(hits.query.tolist())
    assert not missed, "a planted hash was missed"  # noqa: S101
    return found


def one_at_a_time(index: Index, queries: Bytes, rounds: int) -> dict[str, Any]:
    """Measure queries one by one, each a call of its own."""
    few = [queries[k : k + 1] for k in range(min(2000, len(queries)))]
    spent = [seconds(lambda: [index.search(one, limit=None) for one in few]) for _ in range(rounds)]
    return {"queries/s, one at a time": rate(len(few), spent)}


def building(hashes: Bytes, times: int) -> tuple[Index, dict[str, Any]]:
    """Measure building with two threads and with one, and the most memory it takes."""
    spent = []
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    for _ in range(times):
        index = None
        started = time.perf_counter()
        index = Index.build(hashes, threads=2)
        spent.append(time.perf_counter() - started)
    most = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert index is not None and most is not None  # noqa: S101, PT018
    found: dict[str, Any] = {
        "hashes": len(index),
        "different": index.distinct,
        "index with hashes, GiB": round(index.nbytes / 2**30, 2),
        "process while building, with what it was given, GiB": round(int(most[1]) / 2**20, 2),
        "build, 2 threads, s": round(median(spent), 2),
    }
    if times > 1:
        found["build, 1 thread, s"] = round(seconds(partial(Index.build, hashes, threads=1)), 2)
    return index, found


def limits(index: Index, hits: float) -> dict[str, Any]:
    """Measure what memory gives one thread, and reckon how many queries/s it allows if nothing else took time.

    A batch reads the opened buckets of each chunk's `near` once. A line of the cache comes for each hash that
    passes the first filter (0.27 % of 272 buckets), for some twenty that pass the second, and for each hit its
    record and its hash. One query alone reads 272 runs of `near`, which begin anywhere in a line.
    """
    count, words = index.distinct, index.tables.words.reshape(-1)
    if not index.tables.ringed:
        return {}
    bandwidth = words.nbytes / median(seconds(words.sum) for _ in range(5))
    lines = LINE * (0.0027 * 272 * count / tables.BUCKETS + 20 + 2 * hits)
    opened = 1 - (1 - 17 / tables.BUCKETS) ** searching.BATCH
    batch = opened * index.tables.near.nbytes / searching.BATCH + lines
    alone = 272 * (2 * count / tables.BUCKETS + LINE) + lines
    return {
        "memory, read in order by one thread, GB/s": round(bandwidth / 1e9, 1),
        "allowed by that: queries/s, batches": float(f"{bandwidth / batch:.2g}"),
        "allowed by that: queries/s, one at a time": float(f"{bandwidth / alone:.2g}"),
    }


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
    index, found = building(hashes, 3 if count <= 10**7 else 1)
    del hashes
    found |= batches(index, queries, rounds)
    found |= one_at_a_time(index, queries, rounds)
    found |= beside_faiss(index, queries[:peers], min(3, rounds))
    found["times faiss, batches, 1 thread"] = round(
        found["queries/s, 1 thread"] / found["queries/s, faiss BinaryFlat, 1 thread"]
    )
    found |= limits(index, found["hits a query"])
    found |= changing(index, rng, 200)
    if files:
        with tempfile.TemporaryDirectory() as folder:
            found |= in_a_file(index, Path(folder))
    return found


def section(measured: dict[str, dict[str, Any]], load: float) -> str:
    """Return the section of the page of figures."""
    count = next(iter(measured.values()))["hashes"]
    other = os.environ.get("NUMBA_CPU_NAME")
    rows = list(dict.fromkeys(name for found in measured.values() for name in found))
    lines = [["what", *measured], ["---"] * (1 + len(measured))]
    lines += [[name, *(shown(found.get(name, "")) for found in measured.values())] for name in rows]
    return "\n".join(
        [
            f"## Exact search among {count:,} hashes{f', compiled for {other}' if other else ''}",
            "",
            f"Measured {datetime.now(UTC):%d %B %Y}, {os.cpu_count()} cores ({kernels.processor()}), Python",
            f"{platform.python_version()}, faiss {faiss.__version__}, load before the run {load:.2f};",
            f"`python -m benchmarks.fingerprints_search {' '.join(sys.argv[1:])}`. Radius 31, all hits, each compared",
            "with faiss's for the queries that it answered too.",
            "",
            *(f"| {' | '.join(line)} |" for line in lines),
        ]
    )


def shown(figure: object) -> str:
    """Write a figure: thousands apart, two figures with a stroke between."""
    if isinstance(figure, list):
        return " / ".join(shown(one) for one in figure)
    if isinstance(figure, int | float) and figure >= 1000:
        return f"{figure:,.0f}"
    return str(figure)


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=10**7)
    parser.add_argument("--data", choices=("random", "clustered", "both"), default="both")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--peers", type=int, default=96, help="queries that faiss answers as well")
    parser.add_argument("--no-files", action="store_true", help="measure nothing on the disk")
    parser.add_argument("--write", action="store_true", help="put the section into RESULTS.md")
    chosen = parser.parse_args()
    kinds = ("random", "clustered") if chosen.data == "both" else (chosen.data,)
    load = os.getloadavg()[0]
    kernels.prepare()
    found = {
        kind: measure(kind, chosen.count, chosen.rounds, chosen.peers, files=not chosen.no_files)
        for kind in kinds
    }
    text = section(found, load)
    print(text)
    if chosen.write:
        figures.put(text)


if __name__ == "__main__":
    main()
