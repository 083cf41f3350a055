"""What cases tells the rooms above: ids only. Pure. Part of the domain, which names them again.

Beside it, not in it: the queue calls an event by the package its module stands in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True, slots=True)
class CaseFrozen(Event):
    """Somebody else has the code: it opens nothing any more, and a supervisor must help her to a new one."""

    case_id: UUID


@dataclass(frozen=True, slots=True)
class EndingAsked(Event):
    """She, or whoever has her code, asked to end something; it becomes final at `final_at`."""

    case_id: UUID
    ending_id: UUID
    final_at: datetime


@dataclass(frozen=True, slots=True)
class ErasureNear(Event):
    """The case is erased by its retention date unless something happens."""

    case_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class ChoiceAsked(Event):
    """Her page asks her about a channel, and nothing is sent there before she answers."""

    case_id: UUID
    channel_id: str
    at: datetime
