"""`make bench`: runs the benchmarks and writes benchmarks/RESULTS.md. Options: --quick (a hundredth)."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import intake

TARGET = Path(__file__).with_name("RESULTS.md")


def main() -> None:
    """Measure, print, and write the file the README quotes."""
    quick = "--quick" in sys.argv
    found = intake.run(seconds=2, cases=1000, rates=(50,)) if quick else intake.run()
    text = (
        f"# Figures\n\nMeasured {datetime.now(UTC):%d %B %Y}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, "
        f"client and server on the same cores; load before the run {found['load_before']:.2f}. "
        "Latency counts from the planned time of each request (open loop). "
        "The peer is one insert of 4 kB committed to SQLite with no framework around it.\n\n"
        + intake.table(found)
        + "\n"
    )
    print(text)
    if not quick:
        TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
