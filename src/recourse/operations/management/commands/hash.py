"""`recourse hash`: the fingerprints of files, a line each; what cannot be hashed is a line too.

`pdq<TAB>quality<TAB>path` for a picture, the same for each hashed frame of a video, and `error<TAB>code<TAB>path`
for what cannot be hashed; the exit status is then 65. Files are decoded in the sandbox.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from recourse.operations import hashing
from recourse.operations.command import Command as Base


class Command(Base):
    """Hashes files. `recourse hash` itself does not come through here: see `recourse.__main__`."""

    help = hashing.ABOUT

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the files and how to print."""
        hashing.add_arguments(parser)

    def run(self, **options: Any) -> int | None:
        """Print the lines."""
        return hashing.run(
            options["files"], as_json=options["json"], seconds=options["seconds"], out=sys.stdout
        )
