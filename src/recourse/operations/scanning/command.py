"""`recourse scan` from its arguments to its exit status. Needs no installation, no database and no Django."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TextIO

from recourse.operations import hashing, matching
from recourse.operations.scanning import cluster
from recourse.operations.scanning.plan import Counts, Terms
from recourse.operations.scanning.progress import Progress
from recourse.operations.scanning.report import Report
from recourse.operations.scanning.sources import Named, Source, source_of
from recourse.operations.scanning.store import SCHEME
from recourse.operations.scanning.workers import TOGETHER, Hashed, Hasher, Way, in_threads

Engine = Callable[[Iterator[str]], Generator[Hashed, None, None]]

OUT: Final = "scan.jsonl"
ABOUT: Final = (
    "Hash every file of a folder, a list or an object store, and match it; goes on where it stopped."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the arguments."""
    parser.add_argument(
        "source",
        metavar="FOLDER|LIST|s3://...",
        help="a folder with all below it; a file of names, one a line (`-`: standard input); or s3://bucket/beginning",
    )
    matching.add_list_arguments(parser, required=False)
    matching.add_whole_argument(parser)
    parser.add_argument("--out", default=OUT, metavar="FILE", help="the report, JSON Lines")
    parser.add_argument(
        "--zeros", action="store_true", help="names in LIST end with a zero byte (find -print0)"
    )
    parser.add_argument(
        "--workers", type=_count, help="how many files at once; else one more than there are cores"
    )
    parser.add_argument(
        "--together",
        type=_count,
        default=TOGETHER,
        metavar="FILES",
        help="how many files a sandboxed process may see before it is replaced: a hostile file that takes it over can "
        "falsify the lines of those after it; with 1 each file has a process of its own, and small pictures take "
        "several times as long",
    )
    parser.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="hash on this Ray cluster (recourse[ray]); `auto`: the one that this machine is in",
    )
    parser.add_argument(
        "--seconds",
        type=_count,
        default=hashing.SECONDS,
        help="give a file up that takes longer than this many seconds",
    )


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:  # noqa: PLR2004 - any sensible number
        raise argparse.ArgumentTypeError("a whole number from 1 on")
    return int(text)


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def main(arguments: Sequence[str]) -> int:
    """Scan what the arguments name; return the exit status."""
    parser = argparse.ArgumentParser(prog="recourse scan", description=ABOUT)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    return hashing.command(lambda: run(**vars(options), said=sys.stderr))


def run(
    *,
    source: str,
    against: str | None,
    radius: int,
    whole: bool,
    out: str,
    zeros: bool,
    workers: int | None,
    together: int,
    ray: str | None,
    seconds: int,
    said: TextIO,
) -> int:
    """Scan; return 0: all is done and nothing matches, 10: all is done and something matches."""
    listed = source_of(source, report=out, zeros=zeros)
    bank = matching.load(against, radius) if against else None
    for note in bank.notes if bank else ():
        print(f"recourse: {note}", file=said)
    told = (bank.sha256, len(bank.against), radius, whole) if bank else ()
    folder = "" if source.startswith(SCHEME) else str(Path.cwd())
    report = Report(out, Terms(source, folder, seconds, *told))
    before = len(report.done)
    way = Way(seconds, "query" if bank and not whole else "hash", together)
    try:
        scan(listed, report, bank, _engine(way, workers, ray), said)
    finally:
        report.close()
    print(f"recourse: {summary(report.counts, before)}", file=said)
    return matching.FOUND if report.counts.matching else 0


def scan(listed: Source, report: Report, bank: matching.Bank | None, engine: Engine, said: TextIO) -> None:
    """Put into the report what is not there yet."""
    progress = Progress(said, len(report.done), _counting(listed))

    def add(found: dict[str, Any]) -> None:
        report.add(matching.compared(found, bank) if bank else found)
        progress.step()

    def paths(waiting: Iterator[Named]) -> Iterator[str]:
        for named in waiting:
            if named.refused is None:
                yield named.path
            else:
                add({"path": named.path, **named.refused})

    answers = engine(paths(report.done.still(listed.names())))
    try:
        for path, found in answers:
            add({"path": path, **found})
    finally:
        answers.close()
        progress.end()


def summary(counts: Counts, before: int) -> str:
    """Return what a scan came to, in one line."""
    earlier = f" ({before:,} of them before)" if before else ""
    sort = f"{counts.hashed:,} hashed, {counts.failed:,} not; {counts.matching:,} match"
    return f"{counts.files:,} files{earlier}: {sort}"


def _counting(listed: Source) -> Callable[[], int] | None:
    return (lambda: sum(1 for _ in listed.names())) if listed.again else None


def _engine(way: Way, workers: int | None, ray: str | None) -> Engine:
    if ray is not None:
        return lambda paths: cluster.in_cluster(ray, way, paths)
    return lambda paths: in_threads(Hasher(way), paths, workers or cores() + 1)
