"""What the ledger records, when it publishes, and how it refuses. Pure.

Only steps that say who was asked, who answered and what we saw become leaves; everything else is an internal
event of the package above. Refuses: to guess which of two histories is true.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from recourse.base.core.errors import MisconfiguredError, UnavailableError
from recourse.base.core.marking import gettext_noop


class EntryKind(StrEnum):
    """The steps that become leaves."""

    NOTICE = "notice"  # queued, before it is sent
    REMINDER = "reminder"  # of a notice, queued, before it is sent; no notice of its own
    RECEIPT = "receipt"  # proof that the recipient has it
    ANSWER = "answer"  # what the recipient said
    SILENCE = "silence"  # a deadline passed without an answer
    AVAILABILITY = "availability"  # what our own probes found
    COMMITMENT = "commitment"  # what a company promised in the council
    OUTCOME = "outcome"  # what became of it
    CORRECTION = "correction"  # an earlier entry was wrong; names it by entry id


PADDING = "padding"
"""Kind of the leaves that stand for nothing, so that nobody can count a day's work. Not a kind to record."""

SEQUENCE = "ledger.sequence"
PUBLISH = "ledger.publish"
"""Kinds of the ledger's two jobs."""

OWN_FIELDS = ("kind", "at", "day")
"""Fields that `record` adds to every record; callers may not use these names."""

LEASE = timedelta(seconds=5)
"""Real time after which another sequencer may take over from one that died. The fence, not the lease, is what
makes a fork impossible; so it may be short."""


@dataclass(frozen=True, slots=True)
class EntryView:
    """Where an entry stands. `index` is None while it waits; `published` once a checkpoint covers it."""

    entry_id: UUID
    kind: str
    index: int | None
    published: bool
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class LedgerFigures:
    """Leaves = disclosed + erased + padding + unaccounted; `published` of them are signed, `waiting` have no index."""

    leaves: int
    published: int
    disclosed: int
    erased: int
    padding: int
    unaccounted: int
    waiting: int


class LedgerBusyError(UnavailableError):
    """Another sequencer holds the lease, or took it over."""

    code: ClassVar[str] = "ledger_busy"


class LedgerForkError(MisconfiguredError):
    """What is to be published contradicts what was published. Nothing is signed; a person has to look."""

    code: ClassVar[str] = "ledger_forked"


class LedgerBehindError(MisconfiguredError):
    """The published folder is ahead of the database, as after the restore of an older backup."""

    code: ClassVar[str] = "ledger_behind"


class LedgerFolderError(MisconfiguredError):
    """The published folder lacks something it should hold, or holds something that no tree has."""

    code: ClassVar[str] = "ledger_folder"


class NotPublishedError(UnavailableError):
    """The entry waits for the next checkpoint; ask again after it."""

    code: ClassVar[str] = "ledger_not_published"
    sentence: ClassVar[str] = gettext_noop(
        "This entry is recorded and will be in the next published checkpoint."
    )


def own_facts(kind: str, now: datetime) -> dict[str, str]:
    """Return the fields every record has; time and day apart, so that the day can be shown without the time."""
    at = now.astimezone(UTC).replace(microsecond=0)
    return {"kind": kind, "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "day": at.strftime("%Y-%m-%d")}


def padding_for(size: int, multiple: int, *, quiet: bool) -> int:
    """Return how many leaves to add to a tree of `size` so that it is a multiple; a whole one for a quiet period."""
    return multiple if quiet and size % multiple == 0 else -size % multiple


def next_slot(now: datetime, every: timedelta) -> datetime:
    """Return the next time to publish: the first multiple of `every` since 1970 that is later than `now`, in UTC."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + ((now - epoch) // every + 1) * every
