"""Sending: approved notices to a local SMTP server, by two workers of which one is killed again and again.

Target (issue "The main job whole"): 10,000 in 10 minutes, one worker killed every minute; none lost, none with two
Message-IDs. Each notice passes everything that stands between approval and handing over: capture, liveness, contact
and mandate checked again, its leaf recorded, the letter written, signed, put out, sent, and told as delivered.

    python -m benchmarks.sending --count 10000 --database sqlite

The peer does the least that can be called sending: it signs the same letter anew each time and hands it over on an
open connection. No database, no check, no record.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.stack import Site, site
from recourse.operations.demo import free_port

COUNT = 10_000
WORKERS = 2
KILL_EVERY = 60.0  # seconds
PATIENCE = 3.0  # times the target's pace
PACE = 10_000 / 600
STATES = """
from django.db.models import Count
from recourse.work.notices.models import Notice
from recourse.base.jobs.models import Job, Outbox
from recourse.base.ledger.models import Disclosure
print(json.dumps({
    "states": dict(Notice.objects.values_list("state").annotate(n=Count("id"))),
    "names": [name for name in Notice.objects.values_list("message_id", flat=True) if name],
    "outbox": Outbox.objects.count(),
    "jobs": Job.objects.count(),
    "failed": list(Job.objects.filter(state="failed").values_list("kind", flat=True)),
}))
"""


class Crew:
    """Workers that are killed and followed by new ones."""

    def __init__(self, running: Site, size: int) -> None:
        self._running = running
        self._crew = [self._start() for _ in range(size)]
        self.kills = 0

    def kill_one(self) -> None:
        """Kill one at random, as the machine would; its successor starts at once."""
        place = random.randrange(len(self._crew))
        os.kill(self._crew[place].pid, signal.SIGKILL)
        self._crew[place].wait()
        self._crew[place] = self._start()
        self.kills += 1

    def end(self) -> None:
        """Let them finish what they hold."""
        for worker in self._crew:
            worker.terminate()
        for worker in self._crew:
            worker.wait(timeout=60)

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "recourse", "worker"],
            env={**self._running.environment, "RECOURSE_PROCESS": "worker"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@contextmanager
def sink(folder: Path) -> Iterator[tuple[int, Path]]:
    """Run the server that takes everything; gives its port and the file in which it writes Message-IDs."""
    port, path = free_port(), folder / "taken.txt"
    path.touch()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.sink", str(port), str(path)])
    try:
        time.sleep(1.5)
        yield port, path
    finally:
        process.kill()
        process.wait()


def taken(path: Path) -> list[str]:
    """Return the Message-IDs that were taken, in order."""
    return path.read_text("ascii").split()


def measure(
    database: str, *, count: int = COUNT, kill_every: float = KILL_EVERY, patience: float = PATIENCE
) -> dict[str, Any]:
    """Send `count` notices; returns the pace and what was lost or doubled within `patience` times the target's pace."""
    with site(database) as running, sink(running.home) as (port, path):
        running.extra = {"RECOURSE_MAIL__SMTP_HOST": "127.0.0.1", "RECOURSE_MAIL__SMTP_PORT": str(port)}
        seeded = running.run("benchmarks.seed_notices", str(count))
        if int(seeded.splitlines()[-1]) != count:
            raise RuntimeError("not every notice was approved")
        crew, began = Crew(running, WORKERS), time.monotonic()
        ends, next_kill = began + 30 + patience * count / PACE, began + kill_every
        try:
            seen = 0
            while (left := len(set(taken(path)))) < count and time.monotonic() < ends:
                time.sleep(0.2)
                if (
                    time.monotonic() >= next_kill and left > seen
                ):  # on a slow machine a new one must first begin
                    crew.kill_one()
                    next_kill, seen = time.monotonic() + kill_every, left
            seconds = time.monotonic() - began
            books = _settled(running, count, ends)
            told = time.monotonic() - began
        finally:
            crew.end()
        return _verdict(taken(path), books, count, (seconds, told), crew.kills)


def _settled(running: Site, count: int, ends: float) -> dict[str, Any]:
    """Wait until every delivery is told, too, and return the books; letters leave before deliveries are told."""
    while True:
        books: dict[str, Any] = running.ask(STATES)  # type: ignore[assignment]
        if books["states"].get("handed_over", 0) == count or time.monotonic() > ends:
            return books
        time.sleep(2)


def _verdict(
    names: list[str], books: dict[str, Any], count: int, spent: tuple[float, float], kills: int
) -> dict[str, Any]:
    times, (seconds, told) = Counter(names), spent
    return {
        "notices": count,
        "seconds": round(seconds, 1),
        "seconds until each was told as handed over": round(told, 1),
        "a second": round(count / seconds, 1),
        "kills": kills,
        "lost": count - len(times),
        "with two Message-IDs": len(set(times) - set(books["names"])),
        "sent again with the same Message-ID": sum(times.values()) - len(times),
        "not told as handed over": count - books["states"].get("handed_over", 0),
        "jobs failed": len(books["failed"]),
        "jobs a notice": round(books["jobs"] / count, 1),
    }


def measure_bare(*, count: int) -> dict[str, Any]:
    """Measure the peer: sign and hand over, and nothing else, by two processes."""
    with site("sqlite") as running, sink(running.home) as (port, path):
        began = time.monotonic()
        command = [sys.executable, "-m", "benchmarks.bare_sending", str(port), str(count // WORKERS)]
        crew = [subprocess.Popen(command, env=running.environment) for _ in range(WORKERS)]
        for one in crew:
            one.wait()
        seconds = time.monotonic() - began
        return {"a second": round(len(taken(path)) / seconds, 1)}


def table(found: dict[str, dict[str, Any]], bare: dict[str, Any]) -> list[str]:
    """Return the figures as a table in Markdown, databases side by side, and the peer's pace below it."""
    names = list(next(iter(found.values())))
    lines = ["| what | " + " | ".join(found) + " |", "|---|" + "---|" * len(found)]
    lines += [f"| {name} | " + " | ".join(str(one[name]) for one in found.values()) + " |" for name in names]
    shares = [f"{one['a second'] / bare['a second']:.2f} with {name}" for name, one in found.items()]
    pace = f"The peer sends {bare['a second']} a second with the same two processes; we, of that: {', '.join(shares)}."
    return [*lines, "", pace]


def main() -> int:
    """Measure one database and print one line of JSON; status 1 when something was lost or doubled."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--kill-every", type=float, default=KILL_EVERY)
    parser.add_argument("--database", choices=["sqlite", "postgres", "bare"], default="sqlite")
    options = parser.parse_args()
    if options.database == "bare":
        print(json.dumps(measure_bare(count=options.count)))
        return 0
    found = measure(options.database, count=options.count, kill_every=options.kill_every)
    print(json.dumps({"database": options.database, **found}))
    return 1 if found["lost"] or found["with two Message-IDs"] or found["jobs failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
