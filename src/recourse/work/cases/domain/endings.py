"""What she may end herself, what of it can be undone and until when; her answer about a link. Pure.

Ending waits three days because whoever has the code could end it for her: meanwhile nothing is sent, she is asked
over her safe contact, and one press takes it back. Refuses: an end without a date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from recourse.base.core.errors import ConflictError, NotAllowedError
from recourse.base.core.marking import gettext_noop

ENDING_WAITS = timedelta(hours=72)
"""How long an ending can be taken back."""
WARN_BEFORE_ERASURE = timedelta(days=30)
"""How long before its retention ends she is told that a case is erased."""


class EndingKind(StrEnum):
    """What she asked to end."""

    PERMISSION = "permission"  # we may act for her; the case is closed when it is final
    CASE = "case"  # everything: the case is erased when it is final


class LinkSeen(StrEnum):
    """Who can open a link that may have been sent to her alone. The comment says who must act next."""

    NOT_ASKED = ""  # nobody: a link of this kind is the same for everybody
    ASKED = "asked"  # she, or an operator who asks her; nobody opens the link meanwhile
    PUBLIC = "public"  # our checks: look
    SENT_TO_HER = "sent_to_her"  # nobody; the link is never opened
    NOT_SURE = "not_sure"  # nobody; treated as sent to her until somebody knows better


class StepKind(StrEnum):
    """What happened to a case beside reading and deciding, as her page lists it."""

    PERMISSION_ENDED = "permission_ended"
    ERASURE_ASKED = "erasure_asked"
    TAKEN_BACK = "taken_back"
    CLOSED_FOR_GOOD = "closed_for_good"
    FROZEN = "frozen"
    NEW_CODE_ASKED = "new_code_asked"
    NEW_CODE_CONFIRMED = "new_code_confirmed"
    NEW_CODE_STOPPED = "new_code_stopped"
    NEW_CODE = "new_code"
    EXPORTED = "exported"
    LINK_ANSWERED = "link_answered"
    HOLD_SET = "hold_set"
    HOLD_ENDED = "hold_ended"
    MARKED_MINOR = "marked_minor"  # a person learnt that the one in the picture was under 18
    HANDED_OVER = "handed_over"  # to the licensed body, on the minor path
    FINGERPRINTS_ADDED = "fingerprints_added"
    FINGERPRINTS_TAKEN_OUT = "fingerprints_taken_out"
    FINGERPRINTS_LET_IN = "fingerprints_let_in"
    FINGERPRINTS_REVIEWED = "fingerprints_reviewed"
    FINGERPRINTS_SHARED = "fingerprints_shared"  # given to companies
    MATCH_DECIDED = "match_decided"  # a person looked at a copy that may be hers
    SHARING_AGREED = "sharing_agreed"  # she agrees that companies get them
    SHARING_ENDED = "sharing_ended"
    USED_STOPNCII = "used_stopncii"  # she says that she did, on their own site
    USED_TAKE_IT_DOWN = "used_take_it_down"  # the same
    FOUND_BY_CODE = "found_by_code"  # somebody she gave her code to looked it up


class NothingToEndError(ConflictError):
    """There is no permission that could be taken back."""

    code = "nothing_to_end"
    sentence = gettext_noop(
        "We have no permission to act for you at the moment, so there is none to take back."
    )


class NothingToTakeBackError(ConflictError):
    """No ending waits."""

    code = "nothing_to_take_back"
    sentence = gettext_noop("Nothing here waits to become final. Look at the page again.")


class NoAddressShownError(NotAllowedError):
    """On the minor path no page of ours shows where it is (invariant 12)."""

    code = "no_address_shown"
    sentence = gettext_noop("Here we do not show again where it is. Write to us if you need it.")


@dataclass(frozen=True, slots=True)
class EndingView:
    """Something she asked to end that can still be taken back."""

    id: UUID
    kind: EndingKind
    asked_at: datetime
    final_at: datetime


@dataclass(frozen=True, slots=True)
class LinkView:
    """One of her places about whose link she is, or was, asked."""

    number: int
    platform: str
    seen: LinkSeen
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class StepView:
    """One step in the life of a case; `label` is who did it, "" for her own page and for machines."""

    at: datetime
    what: StepKind
    label: str
