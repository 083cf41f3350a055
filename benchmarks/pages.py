"""Pages with 10,000, 100,000 and 1,000,000 items in the tables, open loop, on both databases; a bare query beside.

Target (issue "The main job whole"): p95 of desk queue, case, public and status pages flat and under 200 ms on two
cores, with the client on the same two. The peer is the least that a queue can be: one indexed query for 50 rows
over the same tables, on an open connection, with no page around it.

`python -m benchmarks.pages --items 100000 --database sqlite` measures one size; `--write` puts it into RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from benchmarks import figures, load
from benchmarks.stack import Site, site

HEADING = "## Pages over many cases"
SIZES = (10_000, 100_000, 1_000_000)
DATABASES = ("sqlite", "postgres")
RATE = 20
WARM = 40
DESK, PUBLIC, SURVIVOR = "desk.localhost", "public.localhost", "localhost"
BARE = """
import time
from django.db import connection
from benchmarks.load import percentile
times = []
with connection.cursor() as cursor:
    for _ in range({count}):
        began = time.perf_counter()
        cursor.execute("SELECT id, number, state, queue_at FROM cases_case WHERE queue_at IS NOT NULL "
                       "ORDER BY queue_at, id LIMIT 50")
        cursor.fetchall()
        times.append((time.perf_counter() - began) * 1000)
print(json.dumps({{name: percentile(times, share) for name, share in
                  (("p50", .5), ("p95", .95), ("p99", .99), ("max", 1.0))}}))
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A kind of page: where it is, with which cookies."""

    name: str
    host: str
    paths: tuple[str, ...]
    cookies: tuple[str, ...] = ("",)

    def request(self, port: int, number: int) -> load.Request:
        """Return the request of this number; paths and cookies take turns."""
        cookie = self.cookies[number % len(self.cookies)]
        carried = f"Cookie: {cookie}\r\n" if cookie else ""
        path = self.paths[number % len(self.paths)]
        head = f"GET {path} HTTP/1.1\r\nHost: {self.host}:{port}\r\n{carried}\r\n"
        return load.Request(head.encode("ascii"))


def pages(filled: dict[str, Any]) -> list[Asked]:
    """Return the pages to ask for."""
    desk = (f"__Host-session={filled['session']}",)
    return [
        Asked(
            "desk queue", DESK, ("/", "/?show=free", "/?show=overdue", "/?show=minor", "/?show=waiting"), desk
        ),
        Asked("desk case", DESK, tuple(f"/case/{number}" for number in filled["held"]), desk),
        Asked("status page", SURVIVOR, ("/case",), tuple(f"__Host-case={one}" for one in filled["cookies"])),
        Asked("public pages", PUBLIC, ("/", "/scorecard", "/scorecard/telegram", "/scorecard.csv")),
        Asked("open data", PUBLIC, ("/api/v1/measured/figures/all", "/api/v1/measured/platforms")),
    ]


def measure(running: Site, *, items: int, seconds: float) -> dict[str, Any]:
    """Fill the installation, then ask for each kind of page at `RATE` a second."""
    filled = fill(running, items)
    found: dict[str, Any] = {key: filled[key] for key in ("items", "rows", "fill_seconds", "publish_seconds")}
    count = max(int(RATE * seconds), 1)
    found["pages"] = {"bare query": dict(running.ask(BARE.format(count=count)))}  # type: ignore[call-overload]
    with running.serving(worker=False):
        for asked in pages(filled):
            load.run(running.port, [asked.request(running.port, at) for at in range(WARM)], rate=RATE)
            answers = load.run(
                running.port, [asked.request(running.port, at) for at in range(count)], rate=RATE
            )
            good = sum(answer.status == 200 for answer in answers)
            found["pages"][asked.name] = {**load.summary(answers), "sent": count, "good": good}
    return found


def fill(running: Site, items: int) -> dict[str, Any]:
    """Fill the installation; returns what visitors need."""
    command = [sys.executable, "-m", "benchmarks.fill", str(items)]
    done = subprocess.run(command, env=running.environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])
    return dict(json.loads(done.stdout.splitlines()[-1]))


def run(
    *, sizes: tuple[int, ...] = SIZES, databases: tuple[str, ...] = DATABASES, seconds: float = 20.0
) -> dict[str, Any]:
    """Measure every size on every database; each has an installation of its own."""
    found: dict[str, Any] = {"load_before": os.getloadavg()[0]}
    for database in databases:
        for items in sizes:
            with site(database) as running:
                found[f"{database}, {items:,} items"] = measure(running, items=items, seconds=seconds)
    return found


def table(found: dict[str, Any]) -> str:
    """Return the figures as a table in Markdown."""
    lines = [
        "| database and size | page | p50 ms | p95 ms | p99 ms | max ms | sent | answered well |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, one in found.items():
        if not isinstance(one, dict):
            continue
        for page, row in one["pages"].items():
            times = " | ".join(f"{row[key]:.1f}" for key in ("p50", "p95", "p99", "max"))
            lines.append(f"| {name} | {page} | {times} | {row.get('sent', '')} | {row.get('good', '')} |")
    lines += [
        "",
        "| database and size | rows | filled in s | figures counted and published in s |",
        "|---|---|---|---|",
    ]
    for name, one in found.items():
        if isinstance(one, dict):
            lines.append(f"| {name} | {one['rows']:,} | {one['fill_seconds']} | {one['publish_seconds']} |")
    return "\n".join(lines)


def section(found: dict[str, Any]) -> str:
    """Return the section of the page of figures, which says on how busy a machine it was measured."""
    return "\n".join(
        [
            HEADING,
            "",
            f"Measured {datetime.now(UTC):%d %B %Y}, load before the run {found['load_before']:.2f}. Open loop,",
            f"{RATE} requests a second for each kind of page, the parts of the queue and the pages of the record in",
            "turn. The peer is one indexed query for 50 rows.",
            "",
            table(found),
            "",
        ]
    )


def main() -> None:
    """Measure what was asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--database", nargs="*", default=list(DATABASES), choices=DATABASES)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--write", action="store_true", help="put it into RESULTS.md")
    options = parser.parse_args()
    sizes, databases = tuple(options.items), tuple(options.database)
    text = section(run(sizes=sizes, databases=databases, seconds=options.seconds))
    print(text)
    if options.write:
        figures.put(text)


if __name__ == "__main__":
    main()
