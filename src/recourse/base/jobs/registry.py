"""Which handler works on which kind of job, and who hears which event. Filled in `AppConfig.ready`.

Refuses: two handlers for one kind, two events of one name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from recourse.base.jobs.domain import Event, JobContext, event_kind, event_name, read_event

E = TypeVar("E", bound=Event)
Handler = Callable[[JobContext, Mapping[str, Any]], None]

MAX_ATTEMPTS = 8
LEASE = timedelta(seconds=60)
SPELL = timedelta(seconds=15)  # how long a claim holds by itself; a living worker's heart renews it


@dataclass(frozen=True, slots=True)
class Registration:
    """How a kind of job is worked on."""

    kind: str
    handler: Handler
    max_attempts: int
    lease: timedelta  # real time a handler may take at most; past it the heart gives the job up
    exhausted: Handler | None  # told once when the last attempt has failed or was lost


class UnknownKindError(LookupError):
    """No handler here: a newer process wrote the job, or an older one left it."""


_kinds: dict[str, Registration] = {}
_subscribers: dict[type[Event], dict[str, str]] = {}
_recurring: dict[str, Callable[[datetime], None]] = {}


def handle(
    kind: str,
    handler: Handler,
    *,
    max_attempts: int = MAX_ATTEMPTS,
    lease: timedelta = LEASE,
    exhausted: Handler | None = None,
) -> None:
    """Register the handler of a kind. It must be idempotent: delivery is at least once.

    Saying the same again changes nothing.

    Raises:
        ValueError: the kind has another handler.
    """
    known = _kinds.get(kind)
    if known is not None and _name(known.handler) != _name(handler):
        raise ValueError(f"{kind} is handled by {_name(known.handler)} already")
    _kinds[kind] = Registration(kind, handler, max_attempts, lease, exhausted)


def subscribe(event: type[E], subscriber: str, handler: Callable[[JobContext, E], None]) -> None:
    """Let `handler` be told of every `event`; `subscriber` is a stable name, e.g. "notices.draft".

    Raises:
        ValueError: another event has this name, or the subscriber another handler.
    """
    for other in _subscribers:
        if other is not event and event_name(other) == event_name(event):
            raise ValueError(f"two events are called {event_name(event)}")

    def told(context: JobContext, args: Mapping[str, Any]) -> None:
        handler(context, read_event(event, args))

    told.__qualname__, told.__module__ = handler.__qualname__, handler.__module__
    kind = event_kind(event, subscriber)
    handle(kind, told)
    _subscribers.setdefault(event, {})[subscriber] = kind


def recur(kind: str, plan: Callable[[datetime], None]) -> None:
    """Have `plan(now)` called when a worker starts: it puts a recurring job into the queue unless one waits."""
    _recurring[kind] = plan


def plan_recurring(now: datetime) -> None:
    """See that every recurring job waits in the queue."""
    for plan in _recurring.values():
        plan(now)


def registration(kind: str) -> Registration:
    """Return how a kind is worked on.

    Raises:
        UnknownKindError: nobody registered it.
    """
    try:
        return _kinds[kind]
    except KeyError:
        raise UnknownKindError(kind) from None


def max_attempts(kind: str) -> int:
    """Return how often a kind is tried; three times the usual for an unknown one, which a newer worker may know."""
    known = _kinds.get(kind)
    return known.max_attempts if known else 3 * MAX_ATTEMPTS


def lease(kind: str) -> timedelta:
    """Return how long a job of this kind may be worked on, in real time."""
    known = _kinds.get(kind)
    return known.lease if known else LEASE


def spell(kind: str) -> timedelta:
    """Return how long a claim of this kind holds unless it is renewed, in real time.

    Short, so that what a killed worker held is taken up again soon; the worker's heart renews it while it lives.
    """
    return min(lease(kind), SPELL)


def kinds_for(event: type[Event]) -> list[str]:
    """Return the kinds of job that an event becomes, one per subscriber."""
    return list(_subscribers.get(event, {}).values())


@contextmanager
def scratch() -> Iterator[None]:
    """Forget what is registered inside the block; for tests."""
    kinds, subscribers = dict(_kinds), {event: dict(known) for event, known in _subscribers.items()}
    recurring = dict(_recurring)
    try:
        yield
    finally:
        _kinds.clear()
        _kinds.update(kinds)
        _subscribers.clear()
        _subscribers.update(subscribers)
        _recurring.clear()
        _recurring.update(recurring)


def _name(handler: Handler) -> str:
    # Two registrations are the same when the code is: modules are imported once, lambdas and closures made anew.
    return f"{handler.__module__}.{getattr(handler, '__qualname__', type(handler).__qualname__)}"
