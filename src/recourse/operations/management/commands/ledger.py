"""`recourse ledger`: hand the public log to anyone, and check one as anyone can.

`verify` needs no database and no key of ours. Exit status: 0 all holds; 3 self-consistent only, because no key
was pinned; 1 broken, with what and where.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from recourse.base.core import clock
from recourse.base.core.errors import RecourseError


class Command(BaseCommand):
    """Export, verify or publish the ledger, or print an entry's proof."""

    help = "Export, verify or publish the ledger, or print an entry's proof."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django declares it as an instance attribute

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the verbs and their arguments."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        export = verbs.add_parser("export", help="write the published log into a folder")
        export.add_argument("folder", type=Path)
        verify = verbs.add_parser("verify", help="check a log from its files alone")
        verify.add_argument("folder", type=Path)
        verify.add_argument("--vkey", help="the log's verifier key, from a source other than the log")
        verify.add_argument("--older", type=Path, help="a checkpoint kept from before: the log must continue it")
        publish = verbs.add_parser("publish", help="publish a checkpoint now")
        publish.add_argument("--quiet-too", action="store_true", help="also when nothing waits: padding only")
        proof = verbs.add_parser("proof", help="print the .tlog-proof of an entry")
        proof.add_argument("entry", type=UUID)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb; an error of the tree becomes its sentence and exit status."""
        try:
            getattr(self, options["verb"])(options)
        except RecourseError as error:
            raise CommandError(error.detail or error.sentence, returncode=error.exit_status) from error
        except OSError as error:
            raise CommandError(str(error), returncode=1) from error

    def export(self, options: dict[str, Any]) -> None:
        """Write the published log into a folder."""
        from recourse.base.ledger import services

        checkpoint = services.export(options["folder"])
        self.stdout.write(f"{checkpoint.size} leaves in {options['folder']}")
        self.stdout.write(f"Verifier key, to be kept apart from the log: {checkpoint.vkey}")

    def verify(self, options: dict[str, Any]) -> None:
        """Check a log; the exit status says the outcome."""
        from recourse.base.ledger.verification import verify_folder

        older = options["older"].read_text("utf-8", "replace") if options["older"] else None
        verdict = verify_folder(options["folder"], options["vkey"], older=older)
        if not verdict.holds:
            raise CommandError(verdict.sentence, returncode=verdict.exit_status)
        self.stdout.write(verdict.sentence)
        if verdict.exit_status:
            sys.exit(verdict.exit_status)

    def publish(self, options: dict[str, Any]) -> None:
        """Publish a checkpoint now."""
        from recourse.base.ledger import services

        checkpoint = services.publish(now=clock.now(), force=options["quiet_too"])
        self.stdout.write(checkpoint.text if checkpoint else "Nothing is recorded yet.")

    def proof(self, options: dict[str, Any]) -> None:
        """Print an entry's proof."""
        from recourse.base.ledger import selectors

        self.stdout.write(selectors.proof_for(options["entry"]), ending="")
