"""`recourse invite ROLE USERNAME`: prints a single-use link with which one member of staff enrols a passkey."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from recourse.base.core import clock, wiring
from recourse.operations.command import Command as Base
from recourse.operations.ports import Installation
from recourse.people.accounts import services
from recourse.people.accounts.domain import Role


class Command(Base):
    """Invites a member of staff from the machine itself, where nobody is signed in yet."""

    help = "Print a single-use enrolment link."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take role, name and label."""
        parser.add_argument("role", choices=[role.value for role in Role], help="what the person is here for")
        parser.add_argument("username", help="2 to 40 small letters, digits, dots and hyphens")
        parser.add_argument(
            "--label", help="how colleagues and records name this person, for example: Officer 03"
        )

    def run(self, **options: Any) -> int | None:
        """Invite."""
        token = services.invite(
            role=Role(options["role"]),
            username=options["username"],
            label=options["label"] or options["username"],
            by=None,
            now=clock.now(),
        )
        self.stdout.write(f"{wiring.resolve(Installation).desk_url}/enrol/{token}")
        return 0
