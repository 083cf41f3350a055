"""How changes are cut into pages, so that whoever follows them misses nothing and comes to an end. Pure.

The bank numbers its changes in the order of commit; a hash that changes again moves to the end, and a change's second
is never earlier than that of the one before. The client keeps one number, `nextSetTimestamp`, and sends it as the next
`startTimestamp`; within one walk it hands on an opaque page token. What is promised, whatever is added, changed or
withdrawn meanwhile:

* Nothing is missed: pages go by the bank's number, and the start is inclusive, since many changes share a second. What
  is read twice replaces itself.
* A walk ends: its first page fixes the second up to which it reads, and what changes later is left to the next walk.
* `nextSetTimestamp` never goes back, within a walk and from walk to walk (HMA asserts it).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, Protocol, TypeVar

from recourse.base.core.errors import BadInputError
from recourse.base.core.marking import gettext_noop

MOST_A_PAGE = 1_000
LAST_START = 253_402_300_799  # the last second that a date can hold
LAST_NUMBER = (1 << 63) - 1
_BELOW_ZERO = 16  # numbers of ours that come before the bank's first
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOKEN = re.compile(r"(?P<until>[0-9a-f]{10})(?P<reached>[0-9a-f]{10})(?P<after>[0-9a-f]{16})")


class BadPageTokenError(BadInputError):
    """A page token that none of our pages gave."""

    code = "bad_page_token"
    sentence = gettext_noop(
        "This page token is none of ours. Begin again without a token, from the last nextSetTimestamp."
    )


class Numbered(Protocol):
    """What stands in an order: its number and its moment."""

    @property
    def sequence(self) -> int:
        """Its place, in the order of commit."""

    @property
    def at(self) -> datetime:
        """Its moment; never before that of a lower number."""


N = TypeVar("N", bound=Numbered)


@dataclass(frozen=True, slots=True)
class Walk:
    """One reading, of changes up to the second `until`, inclusive.

    `after` is the number up to which they were read, `reached` its second: what is left may move beyond the end, and an
    empty page must not lead back. Without `after` the walk begins, and reads from the second `start` on, inclusive.
    """

    start: int
    until: int
    reached: int
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[N]):
    """What one request is given."""

    changes: tuple[N, ...]
    token: str | None
    next_start: int


def begin(start: int, token: str, now: datetime) -> Walk:
    """Return the walk that a request asks for.

    Args:
        start: second since 1970 from which on changes are wanted, inclusive.
        token: what the page before gave, or nothing.
        now: the time now.

    Raises:
        BadPageTokenError: the token is none of ours.
    """
    kept, ends = min(max(start, 0), LAST_START), second(now)
    if not token:
        return Walk(kept, ends, reached=kept)
    found = _TOKEN.fullmatch(token)
    after = int(found["after"], 16) - _BELOW_ZERO if found else LAST_NUMBER
    if found is None or after >= LAST_NUMBER:
        raise BadPageTokenError("not a token")
    # A token that somebody wrote by hand reads no further than one of ours.
    until = min(int(found["until"], 16), ends)
    return Walk(kept, until, max(kept, min(int(found["reached"], 16), until)), after)


def page(walk: Walk, found: Sequence[N], size: int) -> Page[N]:
    """Return the page made of what was found, at most `size` of it.

    Args:
        walk: the walk that the page belongs to.
        found: the changes after `walk.after`, in order: `size + 1` of them, or all there are.
        size: how many a page holds.
    """
    within = [one for one in found if second(one.at) <= walk.until]
    changes = tuple(within[:size])
    reached = max(walk.reached, second(changes[-1].at)) if changes else walk.reached
    more = len(within) > size
    token = f"{walk.until:010x}{reached:010x}{changes[-1].sequence + _BELOW_ZERO:016x}" if more else None
    return Page(changes, token, next_start=reached)


def moment(at: int) -> datetime:
    """Return the moment of a second since 1970."""
    return _EPOCH + timedelta(seconds=at)


def second(at: datetime) -> int:
    """Return the second a moment lies in: rounded down, so that an inclusive start has all of it."""
    return (at - _EPOCH) // timedelta(seconds=1)
