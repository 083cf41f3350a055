"""`recourse demo`: five reports and how each ends, on this machine, with invented people."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from recourse.base.core import clock
from recourse.base.core.errors import MisconfiguredError
from recourse.operations import democlock
from recourse.operations.command import Command as Base
from recourse.operations.demo import ROLES, Demo
from recourse.operations.processes import run_until_stopped, stop_on_signal
from recourse.work.statistics.services import load_synthetic


class Command(Base):
    """Runs the demo."""

    help = "Live five reports to their ends, then keep the site up."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer the one-shot form."""
        parser.add_argument(
            "--once", action="store_true", help="end after the stories; status 0 only if each ended well"
        )
        parser.add_argument("--port", type=int, default=8000, help="port of the pages")
        parser.add_argument("--folder", type=Path, default=Path(".demo"), help="made anew at each start")
        parser.add_argument("--keep-clock", action="store_true", help="(started by the demo itself)")

    def run(self, **options: Any) -> int | None:
        """Run."""
        if options["keep_clock"]:
            return self._keep_clock()
        demo = Demo(options["folder"].resolve(), options["port"], self._say)
        stop = stop_on_signal()
        started = time.monotonic()
        try:
            self._say("Setting up an installation and the town ...")
            demo.prepare()
            demo.start()
            well = demo.stories() and demo.figures_published() and demo.ledger_verified()
            self._say(
                f"\n{'Every story ended as it should' if well else 'NOT EVERY STORY ENDED AS IT SHOULD'}, "
                f"{time.monotonic() - started:.0f} s after the start."
            )
            if not options["once"] and well:
                self._invite(demo)
                stop.wait()
        finally:
            demo.stop()
        return 0 if well else 1

    def _invite(self, demo: Demo) -> None:
        self._say(
            f"\nThe site is up until Ctrl-C:\n"
            f"  Report something:      http://localhost:{demo.port}/\n"
            f"  The desk:              http://desk.localhost:{demo.port}/\n"
            f"  What everybody sees:   http://public.localhost:{demo.port}/\n"
            f"  The same, with a past: http://public.localhost:{demo.port}/synthetic/ (invented, and says so)\n"
            "\nEnrol a passkey at the desk, each link works once:"
        )
        for role, label in ROLES:
            self._say(f"  {label:<14} {demo.invite(role, 'demo-' + role, label)}")

    def _keep_clock(self) -> int:
        path = os.environ.get("RECOURSE_TOWN")
        if not path:
            raise MisconfiguredError("--keep-clock is started by the demo; there is no town here")
        control = json.loads(Path(path).read_text("utf-8"))["control"]
        load_synthetic(now=clock.now())
        run_until_stopped(lambda stop: democlock.keep(stop, control=control), parent=os.getppid())
        return 0

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
