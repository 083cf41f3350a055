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
from recourse.work.notices.models import Notice
from recourse.work.notices.selectors.letters import opened, say_in
from recourse.world.recipients.selectors import Recipient

FRESH_BY_HAND = timedelta(minutes=30)  # a person needs a while for a form; older checks are made again first


def worksheet(notice: Notice, contact: Recipient, facts: LetterFacts, *, now: datetime) -> Worksheet | None:
    """Return the work-sheet of a notice, or of its reminder; None while there is nothing to submit by hand."""
    reminder = notice.reminders.filter(state=ReminderState.QUEUED, by_hand=True).exists()
    on_it = notice.state == NoticeState.QUEUED
    if not notice.by_hand or not (on_it or reminder):
        return None
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
        checked_at=notice.checked_at,
        fresh=is_fresh(notice, now),
        reminder=reminder,
    )


def is_fresh(notice: Notice, at: datetime) -> bool:
    """Tell whether a submission at that time rests on checks that are young enough."""
    return notice.checked_at is not None and at - notice.checked_at <= FRESH_BY_HAND


def _name(notice: Notice) -> str:
    try:
        return cases.name_for(notice.case_id, notice.channel_id)
    except NotFoundError:
        return ""
