"""`recourse mail`: takes answers by LMTP until SIGTERM; 250 is said only after the mail is stored."""

from __future__ import annotations

import threading
from typing import Any

from django.core.management.base import CommandParser

from recourse.base.core import wiring
from recourse.operations.command import Command as Base
from recourse.operations.processes import run_until_stopped
from recourse.work.notices.adapters import lmtp
from recourse.work.notices.ports import LmtpPlace


class Command(Base):
    """Takes mail."""

    help = "Take incoming mail by LMTP."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer the parent to end with."""
        parser.add_argument("--parent", type=int, help="end when this process is gone")

    def run(self, **options: Any) -> int | None:
        """Take mail."""
        place = wiring.resolve(LmtpPlace)

        def receive(stop: threading.Event) -> None:
            server = lmtp.open_server(place)
            try:
                stop.wait()
            finally:
                server.stop()

        run_until_stopped(receive, parent=options["parent"])
        return 0
