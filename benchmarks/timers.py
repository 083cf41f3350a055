"""Timers: many due in one minute, worked off by urgency, while the site goes on answering.

Target (issue "The main job whole"): 100,000 timers due in one minute, the site's p95 under 300 ms meanwhile. The
timers are real ones, the deadlines of notices that were sent: each locks its notice, reads it, and finds that
nobody is silent. One in ten is urgent and one in two can wait, in the order in which they fall due.

    python -m benchmarks.timers --count 100000 --database sqlite

The peer is the same number of rows taken one after the other out of a SQLite table with no queue around them: one
transaction each, no lease, no handler.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks import load
from benchmarks.intake import page
from benchmarks.stack import Site, site

COUNT = 100_000
WINDOW = 60.0  # seconds in which they fall due
RATE = 20.0  # pages a second
CASES = 200
SENT = 100  # notices whose deadlines they are
DONE = """
from recourse.base.jobs.models import Job
timers = Job.objects.filter(kind="notices.deadline")
print(json.dumps({
    "open": timers.filter(state="open").count(),
    "urgent": timers.filter(state="open", priority=0).count(),
    "failed": Job.objects.filter(state="failed").count(),
}))
"""
LATENESS = """
from recourse.base.jobs.domain import Priority
from recourse.base.jobs.models import Job
def lateness(priority):
    pairs = Job.objects.filter(kind="notices.deadline", priority=priority).values_list("due_at", "finished_at")
    found = sorted((ended - due).total_seconds() for due, ended in pairs if ended)
    return [found[len(found) // 2], found[int(len(found) * 0.95) - 1], found[-1]] if found else []
print(json.dumps({priority.name.lower(): lateness(priority) for priority in Priority}))
"""


def measure(
    database: str, *, count: int = COUNT, window: float = WINDOW, rate: float = RATE
) -> dict[str, Any]:
    """Let `count` timers fall due in `window` seconds; returns lateness by urgency and the site's latencies."""
    with site(database) as running:
        cookies = running.seed("cases", CASES)
        running.run("benchmarks.seed_timers", str(count), str(SENT), str(window))
        watch = Watch(running)
        with running.serving(worker=True):
            load.run(running.port, [page(running.port, "/")] * 40, rate=40)  # first requests load code
            running.run("benchmarks.seed_timers", "start", str(window))
            watch.start()
            asked = [
                page(running.port, "/case", f"__Host-case={cookies[number % len(cookies)]}")
                for number in range(int(rate * window))
            ]
            answers = load.run(running.port, asked, rate=rate)
            seconds = watch.wait(patience=60 + count / 50)
        late = running.ask(LATENESS)
        return {
            **load.summary(answers),
            "pages answered well": sum(answer.status == 200 for answer in answers),
            "pages": len(asked),
            "timers": count,
            "seconds until all were done": round(seconds, 1),
            "left": watch.left,
            "failed": watch.failed,
            "lateness": {name: [round(one, 1) for one in values] for name, values in dict(late).items()},  # type: ignore[call-overload]
        }


class Watch:
    """Looks now and then whether all are done; rarely, because looking costs too."""

    def __init__(self, running: Site) -> None:
        self._running = running
        self._began = 0.0
        self.left = self.failed = -1

    def start(self) -> None:
        """Count from here."""
        self._began = time.monotonic()

    def wait(self, *, patience: float) -> float:
        """Wait until none is open; returns seconds since the start."""
        while True:
            books: dict[str, int] = self._running.ask(DONE)  # type: ignore[assignment]
            self.left, self.failed = books["open"], books["failed"]
            if not self.left or time.monotonic() - self._began > patience:
                return time.monotonic() - self._began
            time.sleep(2)


def measure_bare(*, count: int) -> dict[str, Any]:
    """Measure the peer: rows taken out of a table, one transaction each, by two threads."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bare.sqlite3"
        table = sqlite3.connect(path, isolation_level=None)
        table.execute("PRAGMA journal_mode=WAL")
        table.execute("CREATE TABLE timer (id INTEGER PRIMARY KEY, urgency INTEGER, due REAL, done REAL)")
        table.execute("CREATE INDEX open ON timer (urgency, due) WHERE done IS NULL")
        table.execute("BEGIN")
        rows = ((number % 10 and 1 + number % 2, number * WINDOW / count) for number in range(count))
        table.executemany("INSERT INTO timer (urgency, due) VALUES (?, ?)", rows)
        table.execute("COMMIT")
        began = time.monotonic()
        crew = [threading.Thread(target=_take, args=(path,)) for _ in range(2)]
        for one in crew:
            one.start()
        for one in crew:
            one.join()
        return {"a second": round(count / (time.monotonic() - began))}


def _take(path: Path) -> None:
    table = sqlite3.connect(path, isolation_level=None, timeout=30)
    table.execute("PRAGMA synchronous=FULL")
    while True:
        table.execute("BEGIN IMMEDIATE")
        row = table.execute(
            "SELECT id FROM timer WHERE done IS NULL ORDER BY urgency, due LIMIT 1"
        ).fetchone()
        if row:
            table.execute("UPDATE timer SET done = ? WHERE id = ?", (time.time(), row[0]))
        table.execute("COMMIT")
        if not row:
            return


def table(found: dict[str, dict[str, Any]], bare: dict[str, Any]) -> list[str]:
    """Return the figures as a table in Markdown, databases side by side, and the peer's pace below it."""
    lines = ["| what | " + " | ".join(found) + " |", "|---|" + "---|" * len(found)]
    plain = ("timers", "seconds until all were done", "left", "failed", "pages", "pages answered well")
    lines += [f"| {name} | " + " | ".join(str(one[name]) for one in found.values()) + " |" for name in plain]
    for name in ("p50", "p95", "p99", "max"):
        values = " | ".join(f"{one[name]:.1f}" for one in found.values())
        lines.append(f"| page {name}, ms | {values} |")
    for urgency in ("urgent", "normal", "later"):
        values = " | ".join(" / ".join(map(str, one["lateness"][urgency])) for one in found.values())
        lines.append(f"| {urgency}: late by, s (median / p95 / most) | {values} |")
    return [*lines, "", f"The peer takes {bare['a second']} rows a second out of its table."]


def main() -> int:
    """Measure one database and print one line of JSON; status 1 when a timer was left or failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--window", type=float, default=WINDOW)
    parser.add_argument("--database", choices=["sqlite", "postgres", "bare"], default="sqlite")
    options = parser.parse_args()
    if options.database == "bare":
        print(json.dumps(measure_bare(count=options.count)))
        return 0
    found = measure(options.database, count=options.count, window=options.window)
    print(json.dumps({"database": options.database, **found}))
    return 1 if found["left"] or found["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
