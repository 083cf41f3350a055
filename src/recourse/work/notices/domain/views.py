"""The shapes in which notices and mails are handed out. Whatever could be read by itself stays out of `repr`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from recourse.work.cases.domain import ChoiceView, Purpose
from recourse.work.notices.domain.elements import ElementView
from recourse.work.notices.domain.mail import About, Attached
from recourse.work.notices.domain.states import (
    AfterAll,
    AnswerKind,
    MailCategory,
    MailState,
    NoticeKind,
    NoticeState,
    RefusalReason,
    ReminderState,
    Signature,
    TokenFound,
)
from recourse.work.notices.domain.steps import Late, NextStep
from recourse.work.notices.domain.worksheet import Worksheet


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice from clear columns only."""

    id: UUID
    number: str
    case_id: UUID
    kind: NoticeKind
    state: NoticeState
    state_since: datetime
    reason: str
    recipient_id: str
    recipient_name: str
    lines: int
    created_at: datetime
    approved_label: str
    approved_at: datetime | None
    sent_at: datetime | None
    handed_over_at: datetime | None
    receipt_proven_at: datetime | None
    due_at: datetime | None
    silent_since: datetime | None
    answers: tuple[AnswerKind, ...]
    by_hand: bool  # a person submits it; the machine may not
    unsure_since: datetime | None  # stopped on its way: it may have arrived
    left_despite: str  # the reason why it had been stopped, where it had left all the same
    unproven_since: datetime | None  # sent, and nothing proves that they have it
    joins: bool  # about a place that another notice asks for already; nothing is sent twice


@dataclass(frozen=True, slots=True)
class OverdueRow:
    """One row of the overdue board: what is late about a notice, since when, and what we would do next."""

    notice: NoticeRow
    what: Late
    since: datetime
    next_step: NextStep


@dataclass(frozen=True, slots=True)
class Approval:
    """That a person approved a request of a case: when, under which label, what for. From clear columns."""

    at: datetime
    label: str
    kind: NoticeKind


@dataclass(frozen=True, slots=True)
class ReminderView:
    """A reminder that was approved, or the one that could be; `digest` names the letter for the approval."""

    number: int
    state: ReminderState
    opens_at: datetime | None
    approved_at: datetime | None
    approved_label: str
    sent_at: datetime | None
    left_despite: bool  # it had been stopped
    unsure_since: datetime | None  # stopped on its way: it may have arrived
    by_hand: bool
    digest: str
    subject: str = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LineView:
    """One place of a notice: what was asked about, what they said, what we saw."""

    id: UUID
    place_id: UUID | None
    item_number: int | None
    dropped: str
    answer: AnswerKind
    answered_at: datetime | None
    availability: str
    checked_at: datetime | None
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RuleUsed:
    """A rule a notice rests on, with how well it is known."""

    id: str
    name: str
    evidence: str
    review_date: date
    past_review: bool


class Check(StrEnum):
    """What is checked before a notice leaves."""

    STILL_THERE = "still_there"
    MANDATE = "mandate"
    CAPTURED = "captured"
    NOT_SENT_BEFORE = "not_sent_before"
    SAFE_TO_PUBLISH = "safe_to_publish"
    CONTACT_UNCHANGED = "contact_unchanged"
    CHANNEL_PROVEN = "channel_proven"
    CONTACT_REVIEWED = "contact_reviewed"
    MINOR_PATH = "minor_path"  # shown only there: hand it over to the licensed body as well


class CheckState(StrEnum):
    """How a check stands now. `OLD` and `WAITING` do not block; the machine looks again before sending."""

    YES = "yes"
    NO = "no"
    WAITING = "waiting"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check as it stands now, and since when."""

    check: Check
    state: CheckState
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MailRow:
    """An incoming mail from clear columns only."""

    id: UUID
    at: datetime
    category: MailCategory
    state: MailState
    dkim: Signature
    from_known: bool | None  # written from a domain of its recipient; nothing where there is none to compare
    found_by: TokenFound
    notice_id: UUID | None
    notice_number: str
    case_id: UUID | None
    recipient_name: str
    proposed: AnswerKind | None
    proposed_reason: RefusalReason | None
    confirmed: AnswerKind | None
    trouble: str
    size: int


@dataclass(frozen=True, slots=True)
class OpenNotice:
    """A notice, unsealed, after the reading of its case was recorded."""

    row: NoticeRow
    purpose: Purpose
    case_number: str
    recipient_address: str
    transport: str
    own_address: bool
    regimes: tuple[RuleUsed, ...]
    channel: RuleUsed
    not_stated: tuple[str, ...]
    elements: tuple[ElementView, ...]
    checks: tuple[CheckView, ...]
    lines: tuple[LineView, ...]
    mails: tuple[MailRow, ...]
    may_be_approved: bool
    ledger_entry: UUID | None
    language: str  # of the letter
    digest: str  # names the letter as it is shown, for the approval
    next_step: NextStep
    choices: tuple[ChoiceView, ...]  # of every case behind it that was asked about this channel
    reminders: tuple[ReminderView, ...]
    disagreements: tuple[str, ...]  # where what is known of the channel differs or is not verified, in words
    submitted_by: str
    after_all: AfterAll | None  # what was stopped, and may have been submitted all the same
    checked_at: datetime | None
    subject: str = field(repr=False)
    body: str = field(repr=False)
    remark: str = field(repr=False)
    addition: str = field(repr=False)
    reasons: str = field(repr=False)  # in place of our own paragraph, where an officer wrote one
    new_facts: str = field(repr=False)
    their_reference: str = field(repr=False)
    confirmation: str = field(repr=False)
    worksheet: Worksheet | None = field(repr=False)  # where a person submits it


@dataclass(frozen=True, slots=True)
class OpenMail:
    """A mail, unsealed, after the reading was recorded. `text` is plain and hostile: show it, never follow it."""

    row: MailRow
    about: About = field(repr=False)
    attachments: tuple[Attached, ...] = field(repr=False)
    text: str = field(repr=False)
    own_words: str = field(repr=False)
    lines: tuple[LineView, ...] = ()  # of the notice it belongs to, to say which of them it answers


@dataclass(frozen=True, slots=True)
class Track:
    """What became of the request for one of her places, as her page may tell it.

    `asked_at` is None while the notice is being prepared. Nothing here is older than her own report.
    """

    asked_at: datetime | None
    acknowledged_at: datetime | None
    answer: AnswerKind
    answered_at: datetime | None
    recipient_name: str
    unsure_since: datetime | None = None  # it was stopped on its way, and may have arrived


@dataclass(frozen=True, slots=True)
class SentOut:
    """A request that left for one of her items, as her page may tell it; not `sure`: it may have arrived."""

    item_id: UUID
    recipient_name: str
    at: datetime
    sure: bool


class Todo(StrEnum):
    """What a case waits for in this room."""

    APPROVE_NOTICE = "approve_notice"
    COMPLETE_NOTICE = "complete_notice"
    RESOLVE_HELD = "resolve_held"
    TALK_FIRST = "talk_first"
    SUBMIT_FORM = "submit_form"
    READ_ANSWER = "read_answer"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing a person has to do, and by when."""

    todo: Todo
    case_id: UUID
    notice_id: UUID
    notice_number: str
    mail_id: UUID | None
    since: datetime
    due_at: datetime
