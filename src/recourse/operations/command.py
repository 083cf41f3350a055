"""The base of our commands: an error of the tree becomes one sentence and its exit status, never a traceback."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from recourse.base.core.errors import RecourseError
from recourse.base.core.problems import exit_status_of


class Command(BaseCommand):
    """A command that says what is wrong and what to do."""

    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own declaration
    stealth_options = ()

    def run(self, **options: Any) -> int | None:
        """Do the work; returns the exit status (None is 0)."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and turn an error of the tree into a sentence."""
        try:
            status = self.run(**options)
        except RecourseError as error:
            self.stderr.write(f"recourse: {error.detail or error.sentence} [{error.code}]")
            sys.exit(exit_status_of(error))
        if status:
            sys.exit(status)
