"""What a scan decides, with nothing read or written: what a report is about, and which files are still to do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from recourse.operations.scanning.errors import OtherScanError
from recourse.operations.scanning.sources import Named

VERSION: Final = 1
KEY_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides every line of a report: its first line says them, and a scan goes on only under the same.

    `folder` is where relative names count from; `list_sha256` and `hashes` are of the list compared with, if any;
    `whole` says that borders were left on.
    """

    source: str
    folder: str
    seconds: int
    list_sha256: str = ""
    hashes: int = 0
    radius: int = 0
    whole: bool = False

    def head(self) -> dict[str, Any]:
        """Return the report's first line."""
        against = {
            "sha256": self.list_sha256,
            "hashes": self.hashes,
            "radius": self.radius,
            "whole": self.whole,
        }
        return {
            "scan": VERSION,
            "source": self.source,
            "folder": self.folder,
            "seconds": self.seconds,
            "against": against if self.list_sha256 else None,
        }

    def agree(self, head: object) -> None:
        """Compare with the first line of a report.

        Raises:
            OtherScanError: it is of another scan; the detail says in what.
        """
        ours = self.head()
        if not isinstance(head, dict) or head.keys() != ours.keys():
            raise OtherScanError("The file is there and is no report of a scan. Name another with --out.")
        apart = [name for name in ours if ours[name] != head[name]]
        if apart:
            told = ", ".join(apart)
            raise OtherScanError(
                f"The report is of a scan with another {told}. Name another report with --out, or scan as before."
            )


@dataclass(slots=True)
class Done:
    """The files that have a line, by a digest of their names: about a hundred bytes each, however long the name."""

    keys: set[bytes] = field(default_factory=set)

    def add(self, path: str) -> bool:
        """Take a name; say whether it is new."""
        key = hashlib.blake2b(path.encode("utf-8", "surrogateescape"), digest_size=KEY_BYTES).digest()
        known = len(self.keys)
        self.keys.add(key)
        return len(self.keys) > known

    def __len__(self) -> int:
        return len(self.keys)

    def still(self, listed: Iterator[Named]) -> Iterator[Named]:
        """Yield what has no line yet, each once."""
        return (named for named in listed if self.add(named.path))


def line(found: dict[str, Any]) -> bytes:
    """Return a line of a report: JSON in ASCII, so no name can break it, and whole only with its line end."""
    return json.dumps(found).encode("ascii") + b"\n"


@dataclass(slots=True)
class Counts:
    """What a scan has come to."""

    hashed: int = 0
    failed: int = 0
    matching: int = 0

    def add(self, found: dict[str, Any]) -> None:
        """Count a line."""
        if "error" in found:
            self.failed += 1
        else:
            self.hashed += 1
        self.matching += bool(found.get("matches"))

    @property
    def files(self) -> int:
        """All of them."""
        return self.hashed + self.failed
