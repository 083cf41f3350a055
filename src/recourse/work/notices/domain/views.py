"""The shapes in which notices and mails are handed out. Whatever could be read by itself stays out of `repr`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from recourse.work.cases.domain import Purpose
from recourse.work.notices.domain.elements import ElementView
from recourse.work.notices.domain.mail import About, Attached
from recourse.work.notices.domain.states import (
    AnswerKind,
    MailCategory,
    MailState,
    NoticeKind,
    NoticeState,
    RefusalReason,
    Signature,
    TokenFound,
)


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
    digest: str  # names the letter as it is shown, for the approval
    subject: str = field(repr=False)
    body: str = field(repr=False)
    remark: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenMail:
    """A mail, unsealed, after the reading was recorded. `text` is plain and hostile: show it, never follow it."""

    row: MailRow
    about: About = field(repr=False)
    attachments: tuple[Attached, ...] = field(repr=False)
    text: str = field(repr=False)
    own_words: str = field(repr=False)


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


class Todo(StrEnum):
    """What a case waits for in this room."""

    APPROVE_NOTICE = "approve_notice"
    COMPLETE_NOTICE = "complete_notice"
    RESOLVE_HELD = "resolve_held"
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
