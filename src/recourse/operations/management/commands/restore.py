"""`recourse restore`: brings an installation back on another machine; `--verify` proves it is the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from recourse.base.core import clock, wiring
from recourse.base.core.errors import BadInputError, MisconfiguredError
from recourse.operations import doctor, verification
from recourse.operations.backup import MANIFEST
from recourse.operations.command import Command as Base
from recourse.operations.initialise import plain_environment, run_process
from recourse.operations.ports import Installation
from recourse.operations.restore import Sources, finish, restore


class Command(Base):
    """Restores an installation."""

    help = "Restore into a new folder from data backup, key backup and key files."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the sources and the new folder."""
        parser.add_argument("--data", type=Path, help="data backup")
        parser.add_argument("--keys", type=Path, help="newest key backup")
        parser.add_argument("--key-files", type=Path, help="folder of the key files")
        parser.add_argument("--identity", type=Path, help="file of the offline age identity")
        parser.add_argument("--home", type=Path, required=True, help="new, empty folder")
        parser.add_argument("--database-url", default="", help="empty PostgreSQL database to restore into")
        parser.add_argument(
            "--verify", action="store_true", help="compare the restored installation with what was saved"
        )
        parser.add_argument("--finish", type=Path, help="(second half, started by the first)")

    def run(self, **options: Any) -> int | None:
        """Restore, or finish, or verify what stands."""
        home = options["home"].resolve()
        if options["finish"]:
            return self._finish(home, options)
        if options["data"]:
            missing = [name for name in ("keys", "key_files", "identity") if not options[name]]
            if missing:
                raise BadInputError(f"--{missing[0].replace('_', '-')} is missing")
            paths = (options[name].resolve() for name in ("data", "keys", "key_files", "identity"))
            said = restore(Sources(*paths), home, database_url=options["database_url"])
            self.stdout.write(f"Restored into {home}.\n{said.rstrip()}")
        elif not options["verify"]:
            raise BadInputError("name the backup with --data, or ask for --verify of what stands")
        return self._verify(home) if options["verify"] else 0

    def _finish(self, home: Path, options: dict[str, Any]) -> int:
        if wiring.resolve(Installation).home != home:
            raise MisconfiguredError("--finish belongs to a process of the restored installation")
        keys, again = finish(home, keys=options["finish"], identity_file=options["identity"], now=clock.now())
        self.stdout.write(
            f"{keys.restored} keys are back, {keys.erased} were erased and stay away, {keys.missing} are missing.\n"
            f"Erased again: {again.cases} cases, {again.places} places, {again.mails} mails, {again.hosts} hosts."
        )
        return 0

    def _verify(self, home: Path) -> int:
        installation = wiring.resolve(Installation)
        if installation.home != home:
            ended = run_process(
                home, "restore", "--verify", "--home", str(home), environment=plain_environment()
            )
            self.stdout.write(ended.stdout, ending="")
            self.stderr.write(ended.stderr, ending="")
            return ended.returncode
        try:
            manifest = json.loads((home / MANIFEST).read_text("utf-8"))
        except FileNotFoundError:
            raise MisconfiguredError(f"{home} was not restored from a backup: it has no {MANIFEST}") from None
        findings = verification.compare(installation, manifest)
        for finding in findings:
            self.stdout.write(finding.line())
        return 0 if doctor.healthy(findings) else 1
