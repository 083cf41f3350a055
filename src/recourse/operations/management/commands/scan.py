"""`recourse scan`: a folder, a list or an object store, hashed and compared into a report of JSON Lines.

Run it again, after whatever stopped it, and it goes on: each file has one line. The report says what it was made
from and with, and anything else is refused (`other_scan`). A file that cannot be read, a folder that cannot be listed,
a picture made to fill the memory: each is a line with `error`. Exit status 0: all is done and nothing matches;
10: all is done and something does. A match is a lead for a person, never a verdict.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from recourse.operations.command import Command as Base
from recourse.operations.scanning import command


class Command(Base):
    """Scans. `recourse scan` itself does not come through here: see `recourse.__main__`."""

    help = command.ABOUT

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name what to scan, with what, and where to."""
        command.add_arguments(parser)

    def run(self, **options: Any) -> int | None:
        """Scan."""
        names = (
            "source",
            "against",
            "radius",
            "whole",
            "out",
            "zeros",
            "workers",
            "together",
            "ray",
            "seconds",
        )
        return command.run(**{name: options[name] for name in names}, said=sys.stderr)
