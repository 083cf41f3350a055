"""Jobs, events and outgoing messages: their states, how long a failure waits, how an event is written. Pure.

A job's states, and who acts next:

    open        a worker, once `due_at` (business time) is past and no lease (real time) is held
    done        nobody
    failed      a person: `max_attempts` were used up; the code says why
    cancelled   nobody

An outgoing message's states, and who acts next:

    queued      a worker
    sending     a worker has begun; after a crash nobody knows whether it arrived, and the next worker sends
                the same bytes under the same idempotency key
    delivered   nobody
    gave_up     a person
"""

from __future__ import annotations

import dataclasses
import random
import typing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from types import NoneType, UnionType
from typing import Any, TypeVar
from uuid import UUID

from recourse.base.core.errors import NotAllowedError, OutsideError, RecourseError
from recourse.base.core.marking import gettext_noop

Argument = str | int | None
E = TypeVar("E", bound="Event")

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
LONGEST_CODE = 80


class Priority(IntEnum):
    """Which due job goes first; strictly, so LATER waits for all others."""

    URGENT = 0
    NORMAL = 50
    LATER = 90


class JobState(StrEnum):
    """Where a job stands; see the module's table."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class OutboxState(StrEnum):
    """Where an outgoing message stands; see the module's table."""

    QUEUED = "queued"
    SENDING = "sending"
    DELIVERED = "delivered"
    GAVE_UP = "gave_up"


OUTBOX_MOVES: dict[OutboxState, frozenset[OutboxState]] = {
    OutboxState.QUEUED: frozenset({OutboxState.SENDING, OutboxState.DELIVERED, OutboxState.GAVE_UP}),
    OutboxState.SENDING: frozenset(
        {OutboxState.SENDING, OutboxState.QUEUED, OutboxState.DELIVERED, OutboxState.GAVE_UP}
    ),
    OutboxState.DELIVERED: frozenset(),
    OutboxState.GAVE_UP: frozenset({OutboxState.QUEUED}),  # a person asked for another try
}


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a handler is told about its job."""

    job_id: UUID
    kind: str
    attempt: int  # 1 for the first
    fence: int  # grows with every claim of this job; whoever holds a lower one was overtaken
    now: datetime  # business time at the start of this attempt


class Event:
    """Base of events: frozen dataclasses of ids, codes, numbers and times; never content."""


@dataclass(frozen=True)
class OutboxDelivered(Event):
    """The other side took a message over."""

    outbox_id: UUID
    transport: str
    idempotency_key: str
    at: datetime
    response_code: str


@dataclass(frozen=True)
class OutboxGaveUp(Event):
    """A message will not be sent unless a person asks again."""

    outbox_id: UUID
    transport: str
    idempotency_key: str
    code: str


class UndeliverableError(OutsideError):
    """The other side refused for good; trying again would not help."""

    code = "undeliverable"
    retryable = False
    sentence = gettext_noop("The other side refused this for good. We do not try again.")


Undeliverable = UndeliverableError


class ArrivalUnknownError(OutsideError):
    """The line broke after everything was said: the other side may have it. It is sent again, as it is."""

    code = "arrival_unknown"


class ClockNotMovableError(NotAllowedError):
    """The business clock moves in a demo only, and forward only."""

    code = "clock_not_movable"


def wait_after(attempt: int, *, chance: float | None = None) -> timedelta:
    """Return how long to wait after failed attempt number `attempt` (1, 2, ...).

    Doubles from 5 s to 1 h, then up to a quarter is taken off, so that what failed together does not come
    back together.

    Args:
        attempt: how often it was tried.
        chance: a number in [0, 1) in place of a random one.
    """
    longest = min(FIRST_WAIT * (1 << min(max(attempt, 1) - 1, 20)), LONGEST_WAIT)
    drawn = random.random() if chance is None else chance  # noqa: S311 - spreads load, guards nothing
    return longest * (1 - drawn / 4)


def code_of(error: BaseException) -> str:
    """Return a stable code for a failure; never the error's text, which may hold content."""
    code = error.code if isinstance(error, RecourseError) else f"internal.{type(error).__name__}"
    return code[:LONGEST_CODE]


def event_name(event: type[Event]) -> str:
    """Return "package.Name", e.g. "checks.AvailabilityChanged"."""
    parts = event.__module__.split(".")
    return f"{parts[-2] if len(parts) > 1 else parts[-1]}.{event.__qualname__}"


def event_kind(event: type[Event], subscriber: str) -> str:
    """Return the kind of job that tells `subscriber` of an event."""
    return f"on.{event_name(event)}.{subscriber}"


def write_event(event: Event) -> dict[str, Argument]:
    """Return the fields of an event as job arguments.

    Raises:
        TypeError: not a dataclass, or a field is of another type than events may carry.
    """
    plain: Any = event  # `fields` wants a dataclass by type, and raises TypeError for anything else
    return {field.name: _write(field.name, getattr(event, field.name)) for field in dataclasses.fields(plain)}


def read_event(kind: type[E], args: typing.Mapping[str, Any]) -> E:
    """Return the event that `write_event` wrote; fields it does not know are left out.

    Raises:
        TypeError: a field without default is absent.
    """
    hints = typing.get_type_hints(kind)
    return kind(**{name: _read(hints[name], value) for name, value in args.items() if name in hints})


def _write(name: str, value: object) -> Argument:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError(f"{name} is a time without a zone")
        return value.astimezone(UTC).isoformat()
    if isinstance(value, UUID):
        return str(value)
    if value is None or isinstance(value, (str, int)):
        return str(value) if isinstance(value, str) else value
    raise TypeError(f"{name} is a {type(value).__name__}; events carry ids, codes, numbers and times")


def _read(hint: Any, value: Any) -> Any:  # noqa: ANN401 - the type is the hint's
    if value is None:
        return None
    if isinstance(hint, UnionType) or typing.get_origin(hint) is typing.Union:
        hint = next(part for part in typing.get_args(hint) if part is not NoneType)
    if hint is datetime:
        return datetime.fromisoformat(value)
    return hint(value)
