"""`recourse init`: a new installation in a folder, by questions or by options."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from recourse.base.core.errors import BadInputError
from recourse.operations.command import Command as Base
from recourse.operations.initialise import Answers, make_installation, run_command

QUESTIONS = {
    "agency_name": "Name of the agency",
    "agency_mailbox": "Mailbox that notices come from",
    "agency_phone": "Telephone number for survivors",
    "survivor_host": "Host name of the pages for survivors",
    "desk_host": "Host name of the desk",
    "public_host": "Host name of the public figures",
    "exchange_host": "Host name of the exchange with platforms",
    "smtp_host": "Outgoing mail server",
    "smtp_port": "Its port",
    "database_url": "PostgreSQL address (empty: a file in the folder)",
}
NOT_ASKED = {
    "scheme": "http, or https behind a TLS proxy",
    "port": "Port that the pages are served on",
    "lmtp_port": "Port that takes incoming mail",
    "ledger_folder": "Where the public log is published (empty: in the folder)",
}


class Command(Base):
    """Makes folder, configuration, keys and tables, and prints what to do next."""

    help = "Make a new installation."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer one option per answer."""
        parser.add_argument(
            "--home", type=Path, default=Path("recourse-home"), help="folder of the installation"
        )
        parser.add_argument("--yes", action="store_true", help="ask nothing, take options and defaults")
        for field in fields(Answers):
            kind = int if isinstance(field.default, int) else str
            said = (QUESTIONS | NOT_ASKED)[field.name]
            if field.default != "":
                said = f"{said} (default {field.default})"
            parser.add_argument("--" + field.name.replace("_", "-"), type=kind, help=said)

    def run(self, **options: Any) -> int | None:
        """Ask, make, and say what comes next."""
        answers = Answers(**self._answers(options))
        home = options["home"].resolve()
        records = make_installation(home, answers)
        link = run_command(home, "invite", "administrator", "first", "--label", "Administrator 01").strip()
        self.stdout.write(f"An installation is in {home}.\n\nPublish these TXT records:")
        for name, text in records.items():
            self.stdout.write(f"  {name}\n    {text}")
        self.stdout.write(
            f"\nThe first administrator enrols a passkey here, once, within 72 hours:\n  {link}"
        )
        self.stdout.write(
            f"\nThen:\n  export RECOURSE_CONFIG={home / 'recourse.toml'}\n  recourse doctor\n  recourse serve"
        )
        return 0

    def _answers(self, options: dict[str, Any]) -> dict[str, Any]:
        given = {f.name: options[f.name] for f in fields(Answers) if options[f.name] is not None}
        if options["yes"] or not sys.stdin.isatty():
            return given
        for name, question in QUESTIONS.items():
            if name not in given:
                default = getattr(Answers(), name)
                said = input(f"{question} [{default}]: ").strip()
                if said and isinstance(default, int) and not said.isdecimal():
                    raise BadInputError(f"{question}: this is no number")
                if said:
                    given[name] = type(default)(said)
        return given
