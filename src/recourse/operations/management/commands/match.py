"""`recourse match`: files compared with a list of hashes; a line for each match, and for what cannot be compared.

`distance<TAB>percent of the file<TAB>percent of the item<TAB>item<TAB>path`, nearest first; `error<TAB>code<TAB>path`
for what cannot be compared, which a picture without enough structure (`low_quality`) is too. Exit status 0: nothing
matches; 10: something does; 65: a file could not be compared, whatever the others do. Pictures and frames are
also compared without their uniform borders, unless `--whole`. A match is a lead for a person, never a verdict.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from recourse.operations import matching
from recourse.operations.command import Command as Base


class Command(Base):
    """Compares files. `recourse match` itself does not come through here: see `recourse.__main__`."""

    help = matching.ABOUT

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the files, the list and how to print."""
        matching.add_arguments(parser)

    def run(self, **options: Any) -> int | None:
        """Print the lines."""
        names = ("files", "against", "radius", "as_json", "seconds", "whole")
        return matching.run(**{name: options[name] for name in names}, out=sys.stdout)
