"""What becomes of a telling: its draft, its report, the words in it that wait for a person. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from recourse.base.core.errors import BadInputError, ConflictError, NotAllowedError
from recourse.base.core.marking import gettext_noop
from recourse.work.cases.domain import AgeBand, is_minor_path
from recourse.work.hotline.domain.questions import Answers, ContactHow, first
from recourse.work.hotline.domain.reachable import may_be_mailed

DRAFT_LASTS = timedelta(hours=24)
ADDED = "added"
"""The channel of what she adds with her code; the first report has the channel by which it came."""
MAX_PLACES = 500
"""Places a machine resolves from one report; the lines after them go to a person, unchanged."""


class AlreadySentError(ConflictError):
    """The report has been sent; the draft takes no more answers."""

    code = "already_sent"
    sentence = gettext_noop("This report has been sent. Keep your code; you can add things in your case.")


class NotSentError(ConflictError):
    """The report has not been sent, so there is no code to keep."""

    code = "not_sent"
    sentence = gettext_noop("This report has not been sent yet.")


class NotAPlaceError(BadInputError):
    """What a person typed for a mention names no place we understand."""

    code = "not_a_place"
    sentence = gettext_noop("We do not recognise a place in this. Check the link, or set it aside.")


class NothingOfMinorsError(NotAllowedError):
    """Nobody said that the person in the picture is 18 or over: not even a fingerprint is taken (invariant 12)."""

    code = "nothing_of_minors"
    sentence = gettext_noop(
        "Of a picture of somebody who may be under 18 we take nothing, not even a fingerprint. "
        "Take It Down makes one on your own device and gives it to companies."
    )


class MentionState(StrEnum):
    """Where something she wrote stands that no rule could read."""

    WAITING_FOR_PERSON = "waiting_for_person"  # an operator reads it
    PLACED = "placed"  # nobody: it became an item
    SET_ASIDE = "set_aside"  # nobody: a person read it and it names no place


class MentionKind(StrEnum):
    """Why something stands as words."""

    LINE = "line"  # a line without a place we understand
    BEYOND_LIMIT = "beyond_limit"  # all lines after the first `MAX_PLACES`, together
    ADDED = "added"  # words that she added with her code, after the report was read


MENTION_NOTES: Mapping[MentionKind, str] = MappingProxyType(
    {
        MentionKind.LINE: gettext_noop("No rule understands this line as a place."),
        MentionKind.BEYOND_LIMIT: gettext_noop(
            "These lines came after the first 500 places. No rule has read them: a person goes through them."
        ),
        MentionKind.ADDED: gettext_noop("She added these words later. Nobody has read them yet."),
    }
)
"""What the person who reads a mention is told about it."""

MENTION_MOVES: Mapping[MentionState, frozenset[MentionState]] = MappingProxyType(
    {
        MentionState.WAITING_FOR_PERSON: frozenset({MentionState.PLACED, MentionState.SET_ASIDE}),
        MentionState.SET_ASIDE: frozenset({MentionState.PLACED}),
        MentionState.PLACED: frozenset(),
    }
)


def on_minor_path(answers: Answers) -> bool:
    """Tell whether what was answered so far is on the minor path: always, until somebody says "18 or over"."""
    return is_minor_path(first(answers, "age_in_picture", "age_in_picture") or AgeBand.UNKNOWN)


@dataclass(frozen=True, slots=True)
class DraftView:
    """What she has answered so far; after sending only the code, until she says she kept it."""

    language: str
    saved_at: datetime | None
    code: str | None = field(repr=False)
    answers: Answers = field(repr=False)
    fingerprints: tuple[str, ...] = field(default=(), repr=False)  # as a device writes them


@dataclass(frozen=True, slots=True)
class Submitted:
    """A stored report: the case it opened and the code that opens it."""

    case_id: UUID
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenMention:
    """Something she wrote that waits for, or was settled by, a person."""

    id: UUID
    kind: MentionKind
    state: MentionState
    verbatim: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenReport:
    """One telling, unsealed for whoever holds an `OpenCase`."""

    id: UUID
    channel: str
    at: datetime
    read_at: datetime | None
    mentions: tuple[OpenMention, ...]
    answers: Answers = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenContact:
    """How and when it is safe to reach her."""

    how: ContactHow
    address: str = field(repr=False)
    window: str = field(repr=False)
    may_leave: bool  # a message, where nobody answers; a mail, unless she said no

    @property
    def may_be_mailed(self) -> bool:
        """Whether we may write to it; the one question that every sender asks."""
        return may_be_mailed(self.how, address=self.address, may_leave=self.may_leave)


@dataclass(frozen=True, slots=True)
class OwnReport:
    """What her page says of her report: when it came, whether it was gone through, what a person still reads."""

    at: datetime
    read: bool
    mentions_waiting: int
