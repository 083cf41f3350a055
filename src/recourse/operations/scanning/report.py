"""The report of a scan: JSON Lines that are only ever added to, so that whoever kills us loses a line at most.

The first line says what the scan is about. Each further line is written in one go with its end; a line without
an end was being written when the machine or the process went down, and is cut off before the scan goes on. One
process at a time writes a report.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any, BinaryIO, Final

from recourse.operations import hashing
from recourse.operations.scanning.errors import BadSourceError, OtherScanError, ScanRunsError
from recourse.operations.scanning.plan import Counts, Done, Terms, line

FLUSH_SECONDS: Final = 5.0  # a power cut loses no more; a kill loses nothing that was written


class Report:
    """A report that is open for more lines; `done` and `counts` are of the lines that it holds."""

    def __init__(self, path: str, terms: Terms) -> None:
        """Begin a report, or go on with it, made readable by its owner alone.

        Raises:
            OtherScanError: there is a file, and it is no report under these terms. It is left as it is.
            ScanRunsError: somebody else is writing it.
            BadSourceError: it cannot be opened.
        """
        self.done, self.counts = Done(), Counts()
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise BadSourceError(f"{hashing.visible(path)}: {error.strerror}") from error
        try:
            self._lock()
            self._go_on(path, terms)
        except BaseException:
            os.close(self._file)
            raise
        self._flushed = time.monotonic()

    def add(self, found: dict[str, Any]) -> None:
        """Add a line. Raises OSError: the disk is full, say."""
        self._write(line(found))
        self.counts.add(found)
        if time.monotonic() - self._flushed >= FLUSH_SECONDS:
            os.fsync(self._file)
            self._flushed = time.monotonic()

    def close(self) -> None:
        """Flush to the disk and let go."""
        os.fsync(self._file)
        os.close(self._file)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ScanRunsError("Another scan is writing this report. Wait for it, or stop it.") from error

    def _go_on(self, path: str, terms: Terms) -> None:
        head = line(terms.head())
        with Path(path).open("rb") as file:
            first = file.readline()
            if first.endswith(b"\n"):
                terms.agree(_read(first))
                end = len(first) + self._take(file)
            elif head.startswith(first):  # nothing yet, or killed while it began
                end = 0
            else:
                terms.agree(None)
        if os.fstat(self._file).st_size > end:
            os.ftruncate(self._file, end)
        if not end:
            self._write(head)

    def _take(self, file: BinaryIO) -> int:
        """Take the lines that are whole; return how many bytes they are."""
        taken = 0
        for text in file:
            if not text.endswith(b"\n"):
                break
            found = _read(text)
            if not isinstance(found, dict) or not isinstance(found.get("path"), str):
                raise OtherScanError("The report was changed or damaged. Name another with --out.")
            self.done.add(found["path"])
            self.counts.add(found)
            taken += len(text)
        return taken

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._file, rest) :]


def _read(text: bytes) -> object:
    try:
        read: object = json.loads(text)
    except ValueError:
        return None
    return read
