"""`recourse scan` of thousands of pictures: how busy the processors are, whether it is linear, and what limits it.

`python -m benchmarks.fingerprints_scan` prints; `--write` also puts the section into RESULTS.md; `--quick` takes a
hundredth. The pictures are 640 x 480 JPEG files of fifty scenes, each under many names: what platforms mostly hold, and
small, so that everything that is not decoding and hashing weighs most. The peer is threatexchange's hasher in a pool
of processes over the same files, without a sandbox, a report or a list; it and ours take turns.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import simplejpeg
from tests.fingerprints.scenes import landscape, packed

from benchmarks import figures

RECOURSE = Path(sys.executable).with_name("recourse")
SIZES = (1_000, 10_000, 100_000)
SCENES = 50
ROUNDS = 3
A_FOLDER = 1_000


@dataclass(frozen=True, slots=True)
class Run:
    """One scan: seconds from pressing Enter, share of all processors' time that it used, most MiB of its own."""

    seconds: float
    busy: float
    mebibytes: float


def fill(folder: Path, count: int) -> list[Path]:
    """Write so many pictures, a thousand a folder; return them."""
    scenes = []
    for number in range(min(SCENES, count)):
        path = folder / f"scene-{number}.jpg"
        path.write_bytes(packed(landscape(640, 480, number), "JPEG", quality=85))
        scenes.append(path)
    paths = []
    for number in range(count):
        path = folder / "in" / str(number // A_FOLDER) / f"{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        os.link(scenes[number % len(scenes)], path)
        paths.append(path)
    return paths


def ours(folder: Path, count: int) -> Run:
    """Scan with the command itself, compared with a list, and check that each file has its line."""
    report, listed = folder / "report.jsonl", folder / "list.txt"
    report.unlink(missing_ok=True)
    listed.write_text("".join(f"{number:064x}\n" for number in range(1_000)), "utf-8")
    command = [RECOURSE, "scan", folder / "in", "--against", listed, "--out", report]
    began = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    taken = time.perf_counter() - began
    lines = report.read_bytes().splitlines()
    whole = len(lines) == count + 1 and not any("error" in json.loads(line) for line in lines)
    if running.returncode not in {0, 10} or not whole:
        raise RuntimeError(f"the scan ended with {running.returncode} and {len(lines)} lines")
    return Run(taken, (used.ru_utime + used.ru_stime) / taken / cores(), used.ru_maxrss / 1024)


def theirs(paths: list[Path]) -> float:
    """Hash the same files as platforms do, in one process a core; return the seconds, without starting them."""
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(cores(), mp_context=context) as pool:
        list(pool.map(hash_as_platforms_do, paths[: 2 * cores()]))
        began = time.perf_counter()
        if not all(pool.map(hash_as_platforms_do, paths, chunksize=16)):
            raise RuntimeError("threatexchange has no hash for a picture")
        return time.perf_counter() - began


def hash_as_platforms_do(path: Path) -> str:
    """Return threatexchange's hash of a file."""
    from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes  # noqa: PLC0415 - in the worker

    return str(pdq_from_bytes(path.read_bytes())[0])


def decoding(paths: list[Path]) -> float:
    """Return the milliseconds that the decoder alone takes for one of these files."""
    taken = []
    for path in paths[:200]:
        data = path.read_bytes()
        began = time.perf_counter()
        simplejpeg.decode_jpeg(data, "RGB")
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def section(sizes: tuple[int, ...] = SIZES) -> str:
    """Measure and return the section of RESULTS.md."""
    rows = []
    for count in sizes:
        with tempfile.TemporaryDirectory() as name:
            paths = fill(Path(name), count)
            small = count <= sizes[-2]
            runs, peers = [], []
            for _ in range(ROUNDS if small else 1):
                runs.append(ours(Path(name), count))
                if small:
                    peers.append(theirs(paths))
            limit = decoding(paths)
        seconds = statistics.median(run.seconds for run in runs)
        busy, most = statistics.median(run.busy for run in runs), max(run.mebibytes for run in runs)
        peer = f"{count / statistics.median(peers):,.0f}" if peers else "not run"
        rows.append(
            f"| {count:,} | {seconds:,.1f} | {count / seconds:,.0f} | {100 * busy:.0f} % | {most:,.0f} | {peer} "
            f"| {1000 * cores() / limit:,.0f} |"
        )
    columns = (
        "files",
        "seconds",
        "files a second",
        "processors busy",
        "MiB, largest process",
        "peer",
        "decoder alone",
    )
    return "\n".join(
        [
            "## Scan",
            "",
            f"Measured {datetime.now(UTC):%d %B %Y}, {cores()} cores; `python -m benchmarks.fingerprints_scan",
            "--write`. JPEG of 640 x 480, compared with a list of 1,000; from pressing Enter. Each file is opened,",
            "decoded in a sandboxed process of its own, hashed, also inside its border, compared and reported. The",
            "peer is threatexchange, in files a second: a process a core, no sandbox, no report, no list. Decoder",
            f"alone: what libjpeg-turbo could do a second on all cores. Medians of {ROUNDS}; the largest number of",
            "files once, without the peer.",
            "",
            "| " + " | ".join(columns) + " |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a hundredth; writes nothing")
    parser.add_argument("--write", action="store_true", help="put the section into RESULTS.md")
    options = parser.parse_args()
    text = section(tuple(size // 100 for size in SIZES) if options.quick else SIZES)
    print(text)
    if options.write and not options.quick:
        figures.put(text)


if __name__ == "__main__":
    main()
