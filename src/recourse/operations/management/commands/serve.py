"""`recourse serve`: the pages; alone, it also works the queue and takes the mail of a small installation."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from recourse.base.core import wiring
from recourse.operations.command import Command as Base
from recourse.operations.ports import Installation
from recourse.operations.processes import WORKERS, serve_web
from recourse.work.notices.ports import ImapPlace


class Command(Base):
    """Serves until SIGTERM."""

    help = "Serve the pages; with RECOURSE_PROCESS=web the pages only."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer the address and the number of server processes."""
        parser.add_argument("--address", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--workers", type=int, default=WORKERS, help="server processes")
        parser.add_argument("--no-mail", action="store_true", help="do not take mail")
        parser.add_argument("--no-worker", action="store_true", help="do not work the queue")

    def run(self, **options: Any) -> int | None:
        """Serve."""
        installation = wiring.resolve(Installation)
        alone = installation.process == "all"
        children = ["worker"] if alone and not options["no_worker"] else []
        if alone and not options["no_mail"]:
            children += ["mail", "mail --imap"] if wiring.resolve(ImapPlace).host else ["mail"]
        self.stdout.write(f"Survivors: {installation.survivor_url}\nDesk:      {installation.desk_url}")
        self.stdout.flush()
        serve_web(
            port=installation.port,
            address=options["address"],
            workers=options["workers"],
            children=children,
        )
        return 0
