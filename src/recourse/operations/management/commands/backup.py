"""`recourse backup`: a sealed data backup and, apart from it, a sealed key backup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from recourse.base.core import clock, wiring
from recourse.operations import backup
from recourse.operations.command import Command as Base
from recourse.operations.ports import Installation


class Command(Base):
    """Saves the installation."""

    help = "Save data and keys, sealed to an offline age recipient."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the two folders and the recipient."""
        parser.add_argument("--data", type=Path, required=True, help="folder for data backups")
        parser.add_argument("--keys", type=Path, required=True, help="folder for key backups, kept 7 days")
        parser.add_argument(
            "--recipient", required=True, help="age recipient (age1...) whose identity is kept offline"
        )

    def run(self, **options: Any) -> int | None:
        """Save."""
        data, keys = backup.save(
            wiring.resolve(Installation),
            data=options["data"],
            keys=options["keys"],
            recipient=options["recipient"],
            now=clock.now(),
        )
        self.stdout.write(f"{data}\n{keys}")
        return 0
