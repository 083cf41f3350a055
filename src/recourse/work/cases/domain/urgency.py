"""How urgent a case is, and where it stands in the queue. Pure, from clear facts alone.

Urgency is a head start: the more urgent a case, the earlier it stands than its due date alone would put it. So the
order is one column and one index, an old case is never starved by newer and more urgent ones, and nothing has to be
written when time passes. Refuses: to read a clock, or to weigh anything a person said in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType


class Urgency(IntEnum):
    """Why a case stands where it does; the smaller number is the more urgent."""

    DANGER = 0  # somebody's life or body is threatened
    MINOR = 1  # the minor path: under 18 in the picture, or nobody can say
    THREAT = 2  # somebody threatens to publish
    RETURNED = 3  # what was gone is back
    ROUTINE = 4


HEAD_START: Mapping[Urgency, timedelta] = MappingProxyType(
    {
        Urgency.DANGER: timedelta(days=3650),  # before everything
        Urgency.MINOR: timedelta(hours=20),
        Urgency.THREAT: timedelta(hours=16),
        Urgency.RETURNED: timedelta(hours=12),
        Urgency.ROUTINE: timedelta(0),
    }
)
WAITS = timedelta(days=36_500)
"""Where a case stands that asks nothing of us now: behind all that does, the oldest first."""


class Threat(StrEnum):
    """What somebody threatens to do."""

    NOT_SAID = "not_said"
    NONE = "none"
    TO_PUBLISH = "to_publish"
    BLACKMAIL = "blackmail"  # publish unless she pays, sends more, or comes back
    TO_LIFE = "to_life"  # her life or body, or her own hand


class QueueShow(StrEnum):
    """A part of the queue that a person wants to see."""

    ALL = "all"
    MINE = "mine"
    FREE = "free"
    OVERDUE = "overdue"
    MINOR = "minor"
    WAITING = "waiting"  # for the survivor


@dataclass(frozen=True, slots=True)
class Step:
    """Something a person has to do about a case, by when; `about` is a public number, `ref` an id that opens it."""

    todo: str
    due_at: datetime
    about: str = ""
    ref: str = ""


def urgency_of(*, minor_path: bool, threatened: bool, threats: frozenset[str], returned: bool) -> Urgency:
    """Return how urgent a case is.

    Args:
        minor_path: invariant 12 holds.
        threatened: the report itself says so.
        threats: what officers recorded of its places.
        returned: something that was gone is back and nobody has decided on it since.
    """
    if Threat.TO_LIFE in threats:
        return Urgency.DANGER
    if minor_path:
        return Urgency.MINOR
    if threats & {Threat.TO_PUBLISH, Threat.BLACKMAIL} or (threatened and Threat.NONE not in threats):
        return Urgency.THREAT
    return Urgency.RETURNED if returned else Urgency.ROUTINE


def due_first(own: Step | None, rooms: tuple[Step, ...], *, threat_by: datetime | None) -> Step | None:
    """Return the step that is due first, brought forward to the hour a threat names."""
    steps = sorted([*rooms, *([own] if own else [])], key=lambda step: step.due_at)
    if not steps:
        return None
    first = steps[0]
    if threat_by is None or threat_by >= first.due_at:
        return first
    return Step(first.todo, threat_by, first.about, first.ref)


def queue_at(urgency: Urgency, *, due_at: datetime | None, opened_at: datetime) -> datetime:
    """Return the moment by which the queue is ordered."""
    if due_at is None:
        return opened_at + WAITS
    return due_at - HEAD_START[urgency]
