"""What `recourse doctor` found: a state, a reason and a remedy for each thing it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How a thing is; commented by who must act."""

    GOOD = "good"  # nobody
    NOTE = "note"  # nobody today; a person should know
    BAD = "bad"  # the operator, before people rely on this installation


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    what: str
    health: Health
    reason: str
    remedy: str = ""

    def line(self) -> str:
        """Return the line as the command prints it."""
        tail = f" Remedy: {self.remedy}" if self.remedy else ""
        return f"{self.health.value:<5} {self.what}: {self.reason.rstrip('.')}.{tail}"


def good(what: str, reason: str) -> Finding:
    """Say that a thing is as it should be."""
    return Finding(what, Health.GOOD, reason)


def note(what: str, reason: str, remedy: str = "") -> Finding:
    """Say what a person should know."""
    return Finding(what, Health.NOTE, reason, remedy)


def bad(what: str, reason: str, remedy: str) -> Finding:
    """Say what must be mended, and how."""
    return Finding(what, Health.BAD, reason, remedy)
