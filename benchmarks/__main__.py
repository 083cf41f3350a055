"""`make bench`: runs the benchmarks of the service and writes their sections of RESULTS.md beside it.

Options: --quick (a hundredth, writes nothing).
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import figures, intake, pages, sending, timers

HERE = Path(__file__).resolve().parent


def vault_and_queue(database: str, *, quick: bool) -> dict[str, Any]:
    """Run the benchmark of vault and queue in a process of its own, since it chooses its settings."""
    command = [sys.executable, str(HERE / "vault_and_queue.py"), "--database", database]
    done = subprocess.run(
        [*command, "--jobs", "40", "--times", "20"] if quick else command,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def mail_and_timers(*, quick: bool) -> list[str]:
    """Measure sending and timers on both databases, beside their peers; returns their sections."""
    letters, due = (100, 1_000) if quick else (sending.COUNT, timers.COUNT)
    databases = ("sqlite", "postgres")
    sent = {
        name: sending.measure(name, count=letters, kill_every=60 / (7 if quick else 1)) for name in databases
    }
    late = {name: timers.measure(name, count=due, window=5 if quick else timers.WINDOW) for name in databases}
    return [
        "",
        "## Sending",
        "",
        "Approved notices to a local SMTP server, by two workers of which one is killed every minute. The peer signs",
        "and hands over, and nothing else.",
        "",
        *sending.table(sent, sending.measure_bare(count=letters // 10)),
        "",
        "## Timers",
        "",
        "Deadlines that fall due within a minute, while status pages are asked for at 20 a second. The peer takes",
        "rows out of a table, one transaction each.",
        "",
        *timers.table(late, timers.measure_bare(count=due)),
    ]


def report(found: dict[str, Any], beside: dict[str, dict[str, Any]]) -> str:
    """Return the page of figures in Markdown."""
    lines = [
        "# Figures",
        "",
        f"Measured {datetime.now(UTC):%d %B %Y}, {os.cpu_count()} cores, Python {platform.python_version()};",
        f"client, server, worker and database on the same cores; load before the run {found['load_before']:.2f}.",
        "",
        "## Intake and the survivor's page",
        "",
        "Open loop: latency counts from the planned time of each request. The peer is one insert of 4 kB committed",
        "to SQLite with no framework around it. Status pages are asked for at 50 a second, with 100,000 cases in the",
        "tables.",
        "",
        intake.table(found),
        "",
        "## Vault and queue",
        "",
        "Vault: median microseconds. Queue: jobs a second.",
        "",
        "| what | " + " | ".join(beside) + " |",
        "|---|" + "---|" * len(beside),
    ]
    rows = _flat(next(iter(beside.values())))
    for name in rows:
        values = [str(_flat(one).get(name, "")) for one in beside.values()]
        lines.append(f"| {name} | " + " | ".join(values) + " |")
    return "\n".join(lines)


def _flat(measured: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of all parts that hold figures, by name."""
    parts = [part for part in measured.values() if isinstance(part, dict)]
    return {name: figure for part in parts for name, figure in part.items()}


def main() -> None:
    """Measure, print, and write the file that the README quotes."""
    quick = "--quick" in sys.argv
    found = intake.run(seconds=1, cases=1000, rates=(20,)) if quick else intake.run()
    beside = {name: vault_and_queue(name, quick=quick) for name in ("sqlite", "postgres")}
    many = pages.run(sizes=(500,), seconds=1) if quick else pages.run()
    text = "\n".join([report(found, beside), *mail_and_timers(quick=quick), "", pages.section(many)])
    print(text)
    if not quick:
        figures.put(text)


if __name__ == "__main__":
    main()
