"""The base of our commands: every error becomes one sentence with its code and an exit status, never a traceback.

Exit statuses are those of `core.problems`; 66 says that a file or folder named to the
command is of no use, 71 that the operating system refused something else.
Refuses: to print the text of an error outside the tree: it may quote what people wrote.
"""

from __future__ import annotations

import sqlite3
import sys
import traceback
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from recourse.base.core.errors import RecourseError, UnavailableError
from recourse.base.core.problems import exit_status_of
from recourse.base.core.wiring import UnboundPortError

NO_FILE, SYSTEM = 66, 71  # EX_NOINPUT and EX_OSERR of sysexits.h

PACKAGE = Path(__file__).resolve().parents[1]


class Command(BaseCommand):
    """A command that says what is wrong and what to do."""

    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own declaration
    stealth_options = ()

    def run(self, **options: Any) -> int | None:
        """Do the work; returns the exit status (None is 0)."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and turn whatever goes wrong into a sentence."""
        try:
            status = self.run(**options)
        except CommandError:
            raise  # Django says these itself: wrong arguments
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the edge of the program
            said, code, status = describe(error)
            self.stderr.write(f"recourse: {said} [{code}]")
        if status:
            sys.exit(status)


def describe(error: BaseException) -> tuple[str, str, int]:
    """Return the sentence, the code and the exit status of an error."""
    if isinstance(error, RecourseError):
        said = " ".join((error.detail or str(error.sentence)).split())
        return said, error.code, exit_status_of(error)
    if isinstance(error, OSError) and error.strerror:
        if error.filename is None:
            return error.strerror, "system", SYSTEM
        return f"{error.filename}: {error.strerror}", "file", NO_FILE
    if isinstance(error, Error | sqlite3.Error):
        said = f"the database refused ({type(error).__name__}): see `recourse doctor` for the reason"
        return said, "database", UnavailableError.exit_status
    said, code = f"something went wrong ({type(error).__name__} in {_where(error)})", "internal"
    if isinstance(error, UnboundPortError):
        said, code = str(error), "unbound_port"
    if isinstance(error, KeyboardInterrupt):
        said, code = "interrupted", "interrupted"
    return said, code, exit_status_of(error)


def _where(error: BaseException) -> str:
    """Return the place an error came from, for whoever has to mend it."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if PACKAGE in Path(frame.filename).parents] or frames
    if not ours:
        return "no place"
    return "/".join(Path(ours[-1].filename).parts[-2:]) + f":{ours[-1].lineno}"
