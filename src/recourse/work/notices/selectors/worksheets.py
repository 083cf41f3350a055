"""The work-sheet of a form that a person fills in: ready once the notice is approved and checked.

Refuses: her name anywhere but in the field that asks for it, and only where she gave it to this channel.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from recourse.base.core.errors import NotFoundError
from recourse.work.cases import selectors as cases
from recourse.work.notices.domain import (
    LetterFacts,
    NoticeState,
    ReminderState,
    Worksheet,
    check_first,
    worksheet_fields,
)
from recourse.work.notices.models import Notice, Reminder
from recourse.work.notices.selectors.letters import letter_facts, opened, say_in
from recourse.work.notices.selectors.reminders import still_to_remind
from recourse.world.recipients.selectors import Recipient

FRESH_BY_HAND = timedelta(minutes=30)  # a person needs a while for a form; older checks are made again first


def worksheet(notice: Notice, contact: Recipient, facts: LetterFacts, *, now: datetime) -> Worksheet | None:
    """Return the work-sheet of a notice, or of its reminder; None while there is nothing to submit by hand."""
    reminder = waiting_reminder(notice)
    on_it = notice.state == NoticeState.QUEUED
    if not notice.by_hand or not (on_it or reminder):
        return None
    if reminder is not None:
        lines = still_to_remind(notice)
        if not lines:
            return None
        facts = letter_facts(notice, lines, on=now, entry=notice.ledger_entry)
    checked_at = _checked_at(notice, reminder)
    return Worksheet(
        url=contact.url or contact.address,
        fields=worksheet_fields(
            facts,
            contact.form_fields,
            contact=opened(notice, "reply_address"),
            name=_name(notice) if contact.needs_name else "",
            say=say_in(notice.language),
        ),
        check_first=check_first(contact.form_fields),
        checked_at=checked_at,
        fresh=_young(checked_at, now),
        reminder=reminder is not None,
    )


def is_fresh(notice: Notice, at: datetime) -> bool:
    """Tell whether a submission at that time rests on checks that are young enough."""
    return _young(_checked_at(notice, waiting_reminder(notice)), at)


def waiting_reminder(notice: Notice) -> Reminder | None:
    """Return the reminder of a notice that a person has to submit, if one waits."""
    return notice.reminders.filter(state=ReminderState.QUEUED, by_hand=True).first()


def stopped_reminder(notice: Notice) -> Reminder | None:
    """Return the last reminder that was stopped on its work-sheet and may have been submitted all the same."""
    on_a_sheet = notice.reminders.filter(by_hand=True, ledger_entry__isnull=False, sent_at=None)
    return on_a_sheet.filter(state=ReminderState.CANCELLED).order_by("-number").first()


def _checked_at(notice: Notice, reminder: Reminder | None) -> datetime | None:
    """Return when our checks last passed; a reminder passed its own when it came on to the sheet."""
    return notice.checked_at if reminder is None else reminder.state_since


def _young(checked_at: datetime | None, at: datetime) -> bool:
    return checked_at is not None and at - checked_at <= FRESH_BY_HAND


def _name(notice: Notice) -> str:
    try:
        return cases.name_for(notice.case_id, notice.channel_id)
    except NotFoundError:
        return ""
