"""What cases tells the rooms above: ids only. Pure. Part of the domain, which names them again.

Beside it, not in it: the queue calls an event by the package its module stands in.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from recourse.base.jobs.domain import Event


@dataclass(frozen=True, slots=True)
class AssessmentRecorded(Event):
    """A person decided on items of a case."""

    assessment_id: UUID
    case_id: UUID


@dataclass(frozen=True, slots=True)
class MandateWithdrawn(Event):
    """The survivor took back her permission for the whole case."""

    case_id: UUID


@dataclass(frozen=True, slots=True)
class CaseActsAgain(Event):
    """We may act for her again: her case left a state in which nothing is sent, or she gave her permission."""

    case_id: UUID


@dataclass(frozen=True, slots=True)
class CaseErased(Event):
    """The keys of a case are destroyed; who kept anything under its id lets go of it now."""

    case_id: UUID


@dataclass(frozen=True, slots=True)
class ChoiceMade(Event):
    """She chose for a channel, or a named rule passed her choice over."""

    case_id: UUID
    channel_id: str
