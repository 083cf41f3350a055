"""What the hotline tells the rooms above: ids and counts only. Pure. Part of the domain, which names it again.

Beside it, not in it: the queue calls an event by the package its module stands in.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from recourse.base.jobs.domain import Event


@dataclass(frozen=True, slots=True)
class ReportRead(Event):
    """A machine went through a report: its places are items now, the rest waits for a person."""

    report_id: UUID
    case_id: UUID
    items: int
    mentions: int
