"""What a case is and how it may move: states, reasons to look, retention dates. Pure, no clock, no database.

Refuses: to know a web address, a name or a word of anybody. What is here may stand in a clear column.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from recourse.base.core.errors import ConflictError, IllegalMoveError, NotAllowedError, NotFoundError
from recourse.base.core.marking import gettext_noop
from recourse.people.accounts.domain import Action, Role, may


class CaseState(StrEnum):
    """Where a case stands. The comment says who must act next."""

    OPEN = "open"  # we: assess, ask, answer
    WATCHING = "watching"  # our checks; a place that comes back reopens the case
    WAITING_FOR_SURVIVOR = "waiting_for_survivor"  # she; nothing is sent meanwhile
    FROZEN = "frozen"  # a supervisor: somebody else has the code, so the code opens nothing
    CLOSED = "closed"  # nobody; erased when its retention ends, reopened when a place comes back
    ERASED = "erased"  # nobody, ever: the keys are gone


_S = CaseState
MOVES: Mapping[CaseState, frozenset[CaseState]] = MappingProxyType(
    {
        _S.OPEN: frozenset({_S.WATCHING, _S.WAITING_FOR_SURVIVOR, _S.FROZEN, _S.CLOSED, _S.ERASED}),
        _S.WATCHING: frozenset({_S.OPEN, _S.WAITING_FOR_SURVIVOR, _S.FROZEN, _S.CLOSED, _S.ERASED}),
        _S.WAITING_FOR_SURVIVOR: frozenset({_S.OPEN, _S.WATCHING, _S.FROZEN, _S.CLOSED, _S.ERASED}),
        _S.FROZEN: frozenset({_S.OPEN, _S.CLOSED, _S.ERASED}),
        _S.CLOSED: frozenset({_S.OPEN, _S.FROZEN, _S.ERASED}),
        _S.ERASED: frozenset(),
    }
)
WORKABLE = frozenset({_S.OPEN, _S.WATCHING, _S.WAITING_FOR_SURVIVOR})
"""States in which people may add places and decide on them."""
ACTING = frozenset({_S.OPEN, _S.WATCHING})
"""States in which something may be sent for her."""


class Basis(StrEnum):
    """What an assessment rests on. The first three need nobody to look."""

    STATEMENT = "statement"
    TEXT_AND_CONTEXT = "text_and_context"
    MATCH = "match"
    LOOKED_AT = "looked_at"  # refused until a metered reveal exists


class Grounds(StrEnum):
    """Why a place is in scope."""

    SYNTHETIC_SEXUAL = "synthetic_sexual"
    INTIMATE_NO_CONSENT = "intimate_no_consent"
    THREAT = "threat"
    PERSONAL_DATA = "personal_data"


class AgeBand(StrEnum):
    """Age of the person in the picture; never a date of birth."""

    ADULT = "18_or_over"
    MINOR = "under_18"
    UNKNOWN = "unknown"


class WhatHappened(StrEnum):
    """What brings her here; several may hold, and none needs a link."""

    FOUND = "found_online"
    THREATENED = "threatened"
    AFRAID = "afraid_of_it"


class ForWhom(StrEnum):
    """Who is asking, for whom."""

    ME = "me"
    WITH_PERMISSION = "someone_with_permission"
    CHILD = "child_in_my_care"
    SOMEONE_ELSE = "someone_else"
    NOT_SAID = "not_said"


class Purpose(StrEnum):
    """Why a person opens a case. Recorded before anything is unsealed, and shown to the survivor."""

    ASSESS = "assess"
    APPROVE_NOTICE = "approve_notice"
    READ_ANSWER = "read_answer"
    ANSWER_SURVIVOR = "answer_survivor"
    QUALITY_REVIEW = "quality_review"
    OTHER = "other"
    FIND = "find"  # a search named one of its places: recorded by the search alone, and opens nothing


PURPOSE_NEEDS: Mapping[Purpose, Action] = MappingProxyType(
    {
        Purpose.ASSESS: Action.CASE_NOTE,
        Purpose.APPROVE_NOTICE: Action.NOTICE_APPROVE,
        Purpose.READ_ANSWER: Action.MAIL_READ,
        Purpose.ANSWER_SURVIVOR: Action.CASE_NOTE,
        Purpose.QUALITY_REVIEW: Action.CASE_OPEN,
        Purpose.OTHER: Action.CASE_OPEN,
    }
)
"""What a role must be able to do to open a case for a purpose; `FIND` opens none."""


class NextStep(StrEnum):
    """What a case itself asks of people; notices add steps of their own."""

    ASSESS = "assess"
    WAIT = "wait"


class PurposeNeededError(NotAllowedError):
    """Nobody opens a case without saying why (invariant 10)."""

    code = "purpose_needed"
    sentence = gettext_noop("Say why you open this case. The survivor can see it.")


class PurposeOfAnotherError(PurposeNeededError):
    """The stated purpose is work that the role does not do."""

    sentence = gettext_noop("Your role does not do this work. Choose the reason that you have.")


def stated_purpose(said: str | None, role: Role) -> Purpose:
    """Return the purpose that somebody states.

    Raises:
        PurposeNeededError: it is none, or none to open a case for.
        PurposeOfAnotherError: it is work that the role does not do.
    """
    try:
        purpose = Purpose(said or "")
    except ValueError:
        raise PurposeNeededError from None
    needs = PURPOSE_NEEDS.get(purpose)
    if needs is None:
        raise PurposeNeededError
    if not may(role, needs):
        raise PurposeOfAnotherError
    return purpose


class HeldBySomeoneError(ConflictError):
    """Another person has claimed the case."""

    code = "held_by_someone"
    sentence = gettext_noop("Somebody else is working on this case. Take it when they have let it go.")


class CaseShutError(NotFoundError):
    """Her case opens to nobody by a code: it is frozen, erased, or due to be."""

    code = "case_shut"
    sentence = gettext_noop("This case does not open any more. Type your code once more, or call us.")


class CaseOverError(CaseShutError):
    """The date has come on which the case is erased, whether or not the job that erases it has run."""

    code = "case_over"
    sentence = gettext_noop(
        "The time of this case is over: it is being erased, and nobody opens it or adds to it any more."
    )


class LegalHoldError(ConflictError):
    """A legal hold forbids erasing."""

    code = "legal_hold"
    sentence = gettext_noop(
        "A court or an authority has ordered us to keep this case. We erase it when the order ends."
    )


class NoLookingError(NotAllowedError):
    """On the minor path nobody looks (invariant 12)."""

    code = "no_looking"
    sentence = gettext_noop(
        "In this case nobody looks at the picture. Decide by the statement, the text or a match."
    )


class NoRevealError(NotAllowedError):
    """Looking is metered (invariant 11); until a reveal exists that meters it, nothing rests on it."""

    code = "no_reveal"
    sentence = gettext_noop(
        "Nobody decides by looking here yet: looking is not metered. Use the statement, the text or a match."
    )


def check_move(before: CaseState, after: CaseState) -> None:
    """Refuse a move that the table does not have.

    Raises:
        IllegalMoveError: no such move.
    """
    if after not in MOVES[before]:
        raise IllegalMoveError(f"case: {before} to {after}")


def is_minor_path(band: AgeBand | str) -> bool:
    """Tell whether invariant 12 holds: always, unless the person in the picture is said to be 18 or over."""
    return band != AgeBand.ADULT


def gives_mandate(for_whom: ForWhom | str) -> bool:
    """Tell whether sending the report gives us her permission to ask for removal.

    A person who reports for somebody who has not agreed opens a case and has the traces secured, no more
    (R7). A question left out costs nobody her protection: the page says what sending asks us to do.
    """
    return for_whom != ForWhom.SOMEONE_ELSE


ASSESS_WITHIN = timedelta(hours=24)
"""The promise on the first page: within 24 hours a person reads it and decides."""

CLAIM_LASTS = timedelta(minutes=30)
"""How long a claim holds without being renewed; a shift may end, a case does not wait for it."""


def next_step(
    state: CaseState, *, undecided_since: datetime | None, ever_assessed: bool, opened_at: datetime
) -> tuple[NextStep, datetime | None]:
    """Return what the case asks of people and by when, from clear facts alone.

    Args:
        state: the present state.
        undecided_since: when the oldest place without a decision came in, or None.
        ever_assessed: whether anybody decided anything; a report without a place needs a reader too.
        opened_at: when the case came in.
    """
    if state not in {CaseState.OPEN, CaseState.WATCHING}:
        return NextStep.WAIT, None
    if undecided_since is not None:
        return NextStep.ASSESS, undecided_since + ASSESS_WITHIN
    if not ever_assessed:
        return NextStep.ASSESS, opened_at + ASSESS_WITHIN
    return NextStep.WAIT, None


def after_availability(state: CaseState, *, all_resolved: bool, came_back: bool) -> CaseState | None:
    """Return the state that a change of availability of a place leads to, or None for no move."""
    if came_back and state in {CaseState.WATCHING, CaseState.CLOSED}:
        return CaseState.OPEN
    if all_resolved and not came_back and state is CaseState.OPEN:
        return CaseState.WATCHING
    return None


class Retention(StrEnum):
    """The rules of the one table of retention."""

    INACTIVE = "inactive"
    CLOSED = "closed"
    ACCESS_AFTER_ERASURE = "access_after_erasure"
    MAIL_OF_NOBODY = "mail_of_nobody"


RETENTION: Mapping[Retention, timedelta] = MappingProxyType(
    {
        Retention.INACTIVE: timedelta(days=730),  # nothing happened, from her or from us: erased
        Retention.CLOSED: timedelta(days=180),  # closed: time to come back, then erased
        Retention.ACCESS_AFTER_ERASURE: timedelta(days=365),  # who opened it, kept for complaints
        Retention.MAIL_OF_NOBODY: timedelta(days=180),  # came in, joined to no notice: its key is destroyed
    }
)


def retain_until(
    *, state: CaseState, state_since: datetime, last_activity_at: datetime, legal_hold: bool
) -> datetime | None:
    """Return when a case is erased by itself; None under a legal hold, and for one that is erased already."""
    if legal_hold or state is CaseState.ERASED:
        return None
    if state is CaseState.CLOSED:
        return state_since + RETENTION[Retention.CLOSED]
    return last_activity_at + RETENTION[Retention.INACTIVE]


def is_over(retain_until: datetime | None, *, now: datetime) -> bool:
    """Tell whether the date of a case has come; from then on nobody reads it or adds to it, and erasing follows."""
    return retain_until is not None and retain_until <= now
