"""What a notice, an answer and a mail can be, and which moves there are.

Two axes that are never merged: what a recipient said (`AnswerKind`, of a line) and what our own probes saw
(availability, in `world.checks`). No answer of any kind moves a notice to `closed`.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from recourse.base.core.errors import IllegalMoveError


class NoticeKind(StrEnum):
    """What is asked of the recipient."""

    REMOVAL = "removal"
    BLOCKING = "blocking"
    DEINDEXING = "deindexing"
    PRESERVATION = "preservation"
    INFORMATION = "information"


class NoticeState(StrEnum):
    """Where one request to one recipient stands."""

    DRAFT = "draft"
    INCOMPLETE = "incomplete"
    READY = "ready"
    APPROVED = "approved"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    HANDED_OVER = "handed_over"
    RECEIPT_PROVEN = "receipt_proven"
    HELD = "held"
    CANCELLED = "cancelled"
    CLOSED = "closed"


S = NoticeState
# From a state: the states it may move to. The comment says who must act next while the notice is in it.
TRANSITIONS = MappingProxyType(
    {
        S.DRAFT: frozenset({S.INCOMPLETE, S.READY, S.CANCELLED}),  # officer: mend what was sent back
        S.INCOMPLETE: frozenset({S.READY, S.DRAFT, S.CANCELLED}),  # she, or whoever supplies what is missing
        S.READY: frozenset({S.APPROVED, S.INCOMPLETE, S.DRAFT, S.CANCELLED}),  # officer: approve or send back
        # Closed: it joins a request that was sent already.
        S.APPROVED: frozenset({S.QUEUED, S.HELD, S.CANCELLED, S.CLOSED}),  # worker: the last checks
        S.QUEUED: frozenset({S.SENDING, S.HELD, S.CANCELLED}),  # worker: take it; officer: fill in the form
        S.SENDING: frozenset({S.SENT, S.HELD, S.RECEIPT_PROVEN}),  # recipient's server: take it or refuse it
        S.SENT: frozenset({S.HANDED_OVER, S.HELD, S.RECEIPT_PROVEN, S.CLOSED}),  # the relay: pass it on
        # Back to queued: a submission by hand was recorded by mistake.
        S.HANDED_OVER: frozenset({S.RECEIPT_PROVEN, S.QUEUED, S.HELD, S.CLOSED}),  # recipient: acknowledge
        S.RECEIPT_PROVEN: frozenset({S.QUEUED, S.CLOSED}),  # recipient: answer, until our own probes close it
        S.HELD: frozenset({S.DRAFT, S.RECEIPT_PROVEN, S.CLOSED, S.CANCELLED}),  # officer: remove the reason
        S.CANCELLED: frozenset(),  # nobody
        S.CLOSED: frozenset(),  # nobody; what comes back gets a new notice
    }
)
# What stands at the place is what these ask about: once it is gone there is nothing left to ask.
ENDS_WITH_REMOVAL = frozenset({NoticeKind.REMOVAL, NoticeKind.BLOCKING, NoticeKind.DEINDEXING})
# A line in one of these still asks for something: there may be only one for a place, recipient and kind.
OPEN_STATES = frozenset(S) - {S.CANCELLED, S.CLOSED}
# Nothing has left us yet, so it can still be stopped.
BEFORE_LEAVING = frozenset({S.DRAFT, S.INCOMPLETE, S.READY, S.APPROVED, S.QUEUED, S.HELD})
# An officer has something to decide.
FOR_AN_OFFICER = frozenset({S.DRAFT, S.INCOMPLETE, S.READY, S.HELD})
AFTER_LEAVING = frozenset({S.SENT, S.HANDED_OVER, S.RECEIPT_PROVEN})


# What was stopped when it was ready to leave, and had left all the same. Nobody moves it: it turns out.
TURNED_OUT = MappingProxyType(
    {
        S.HELD: frozenset({S.HANDED_OVER}),  # recipient: acknowledge
        S.CANCELLED: frozenset({S.HANDED_OVER}),  # recipient: acknowledge
    }
)


def require_move(before: NoticeState, after: NoticeState, *, turned_out: bool = False) -> None:
    """Refuse a move that the table does not have, or the other table where it turns out what had happened.

    Raises:
        IllegalMoveError: the table has no such move.
    """
    if after not in (TURNED_OUT.get(before, frozenset()) if turned_out else TRANSITIONS[before]):
        raise IllegalMoveError(f"notice: {before} -> {after}")


def may_turn_out(state: NoticeState, *, queued: bool, left: bool) -> bool:
    """Tell whether a notice may turn out to have left: stopped, but ready to leave by then, and not known to have.

    `queued` says that it was approved and brought to the outbox or on to the work-sheet; `left`, that we know it.
    """
    return state in TURNED_OUT and queued and not left


class AfterAll(StrEnum):
    """What was stopped on its work-sheet, and may have been submitted all the same: a person can record it."""

    NOTICE = "notice"
    REMINDER = "reminder"


class Correction(StrEnum):
    """What a correction in the public log says of the entry that it names."""

    NOT_SENT = "not_sent"  # stopped; as far as we know it never left
    NOT_DELIVERED = "not_delivered"  # their side refused it
    ARRIVAL_UNKNOWN = "arrival_unknown"  # stopped or given up on its way: it may have arrived
    BOUNCED = "bounced"  # taken, and came back
    LEFT_AFTER_ALL = "left_after_all"  # of an entry that says it did not leave: it had
    SUBMISSION_UNDONE = "submission_undone"  # it was recorded as submitted, and was not
    ANSWERED_IN_TIME = "answered_in_time"  # of a silence: their answer had come by then


class Reason(StrEnum):
    """Why a notice is held or cancelled. A code, never words of a person."""

    PLACE_GONE = "place_gone"  # cancelled: our probe found it gone before sending
    MANDATE_WITHDRAWN = "mandate_withdrawn"  # cancelled: nobody's mandate backs a line any more
    CASE_ERASED = "case_erased"  # cancelled: the case is gone and with it the mandate
    BY_OFFICER = "by_officer"  # cancelled or held by a person
    CONTACT_CHANGED = "contact_changed"  # held: the recipient's address is not the approved one
    CASE_WAITS = "case_waits"  # held, or a line left out: its case waits for the survivor or is frozen
    UNDELIVERABLE = "undeliverable"  # held: the recipient's server refused it for good
    BOUNCED = "bounced"  # held: it was taken and came back
    WATCH_ONLY = "watch_only"  # cancelled, or a line left out: she chose that we only watch
    TALK_FIRST = "talk_first"  # incomplete or held: she wants to talk to us before anything is sent
    HER_CHOICE = "her_choice"  # incomplete: nothing is missing but her choice or her name for this channel
    JOINED = "joined"  # closed: it stands behind a request about the same place that was sent already
    GATHERED = "gathered"  # cancelled: its places stand in another letter to the same host
    ASKED_ANEW = "asked_anew"  # closed: the same was asked again, with new facts
    REFUSED_BEFORE = (
        "refused_before"  # cancelled, or a line left out: refused meanwhile, and nothing new is said
    )


class ReminderState(StrEnum):
    """Where a reminder of a notice stands. The comment says who must act next."""

    POSSIBLE = "possible"  # officer: read and approve it; nothing is stored yet
    TOO_EARLY = "too_early"  # nobody: the channel's own window is not open
    APPROVED = "approved"  # worker: still there, contact, mandate
    QUEUED = "queued"  # worker: take it from the outbox; by hand, an officer: submit it
    SENT = "sent"  # recipient
    CANCELLED = "cancelled"  # nobody: it did not leave


class AnswerKind(StrEnum):
    """What the recipient said about a line. Says nothing of what is there."""

    NONE = "none"
    ACKNOWLEDGED = "acknowledged"
    INFO_REQUESTED = "info_requested"
    ACCEPTED = "accepted"
    CLAIMS_REMOVED = "claims_removed"
    CLAIMS_RESTRICTED = "claims_restricted"
    REFUSED = "refused"
    FORWARDED = "forwarded"
    PRESERVED = "preserved"


# After these, our own probes look at once.
CLAIMS = frozenset({AnswerKind.CLAIMS_REMOVED, AnswerKind.CLAIMS_RESTRICTED})
# These do not answer the request: the deadline goes on.
NO_ANSWER = frozenset({AnswerKind.NONE, AnswerKind.ACKNOWLEDGED})


class MailState(StrEnum):
    """Where an incoming mail stands."""

    NEW = "new"  # worker: read it in the sandbox
    WAITING_FOR_PERSON = "waiting_for_person"  # officer: read and record it, or find its notice
    READ = "read"  # nobody


class MailCategory(StrEnum):
    """What an incoming mail is."""

    RECEIPT = "receipt"  # a delivery report that says delivered
    READ_RECEIPT = "read_receipt"  # the reader's program says that it was shown, deleted or processed
    CONFIRMATION = "confirmation"  # their system confirms and gives its own reference
    AUTO_REPLY = "auto_reply"  # proves receipt, answers nothing
    BOUNCE = "bounce"  # it was taken and came back
    DELAY = "delay"  # a delivery report that says delayed: the sender still tries
    PASSED_ON = "passed_on"  # a delivery report that says relayed: nobody can tell any more
    HUMAN = "human"  # an answer, by a person or by a system in its name
    UNKNOWN = "unknown"  # not read yet, or not readable


class RefusalReason(StrEnum):
    """Why they refused, as they say. After one of these the same is not asked again without new facts."""

    NO_VIOLATION = "no_violation"  # it breaks none of their rules, or no law
    NOT_FOUND = "not_found"  # there is nothing at that address, they say
    NOT_ENTITLED = "not_entitled"  # somebody else has to ask: the person herself, a court, the police
    NOT_THEIRS = "not_theirs"  # they do not host it
    OTHER = "other"  # a reason that the officer reads in their words


class TokenFound(StrEnum):
    """How a mail was joined to a notice."""

    TOKEN = "token"  # noqa: S105 - the reply address carried a token of ours
    THREAD = "thread"  # it names our Message-ID
    NUMBER = "number"  # it names the number that their system gave before
    PERSON = "person"  # an officer said so
    FORGED = "forged"  # it carried something like a token that we never made: joined to nothing
    NONE = "none"


class Signature(StrEnum):
    """What the DKIM signature of a mail says of its From domain."""

    PASS = "pass"  # noqa: S105 - signed by the domain in From, and it verifies
    FAIL = "fail"
    NONE = "none"
    UNCHECKED = "unchecked"  # not looked at yet, the name system did not answer, or larger than we verify
