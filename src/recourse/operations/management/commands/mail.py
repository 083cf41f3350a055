"""`recourse mail`: takes answers by LMTP, or with --imap out of a mailbox, until SIGTERM.

250 is said, and a message moved away, only after it is stored.
"""

from __future__ import annotations

import threading
from typing import Any

from django.core.management.base import CommandParser

from recourse.base.core import wiring
from recourse.operations.command import Command as Base
from recourse.operations.processes import run_until_stopped
from recourse.work.notices.adapters import imap, lmtp
from recourse.work.notices.ports import LmtpPlace


class Command(Base):
    """Takes mail."""

    help = "Take incoming mail by LMTP, or with --imap out of the mailbox that mail.imap_host names."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer the way in, and the parent to end with."""
        parser.add_argument("--imap", action="store_true", help="read a mailbox instead of listening")
        parser.add_argument("--parent", type=int, help="end when this process is gone")

    def run(self, **options: Any) -> int | None:
        """Take mail."""
        if options["imap"]:
            run_until_stopped(imap.open_mailbox().run, parent=options["parent"])
            return 0
        place = wiring.resolve(LmtpPlace)

        def receive(stop: threading.Event) -> None:
            server = lmtp.open_server(place)
            try:
                stop.wait()
            finally:
                server.stop()

        run_until_stopped(receive, parent=options["parent"])
        return 0
