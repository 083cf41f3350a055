"""How far a scan is: a line that is written over, on a terminal and nowhere else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, TextIO

WIDTH: Final = 30
EVERY: Final = 0.25  # seconds


class Progress:
    """A bar with rate and time left. What there is to do is counted beside, so nobody waits for the count."""

    def __init__(
        self,
        out: TextIO,
        before: int,
        count: Callable[[], int] | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin; `before` are done already, `count` counts all, if they can be counted."""
        self._out, self._shown, self._clock = out, out.isatty(), clock
        self._before, self._done, self._total = before, before, 0
        self._began = clock()
        self._next = self._began
        if self._shown and count is not None:
            threading.Thread(target=self._count, args=(count,), daemon=True).start()

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        if self._shown and self._clock() >= self._next:
            self._next = self._clock() + EVERY
            self._write(f"\r\x1b[K{self.text()}")

    def end(self) -> None:
        """Take the bar away."""
        if self._shown:
            self._write("\r\x1b[K")

    def text(self) -> str:
        """Return the bar."""
        rate = (self._done - self._before) / max(self._clock() - self._began, 1e-9)
        if not self._total:
            return f"{self._done:,} files, {rate:,.1f} a second"
        total = max(self._total, self._done)
        filled = WIDTH * self._done // total
        left = time_left((total - self._done) / rate) if rate else "?"
        bar = "#" * filled + "." * (WIDTH - filled)
        return f"[{bar}] {self._done:,} of {total:,} files, {rate:,.1f} a second, {left} left"

    def _count(self, count: Callable[[], int]) -> None:
        try:
            self._total = count()
        except Exception:  # noqa: BLE001 - the scan itself lists too, and says what is wrong
            self._total = 0

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


def time_left(seconds: float) -> str:
    """Return a length of time as 0:07, 12:30 or 3:05:00."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
