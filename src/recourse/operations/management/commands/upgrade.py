"""`recourse upgrade`: examine, save, migrate, verify the ledger; stops at the first thing that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser

from recourse.base.core import clock, wiring
from recourse.base.core.errors import MisconfiguredError
from recourse.operations import backup, doctor, verification
from recourse.operations.command import Command as Base
from recourse.operations.findings import Health
from recourse.operations.ports import Installation

IN_THE_WAY = frozenset({"database", "disk", "keys", "configuration"})


class Command(Base):
    """Brings the tables up to this version."""

    help = "Examine, save, migrate, verify."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to save."""
        parser.add_argument("--data", type=Path, required=True, help="folder for the data backup before it")
        parser.add_argument("--keys", type=Path, required=True, help="folder for the key backup before it")
        parser.add_argument("--recipient", required=True, help="age recipient that both are sealed to")

    def run(self, **options: Any) -> int | None:
        """Upgrade."""
        installation = wiring.resolve(Installation)
        found = doctor.examine(installation, names=False)
        wrong = [finding for finding in found if finding.health is Health.BAD]
        for finding in wrong:
            self.stdout.write(finding.line())
        if any(finding.what in IN_THE_WAY for finding in wrong):
            raise MisconfiguredError("nothing was changed; mend what is listed above first")
        saved = backup.save(
            installation,
            data=options["data"],
            keys=options["keys"],
            recipient=options["recipient"],
            now=clock.now(),
        )
        self.stdout.write(f"Saved: {saved[0].name}, {saved[1].name}")
        call_command("migrate", verbosity=0, interactive=False)
        ledger = verification.ledger_files(installation)
        if ledger.health is Health.BAD:
            raise MisconfiguredError(
                f"migrated, but the ledger does not hold: {ledger.reason} Restore the backup, or see its folder"
            )
        self.stdout.write("Tables are up to date and the ledger holds.")
        return 0
