"""`recourse scan` of thousands of pictures: how busy the processors are, whether it is linear, and what limits it.

`python -m benchmarks.fingerprints_scan` prints; `--write` also puts the section into RESULTS.md; `--quick` takes a
hundredth; all take five to eight minutes. The pictures are 640 x 480 JPEG files of fifty scenes, each under many names:
what platforms mostly hold, and small, so that everything that is not decoding and hashing weighs most. The peer is
threatexchange's hasher in a pool of processes over the same files, without a sandbox, a report or a list; it and ours
take turns.
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
from datetime import UTC, datetime
from pathlib import Path

import simplejpeg
from tests.fingerprints.scenes import landscape, packed

from benchmarks import figures
from benchmarks.watched import Run, watched
from recourse.base.core.problems import INTERRUPTED

RECOURSE = Path(sys.executable).with_name("recourse")
SIZES = (1_000, 10_000, 100_000)
SCENES = 50
ROUNDS = 3
STARTS = 7
A_FOLDER = 1_000
OF_THE_PEER = 3_000
BOUND = 180.0


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


def ours(folder: Path, count: int, *options: str) -> tuple[Run, int]:
    """Scan with the command itself, compared with a list; return also how many files have a line, none with an error.

    It is interrupted after `BOUND` seconds.
    """
    report, listed = folder / "report.jsonl", folder / "list.txt"
    report.unlink(missing_ok=True)
    listed.write_text("".join(f"{number:064x}\n" for number in range(1_000)), "utf-8")
    command = [RECOURSE, "scan", folder / "in", "--against", listed, "--out", report, *options]
    found = watched(BOUND, report, command)
    lines = report.read_bytes().splitlines()[1:]
    whole = len(lines) == count or found.status == INTERRUPTED
    if (
        found.status not in {0, 10, INTERRUPTED}
        or not whole
        or any("error" in json.loads(line) for line in lines)
    ):
        raise RuntimeError(f"the scan ended with {found.status} and {len(lines)} lines")
    return found, len(lines)


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


def starting(times: int) -> str:
    """Measure each command with one picture of 12 megapixels, from pressing Enter, in turns."""
    with tempfile.TemporaryDirectory() as name:
        picture, listed, report = (Path(name) / one for one in ("picture.jpg", "list.txt", "report.jsonl"))
        picture.write_bytes(packed(landscape(4032, 3024, 3), "JPEG", quality=88))
        listed.write_text("".join(f"{number:064x}\n" for number in range(1_000)), "utf-8")
        (Path(name) / "names.txt").write_text(f"{picture}\n", "utf-8")
        commands: dict[str, list[str | Path]] = {
            "hash": [RECOURSE, "hash", picture],
            "match": [RECOURSE, "match", picture, "--against", listed],
            "scan": [RECOURSE, "scan", Path(name) / "names.txt", "--against", listed, "--out", report],
            "an empty Python": [sys.executable, "-c", ""],
        }
        taken: dict[str, list[float]] = {one: [] for one in commands}
        for turn in range(times + 1):
            for one, command in commands.items():
                report.unlink(missing_ok=True)
                began = time.perf_counter()
                subprocess.run(command, check=True, capture_output=True)
                if turn:
                    taken[one].append(time.perf_counter() - began)
    return ", ".join(f"{one} {statistics.median(seconds):.2f} s" for one, seconds in taken.items())


def row(folder: Path, count: int, rounds: int) -> list[str]:
    """Measure so many files: ours, the peer with some of them, and the decoder."""
    paths, runs, peers = fill(folder, count), [], []
    some = paths[:OF_THE_PEER]
    for _ in range(rounds):
        runs.append(ours(folder, count))
        peers.append(len(some) / theirs(some))
    done = min(lines for _, lines in runs)
    found = [run for run, _ in runs]
    steady = statistics.median((lines - 1) / max(run.seconds - run.first, 1e-3) for run, lines in runs)
    return [
        f"{done:,}" if done == count else f"{done:,} of {count:,}",
        f"{statistics.median(run.seconds for run in found):,.1f}",
        f"{statistics.median(run.first for run in found):.2f}",
        f"{statistics.median(lines / run.seconds for run, lines in runs):,.0f}",
        f"{steady:,.0f}",
        f"{100 * statistics.median(run.processor / run.seconds for run in found) / cores():.0f} %",
        f"{max(run.mebibytes for run in found):,.0f}",
        f"{statistics.median(peers):,.0f}",
        f"{1000 * cores() / decoding(paths):,.0f}",
    ]


def section(sizes: tuple[int, ...] = SIZES, *, rounds: int = ROUNDS) -> str:
    """Measure and return the section of RESULTS.md."""
    load, rows, starts = os.getloadavg()[0], [], STARTS if rounds > 1 else 1
    for count in sizes:
        with tempfile.TemporaryDirectory() as name:
            rows.append("| " + " | ".join(row(Path(name), count, 1 if count == sizes[-1] else rounds)) + " |")
    with tempfile.TemporaryDirectory() as name:
        fill(Path(name), sizes[0])
        alone, _ = ours(Path(name), sizes[0], "--together", "1")
    columns = (
        "files",
        "seconds",
        "first line, s",
        "files a second",
        "after the first line",
        "processors busy",
        "MiB, largest process",
        "peer",
        "decoder alone",
    )
    return f"""\
## Scan

Measured {datetime.now(UTC):%d %B %Y}, {cores()} cores, load before the run {load:.2f};
`python -m benchmarks.fingerprints_scan --write`. JPEG of 640 x 480, compared with a list of 1,000; from pressing Enter.
Each file is opened, decoded in a sandboxed process, hashed, also inside its border, compared and reported. Processors
busy: time of all processes of the scan, the start included. The peer is threatexchange, in files a second: a process a
core, no sandbox, no report, no list, up to {OF_THE_PEER:,} of the files, without its start. Decoder alone: what
libjpeg-turbo could do a second on all cores. Medians of {rounds}; the largest number of files once, for {BOUND:.0f} s
at most.

| {" | ".join(columns)} |
|{"---|" * len(columns)}
{chr(10).join(rows)}

With a process of its own for each file (`--together 1`), {sizes[0]:,} files: {sizes[0] / alone.seconds:,.0f} a second.

One JPEG of 12 megapixels, from pressing Enter to the end, medians of {starts}, `match` and `scan` with the same list:
{starting(starts)}.
"""


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a hundredth; writes nothing")
    parser.add_argument("--write", action="store_true", help="put the section into RESULTS.md")
    options = parser.parse_args()
    text = section(tuple(size // 100 for size in SIZES), rounds=1) if options.quick else section()
    print(text)
    if options.write and not options.quick:
        figures.put(text)


if __name__ == "__main__":
    main()
