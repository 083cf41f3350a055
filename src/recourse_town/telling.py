"""Says what happens in the stories while it happens: a line a step, a bar on a terminal, a table at the end."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TextIO

WIDTH = 30
HEAD = ("Item", "Asked", "Answered", "Found")


@dataclass(frozen=True)
class Outcome:
    """One place at the end, as its survivor reads it."""

    item: str
    asked: str
    answered: str
    found: str


@dataclass
class Board:
    """What all stories tell, in the order in which it happens. `steps` is how many there are to tell."""

    steps: int
    out: TextIO = field(default_factory=lambda: sys.stdout)
    began: float = field(default_factory=time.monotonic)
    told: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def say(self, story: str, text: str) -> None:
        """Tell one step of a story."""
        with self._lock:
            self.told += 1
            self._wipe()
            self._write(f"  {time.monotonic() - self.began:5.1f} s  {story:<7} {text}\n")
            self._bar()

    def end(self) -> None:
        """Take the bar away."""
        with self._lock:
            self._wipe()

    def table(self, outcomes: Sequence[Outcome]) -> None:
        """Show each place: what was asked, what they answered, what we found."""
        rows = [HEAD, *((one.item, one.asked, one.answered, one.found) for one in outcomes)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
        ]
        rule = "  ".join("-" * width for width in widths)
        self._write("\n" + "\n".join("  " + line.rstrip() for line in (lines[0], rule, *lines[1:])) + "\n")

    def _bar(self) -> None:
        if self.out.isatty():
            done = min(WIDTH, WIDTH * self.told // max(self.steps, 1))
            self._write(
                f"  [{'#' * done}{'.' * (WIDTH - done)}] {min(self.told, self.steps)} of {self.steps}"
            )

    def _wipe(self) -> None:
        if self.out.isatty():
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        self.out.write(text)
        self.out.flush()
