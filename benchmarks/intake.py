"""Intake: final submissions of prepared drafts through the whole stack, open loop; and the survivor's page.

Targets (issue "The house"): 100 submissions a second, p95 under 300 ms, none lost, on two cores with the client
on the same two; status page under 50 ms at p95 with 100,000 cases; a wrong code under 5 ms.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import load
from benchmarks.stack import Site, site
from recourse.operations.demo import free_port

TOKEN = "b" * 32  # a form token and its cookie need only be equal
RATES = (100, 300)
STATUS_RATE = 50


def submission(port: int, cookie: str) -> load.Request:
    """Return the last step of a report: the form of the check page, sent."""
    body = f"csrfmiddlewaretoken={TOKEN}"
    head = [
        "POST /report/send HTTP/1.1",
        f"Host: localhost:{port}",
        f"Origin: http://localhost:{port}",
        f"Cookie: __Host-draft={cookie}; __Host-csrf={TOKEN}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    return load.Request(("\r\n".join(head) + "\r\n\r\n" + body).encode("ascii"))


def page(port: int, path: str, cookie: str = "") -> load.Request:
    """Return a request for a page."""
    carried = f"Cookie: {cookie}\r\n" if cookie else ""
    return load.Request(f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{carried}\r\n".encode("ascii"))


def measure_submissions(running: Site, *, rate: int, seconds: float) -> dict[str, Any]:
    """Submit for `seconds` at `rate`; returns latencies and what was lost."""
    count = int(rate * seconds)
    cookies = running.seed("drafts", count)
    counted = "from recourse.work.hotline.models import Report\nprint(json.dumps(Report.objects.count()))"
    before = running.ask(counted)
    with running.serving(worker=True):
        load.run(running.port, [page(running.port, "/")] * 40, rate=40)  # first requests load code
        answers = load.run(running.port, [submission(running.port, c) for c in cookies], rate=rate)
    accepted = sum(answer.status == 302 for answer in answers)
    stored = int(str(running.ask(counted))) - int(str(before))
    return {**load.summary(answers), "sent": count, "accepted": accepted, "stored": stored}


def measure_status(running: Site, *, cases: int, seconds: float) -> dict[str, Any]:
    """Ask for status pages at 50 a second with `cases` cases in the tables."""
    cookies = running.seed("cases", cases)
    count = int(STATUS_RATE * seconds)
    requests = [page(running.port, "/case", f"__Host-case={cookies[i % len(cookies)]}") for i in range(count)]
    with running.serving(worker=False):
        load.run(running.port, requests[:40], rate=40)
        answers = load.run(running.port, requests, rate=STATUS_RATE)
    good = sum(answer.status == 200 for answer in answers)
    return {**load.summary(answers), "sent": count, "good": good, "cases": cases}


def measure_bare(*, rate: int, seconds: float) -> dict[str, Any]:
    """Measure the peer under the same load in the same run."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [
                *(str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--workers", "2"),
                *(
                    "--blocking-threads",
                    "4",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    str(port),
                    "benchmarks.bare:application",
                ),
            ],
            env={**os.environ, "RECOURSE_BENCH_BARE": f"{folder}/bare.sqlite3"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            time.sleep(3)
            requests = [submission(port, "x")] * int(rate * seconds)
            load.run(port, requests[:40], rate=40)
            return load.summary(load.run(port, requests, rate=rate))
        finally:
            process.terminate()
            process.wait(timeout=20)


def run(*, seconds: float = 10.0, cases: int = 100_000, rates: tuple[int, ...] = RATES) -> dict[str, Any]:
    """Measure everything on both databases; returns figures in milliseconds."""
    found: dict[str, Any] = {"load_before": os.getloadavg()[0]}
    for rate in rates:
        found[f"bare insert, {rate}/s"] = measure_bare(rate=rate, seconds=seconds)
    for database in ("sqlite", "postgres"):
        with site(database) as running:
            for rate in rates:
                found[f"intake {database}, {rate}/s"] = measure_submissions(
                    running, rate=rate, seconds=seconds
                )
            found[f"status page {database}"] = measure_status(running, cases=cases, seconds=seconds)
    return found


def table(found: dict[str, Any]) -> str:
    """Return the figures as a table in Markdown."""
    lines = [
        "| what | p50 ms | p95 ms | p99 ms | max ms | sent | answered well | stored |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, row in found.items():
        if isinstance(row, dict):
            times = " | ".join(f"{row[key]:.1f}" for key in ("p50", "p95", "p99", "max"))
            well = row.get("accepted", row.get("good", ""))
            lines.append(f"| {name} | {times} | {row.get('sent', '')} | {well} | {row.get('stored', '')} |")
    return "\n".join(lines)
