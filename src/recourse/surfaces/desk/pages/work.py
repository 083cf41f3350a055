"""The part of a notice's page where a person works on it, and the board of what is late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from recourse.people.accounts.domain import Action, Actor, may
from recourse.surfaces.desk.forms import day_and_hour
from recourse.surfaces.desk.pages.her import ChoiceLine, choice_line
from recourse.surfaces.desk.pages.mail import AnsweredLine, answered_lines
from recourse.surfaces.desk.pages.notice import flowed
from recourse.surfaces.desk.words import ANSWERS, NOTICE_KINDS, REFUSAL_REASONS
from recourse.surfaces.desk.words_notices import CHECK_FIRST, LATE, NEXT, REMINDER_STATES
from recourse.work.notices.domain import (
    AFTER_LEAVING,
    NoticeState,
    OpenNotice,
    OverdueRow,
    ReminderView,
    Worksheet,
)

State = tuple[str, str, str]
# What a page of theirs can say; a mail can say less, and says so itself.
SAID = {key: words for key, (words, _hint) in ANSWERS.items() if key != "none"}
_UNAPPROVED = frozenset({NoticeState.DRAFT, NoticeState.INCOMPLETE, NoticeState.READY})


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field of a recipient's form, ready to copy."""

    key: str
    label: str
    hints: tuple[str, ...]
    value: str
    rows: int

    @property
    def long(self) -> bool:
        """Tell whether it needs more than a line."""
        return self.rows > 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """The work-sheet of a submission by hand."""

    url: str
    fields: tuple[FieldLine, ...]
    first: tuple[str, ...]
    checked_at: datetime | None
    fresh: bool
    unread: bool  # the form's own words were not read
    reminder: bool
    day: str
    hour: str


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """One reminder, sent or possible."""

    number: int
    state: State
    opens_at: datetime | None
    approved_at: datetime | None
    approved_label: str
    sent_at: datetime | None
    digest: str
    subject: str
    letter: tuple[str, ...]
    possible: bool


@dataclass(frozen=True, slots=True)
class WorkPart:
    """What the notice's page shows of the work on it."""

    next_step: str
    sheet: Sheet | None
    reminders: tuple[ReminderLine, ...]
    choices: tuple[ChoiceLine, ...]
    doubts: tuple[str, ...]
    submitted_by: str
    after_all: str  # what was stopped, and may have been submitted all the same
    their_reference: str
    confirmation: str
    may_undo: bool
    may_write: bool
    addition: str
    reasons: str
    new_facts: str
    joins: bool
    by_hand: bool
    may_answer: bool
    lines: tuple[AnsweredLine, ...]
    day: str
    hour: str

    @property
    def reminder_stopped(self) -> bool:
        """Tell whether it is the reminder that was stopped, and not the notice."""
        return self.after_all == "reminder"

    @property
    def said(self) -> list[tuple[str, str]]:
        """What their page may say."""
        return [(key, str(words)) for key, words in SAID.items()]

    @property
    def refusals(self) -> list[tuple[str, str]]:
        """Why they may refuse."""
        return [(key, str(words)) for key, words in REFUSAL_REASONS.items()]


@dataclass(frozen=True, slots=True)
class LateRow:
    """One row of the board."""

    number: str
    link: str
    recipient: str
    kind: str
    state: State
    since: datetime
    late: timedelta
    next_step: str
    step_link: str


def work_part(notice: OpenNotice, *, actor: Actor, now: datetime) -> WorkPart:
    """Return the part of a notice that was opened and whose reading was recorded."""
    decides = may(actor.role, Action.NOTICE_APPROVE)
    row = notice.row
    day, hour = day_and_hour(now)
    return WorkPart(
        next_step=str(NEXT[notice.next_step]) if notice.next_step != "wait" else "",
        sheet=_sheet(notice.worksheet, now) if notice.worksheet and decides else None,
        reminders=tuple(_reminder(one) for one in notice.reminders) if decides else (),
        choices=tuple(choice_line(one, decides=False) for one in notice.choices),
        doubts=notice.disagreements,
        submitted_by=notice.submitted_by,
        after_all=notice.after_all or "" if decides else "",
        their_reference=notice.their_reference,
        confirmation=notice.confirmation,
        may_undo=decides and row.by_hand and row.state in {"handed_over", "receipt_proven"},
        may_write=decides and row.state in _UNAPPROVED,
        addition=notice.addition,
        reasons=notice.reasons,
        new_facts=notice.new_facts,
        joins=row.joins,
        by_hand=row.by_hand,
        may_answer=may(actor.role, Action.NOTICE_RECORD_ANSWER)
        and (row.state in AFTER_LEAVING or row.unsure_since is not None),
        lines=answered_lines(notice.lines),
        day=day,
        hour=hour,
    )


def _sheet(sheet: Worksheet, now: datetime) -> Sheet:
    day, hour = day_and_hour(now)
    return Sheet(
        url=sheet.url,
        fields=tuple(_fields(sheet)),
        first=tuple(str(CHECK_FIRST[one]) for one in sheet.check_first),
        checked_at=sheet.checked_at,
        fresh=sheet.fresh,
        unread=not all(one.stated for one in sheet.fields),
        reminder=sheet.reminder,
        day=day,
        hour=hour,
    )


def _fields(sheet: Worksheet) -> Iterable[FieldLine]:
    for one in sheet.fields:
        hints = (
            _("required") if one.required else "",
            _("choose: %(option)s") % {"option": one.choose} if one.choose else "",
            _("nothing of ours fills it: you decide") if one.by_person else "",
        )
        lines = max(one.value.count("\n") + 1, len(one.value) // 60 + 1)
        yield FieldLine(one.key, one.label, tuple(filter(None, hints)), one.value, min(lines, 12))


def _reminder(one: ReminderView) -> ReminderLine:
    kind, sign, words = REMINDER_STATES[one.state]
    if one.left_despite:
        words = _("Sent, although it had been stopped")
    elif one.unsure_since:
        kind, sign, words = "late", "late", _("Stopped; it may have arrived")
    return ReminderLine(
        number=one.number,
        state=(kind, sign, str(words)),
        opens_at=one.opens_at,
        approved_at=one.approved_at,
        approved_label=one.approved_label,
        sent_at=one.sent_at,
        digest=one.digest,
        subject=one.subject,
        letter=tuple(flowed(part) for part in one.body.split("\n\n") if part.strip()),
        possible=one.state == "possible",
    )


def late_rows(rows: Sequence[OverdueRow], *, now: datetime) -> list[LateRow]:
    """Return the board's rows in their order."""
    return [_late(one, now) for one in rows]


def _late(one: OverdueRow, now: datetime) -> LateRow:
    kind, sign, words = LATE[one.what]
    link = reverse("notice", args=[one.notice.number])
    step = one.next_step.value
    anchors = {"remind": "#remind", "submit": "#submit"}
    return LateRow(
        number=one.notice.number,
        link=link,
        recipient=one.notice.recipient_name,
        kind=str(NOTICE_KINDS[one.notice.kind]),
        state=(kind, sign, str(words)),
        since=one.since,
        late=now - one.since,
        next_step=str(NEXT[step]),
        step_link=link + anchors.get(step, "#next") if step not in {"wait", "nothing_more"} else "",
    )
