"""`recourse worker`: works the queue until SIGTERM."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import CommandParser

from recourse.base.jobs import worker
from recourse.operations.command import Command as Base
from recourse.operations.processes import run_until_stopped

BEHIND_PAGES = 10  # niceness: on a busy machine a page comes before a job (measured by benchmarks/intake)


class Command(Base):
    """Works the queue."""

    help = "Work the queue."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer the number of threads."""
        parser.add_argument("--threads", type=int, default=2, help="jobs worked at once")
        parser.add_argument("--parent", type=int, help="end when this process is gone")

    def run(self, **options: Any) -> int | None:
        """Work."""
        os.nice(BEHIND_PAGES)
        run_until_stopped(lambda stop: worker.run(stop, threads=options["threads"]), parent=options["parent"])
        return 0
