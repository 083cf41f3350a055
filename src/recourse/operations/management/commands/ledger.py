"""`recourse ledger`: hand the public log to anyone, and check one as anyone can.

`verify` needs no database and no key of ours. Exit status: 0 all holds; 3 self-consistent only, because no key
was pinned; 1 broken, with what and where.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from recourse.base.core import clock
from recourse.operations.command import Command as Base


class Command(Base):
    """Exports, verifies or publishes the ledger, or prints an entry's proof."""

    help = "Export, verify or publish the ledger, or print an entry's proof."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the verbs and their arguments."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        export = verbs.add_parser("export", help="write the published log into a folder")
        export.add_argument("folder", type=Path, help="where to; made when it is missing")
        verify = verbs.add_parser("verify", help="check a log from its files alone")
        verify.add_argument("folder", type=Path, help="the log: checkpoint and tiles")
        verify.add_argument("--vkey", help="the log's verifier key, from a source other than the log")
        verify.add_argument(
            "--older", type=Path, help="a checkpoint kept from before: the log must continue it"
        )
        publish = verbs.add_parser("publish", help="publish a checkpoint now")
        publish.add_argument("--quiet-too", action="store_true", help="also when nothing waits: padding only")
        verbs.add_parser(
            "adopt",
            help="after a restore: take over what the published folder has beyond the database",
        )
        proof = verbs.add_parser("proof", help="print the .tlog-proof of an entry")
        proof.add_argument("entry", type=UUID, help="the entry's id, as a notice carries it")

    def run(self, **options: Any) -> int | None:
        """Do what the verb says; the exit status."""
        status: int | None = getattr(self, f"_{options['verb']}")(options)
        return status

    def _export(self, options: dict[str, Any]) -> None:
        from recourse.base.ledger import services

        checkpoint = services.export(options["folder"])
        self.stdout.write(f"{checkpoint.size} leaves in {options['folder']}")
        self.stdout.write(f"Verifier key, to be kept apart from the log: {checkpoint.vkey}")

    def _verify(self, options: dict[str, Any]) -> int:
        from recourse.base.ledger.verification import verify_folder

        try:
            older = options["older"].read_text("utf-8", "replace") if options["older"] else None
        except OSError as error:
            self.stderr.write(f"recourse: {options['older']} cannot be read ({type(error).__name__})")
            return 1
        verdict = verify_folder(options["folder"], options["vkey"], older=older)
        (self.stdout if verdict.holds else self.stderr).write(verdict.sentence)
        return verdict.exit_status

    def _publish(self, options: dict[str, Any]) -> None:
        from recourse.base.ledger import services

        checkpoint = services.publish(now=clock.now(), force=options["quiet_too"])
        self.stdout.write(checkpoint.text if checkpoint else "Nothing is recorded yet.")

    def _adopt(self, _options: dict[str, Any]) -> None:
        from recourse.base.ledger import services

        self.stdout.write(f"{services.adopt(now=clock.now())} leaves taken over from the published folder")

    def _proof(self, options: dict[str, Any]) -> None:
        from recourse.base.ledger import selectors

        self.stdout.write(selectors.proof_for(options["entry"]), ending="")
