"""How she is reached and how she writes: what may be told to her from outside her page, and in which words. Pure.

The words are the same whatever happened, so that whoever reads over her shoulder, or has her mailbox, learns that
there is something and not what. Refuses: a message in a way or at a time that she did not choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from recourse.base.core.errors import BadInputError, ConflictError, NotAllowedError
from recourse.base.core.marking import gettext_noop
from recourse.work.hotline.domain.questions import ContactHow
from recourse.work.hotline.domain.reachable import is_mailbox, may_be_mailed

MAX_MESSAGE = 4_000
ONE_A_DAY = timedelta(hours=24)
"""News are told once a day at most: a mailbox that fills up tells something too."""
ANSWER_WITHIN = timedelta(hours=24)
REACH_WITHIN = timedelta(hours=24)


class Tell(StrEnum):
    """Why she is to be reached. What is told to her outside her page does not depend on it, but for the last."""

    RETURNED = "returned"  # something that was gone is there again
    QUESTION = "question"  # we need her answer before we go on
    MESSAGE = "message"  # a person wrote to her
    ENDING = "ending"  # somebody with her code asked to end something; was it she?
    FROZEN = "frozen"  # her code opens nothing any more
    NEW_CODE = "new_code"  # somebody asked for a new code; was it she?
    ERASURE = "erasure"  # her case is erased soon unless she comes
    PICKUP = "pickup"  # the pick-up code that she asked for


class ReachState(StrEnum):
    """Where a telling stands. The comment says who must act next."""

    WAITING = "waiting"  # a job
    FOR_A_PERSON = "for_a_person"  # an operator: call, or write at the hour she named
    SENT = "sent"  # the mail server
    DELIVERED = "delivered"  # nobody
    DONE = "done"  # nobody: a person reached her, or tried and wrote down how it went
    UNSAFE = "unsafe"  # a supervisor: an ending could not be asked about safely, and is not final
    LEFT_TO_HER = "left_to_her"  # she: take it back, or call us; nobody calls again, and it is not final
    ONLY_HERE = "only_here"  # nobody: she chose to be reached on her page only
    FOLDED = "folded"  # nobody: she was told of other news less than a day before


SETTLED = frozenset({ReachState.DELIVERED, ReachState.DONE, ReachState.ONLY_HERE, ReachState.FOLDED})
_NEWS = frozenset({Tell.RETURNED, Tell.QUESTION, Tell.MESSAGE, Tell.ERASURE})


class Reached(StrEnum):
    """How a person's try to reach her went."""

    TOLD = "told"  # she knows
    NOT_HER = "not_her"  # she says that she asked for nothing of the kind
    NO_ANSWER = "no_answer"  # tried at the hours she named, nobody answered
    NOT_SAFE = "not_safe"  # somebody else answered, or it did not feel safe
    LEFT = "left"  # not tried again, because it is not safe: she has to come to us


@dataclass(frozen=True, slots=True)
class Words:
    """A mail that says nothing: message ids."""

    subject: str
    body: str


NEWS = Words(
    subject=gettext_noop("A note for you"),
    body=gettext_noop(
        "Hello,\n\nthere is something new in your notes. Look when you are alone and have time; nothing is urgent.\n\n"
        "You need not answer this mail."
    ),
)
WAS_IT_YOU = Words(
    subject=gettext_noop("A note for you"),
    body=gettext_noop(
        "Hello,\n\nsomething in your notes was changed. If it was you, there is nothing to do. If it was not you, look "
        "within three days when you are alone, or call us.\n\nYou need not answer this mail."
    ),
)
PICKUP = Words(
    subject=gettext_noop("What you asked for"),
    body=gettext_noop(
        "Hello,\n\nyou asked us for this:\n\n%(code)s\n\nIt works once, for three days. If you asked for nothing, "
        "delete this mail and call us."
    ),
)
WORDS: Mapping[Tell, Words] = MappingProxyType(
    {tell: NEWS if tell in _NEWS else PICKUP if tell is Tell.PICKUP else WAS_IT_YOU for tell in Tell}
)


class NothingWrittenError(BadInputError):
    """A message without words."""

    code = "nothing_written"
    sentence = gettext_noop("There is nothing in it yet. Write a few words, then send it.")


class NoSafeWayError(ConflictError):
    """She named no way in which this could be done."""

    code = "no_safe_way"
    sentence = gettext_noop("She named no number or address for this. It takes a second person, and a day.")


class MayNotWriteError(ConflictError):
    """She allowed no message there, or it is no mailbox."""

    code = "may_not_write"
    sentence = gettext_noop(
        "She has not allowed a message there. Reach her in another way that she named, or wait."
    )


class NotToldYetError(ConflictError):
    """This telling is not one for a person, or it is done."""

    code = "not_for_a_person"
    sentence = gettext_noop("This is done already, or it goes by itself. Look at the case again.")


class SecondPersonError(NotAllowedError):
    """The same person cannot be both."""

    code = "second_person_needed"
    sentence = gettext_noop("A second person has to confirm this, and for a frozen case a supervisor.")


class NotReadyError(ConflictError):
    """The new code cannot be handed over yet."""

    code = "not_ready"
    sentence = gettext_noop("This is not confirmed, or the day that it waits is not over.")


def way(how: ContactHow, *, address: str, window: str, may_leave: bool) -> ReachState:
    """Return what to do about a telling: by itself, through a person, or on her page alone.

    A machine reads no hours in her own words, so whatever names hours goes through a person; so does a mailbox that
    she gave as a number. A mailbox to which nothing may be written is no way, whatever she gave it as.
    """
    if how is ContactHow.PAGE_ONLY or not address:
        return ReachState.ONLY_HERE
    if not may_leave and (how is ContactHow.EMAIL or is_mailbox(address)):
        return ReachState.ONLY_HERE
    if how is ContactHow.PHONE or window or not may_be_mailed(how, address=address, may_leave=may_leave):
        return ReachState.FOR_A_PERSON
    return ReachState.SENT


def is_news(tell: Tell) -> bool:
    """Tell whether it may wait for other news of the same day."""
    return tell in _NEWS


@dataclass(frozen=True, slots=True)
class Talk:
    """One message between her and us, opened."""

    id: UUID
    at: datetime
    from_her: bool
    label: str
    read_at: datetime | None
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReachRow:
    """One telling, from clear columns."""

    id: UUID
    case_id: UUID
    what: Tell
    state: ReachState
    at: datetime
    due_at: datetime
    label: str
    outcome: Reached | None
