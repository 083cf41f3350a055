"""The reminder that could be sent now, as it would be read, and those that were."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from recourse.work.notices.domain import (
    NO_ANSWER,
    AnswerKind,
    NoticeState,
    ReminderState,
    ReminderView,
    letter_digest,
    render_reminder,
)
from recourse.work.notices.models import Notice, NoticeLine, Reminder
from recourse.work.notices.selectors.letters import acting, letter_facts, live_lines, opened, say_in, unsealed
from recourse.work.notices.selectors.standing import reminder_opens
from recourse.world.checks import selectors as checks
from recourse.world.checks.domain import OUT_OF_SIGHT
from recourse.world.recipients.selectors import Recipient

_ASKS_STILL = frozenset({NoticeState.HANDED_OVER, NoticeState.RECEIPT_PROVEN})


def unanswered_lines(notice: Notice) -> list[NoticeLine]:
    """Return the lines a reminder is about: without an answer that says anything, and not seen out of sight."""
    lines = [line for line in live_lines(notice) if AnswerKind(line.answer) in NO_ANSWER]
    seen = checks.availability([line.place_id for line in lines if line.place_id])
    return [
        line for line in lines if line.place_id not in seen or seen[line.place_id].state not in OUT_OF_SIGHT
    ]


def still_to_remind(notice: Notice) -> list[NoticeLine]:
    """Return the lines that a reminder may name now: unanswered, and for each somebody may still act."""
    lines = unanswered_lines(notice) if NoticeState(notice.state) in _ASKS_STILL else []
    going = acting(lines)
    return [line for line in lines if line.id in going]


def reminder_letter(
    notice: Notice, lines: list[NoticeLine], *, on: datetime, signer: str | None = None
) -> tuple[str, str]:
    """Return subject and body of a reminder about these lines.

    Raises:
        KeyNotHeldError: this process does not hold the identity.
    """
    sent_on = (notice.handed_over_at or on).date()
    facts = replace(letter_facts(notice, lines, on=on, entry=notice.ledger_entry), signer=signer)
    reference = opened(notice, "their_reference")
    return render_reminder(facts, sent_on=sent_on, their_reference=reference, say=say_in(notice.language))


def reminder_views(notice: Notice, contact: Recipient, *, now: datetime) -> tuple[ReminderView, ...]:
    """Return the reminders of a notice, the one that is possible now or later last."""
    rows = list(notice.reminders.order_by("number"))
    views = [_sent_view(notice, row) for row in rows]
    counted = [row for row in rows if row.state != ReminderState.CANCELLED]
    opens = reminder_opens(notice, counted)
    lines = unanswered_lines(notice) if NoticeState(notice.state) in _ASKS_STILL else []
    if opens is None or not lines:
        return tuple(views)
    subject, body = reminder_letter(notice, lines, on=now)
    possible = ReminderView(
        number=len(rows) + 1,
        state=ReminderState.POSSIBLE if opens <= now else ReminderState.TOO_EARLY,
        opens_at=opens,
        approved_at=None,
        approved_label="",
        sent_at=None,
        left_despite=False,
        unsure_since=None,
        by_hand=contact.human_only,
        digest=letter_digest(contact.address, subject, body),
        subject=subject,
        body=body,
    )
    return (*views, possible)


def _sent_view(notice: Notice, row: Reminder) -> ReminderView:
    return ReminderView(
        number=row.number,
        state=ReminderState(row.state),
        opens_at=None,
        approved_at=row.approved_at,
        approved_label=row.approved_label,
        sent_at=row.sent_at,
        left_despite=row.left_despite,
        unsure_since=row.unsure_since if row.sent_at is None else None,
        by_hand=row.by_hand,
        digest="",
        subject=unsealed(notice, f"reminder.subject:{row.number}", row.subject),
        body=unsealed(notice, f"reminder.body:{row.number}", row.body),
    )
