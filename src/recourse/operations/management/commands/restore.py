"""`recourse restore`: brings an installation back on another machine; `--verify` proves it is the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from recourse.base.core import wiring
from recourse.base.core.errors import BadInputError
from recourse.base.vault import backup as vault
from recourse.base.vault.services import replay_erasures
from recourse.operations import doctor, verification
from recourse.operations.command import Command as Base
from recourse.operations.initialise import run_command
from recourse.operations.ports import Installation
from recourse.operations.restore import Sources, load_dump, open_sealed, restore


class Command(Base):
    """Restores an installation."""

    help = "Restore into a new folder from data backup, key backup and key files."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the sources and the new folder."""
        parser.add_argument("--data", type=Path, help="data backup")
        parser.add_argument("--keys", type=Path, help="newest key backup")
        parser.add_argument("--key-files", type=Path, help="folder of the key files")
        parser.add_argument("--identity", type=Path, help="file of the offline age identity")
        parser.add_argument("--home", type=Path, help="new, empty folder")
        parser.add_argument("--database-url", default="", help="empty PostgreSQL database to restore into")
        parser.add_argument(
            "--verify", action="store_true", help="compare the restored installation with its manifest"
        )
        parser.add_argument("--finish", type=Path, help="(second half, started by the first)")
        parser.add_argument("--dump", type=Path, help="(second half)")

    def run(self, **options: Any) -> int | None:
        """Restore, or finish, or verify what stands."""
        if options["finish"]:
            return self._finish(options)
        home = options["home"]
        if home is None:
            raise BadInputError("name the new folder with --home")
        if options["data"]:
            missing = [name for name in ("keys", "key_files", "identity") if not options[name]]
            if missing:
                raise BadInputError(f"--{missing[0].replace('_', '-')} is missing")
            sources = Sources(options["data"], options["keys"], options["key_files"], options["identity"])
            restore(sources, home.resolve(), database_url=options["database_url"])
            self.stdout.write(f"Restored into {home}.")
        if options["verify"]:
            own = wiring.resolve(Installation).home
            if own != home.resolve():
                self.stdout.write(
                    run_command(home.resolve(), "restore", "--verify", "--home", str(home.resolve()))
                )
                return 0
            return self._verify()
        return 0

    def _finish(self, options: dict[str, Any]) -> int:
        if options["dump"]:
            load_dump(options["dump"])
        vault.import_keys(open_sealed(options["finish"], options["identity"]))
        replayed = replay_erasures()
        self.stdout.write(f"{replayed} erasures replayed.")
        return 0

    def _verify(self) -> int:
        installation = wiring.resolve(Installation)
        manifest = json.loads((installation.home / "manifest.json").read_text("utf-8"))
        findings = verification.compare(installation, manifest)
        for finding in findings:
            self.stdout.write(finding.line())
        return 0 if doctor.healthy(findings) else 1
