"""What became of everything that was asked about one item, from clear columns, for the desk.

Refuses: what happened to a request before this item joined it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.notices.domain import AnswerKind, MailRow, NoticeRow
from recourse.work.notices.models import Backing, InboundMail, Notice
from recourse.work.notices.selectors.rows import mail_row, notice_row


@dataclass(frozen=True, slots=True)
class AboutItem:
    """One request as it concerns one item."""

    row: NoticeRow
    since: datetime  # when the item joined it
    answer: AnswerKind
    answered_at: datetime | None
    dropped: str
    mails: tuple[MailRow, ...]
    reminded: tuple[tuple[datetime, str], ...]  # when a reminder left, and who approved it


def about_item(*, actor: Actor, item_id: UUID) -> tuple[AboutItem, ...]:
    """Return every request about an item, of every kind, oldest first.

    Raises:
        NotAllowedError: the role may not see the queue.
    """
    accounts.require(actor, Action.CASE_LIST)
    backings = Backing.objects.filter(item_id=item_id).select_related("line__notice")
    found = []
    for backing in backings.order_by("since", "line__notice__created_at"):
        line = backing.line
        mails = InboundMail.light.filter(notice=line.notice, at__gte=backing.since).select_related("notice")
        found.append(
            AboutItem(
                row=notice_row(line.notice),
                since=backing.since,
                answer=AnswerKind(line.answer),
                answered_at=line.answered_at,
                dropped=line.dropped,
                reminded=_reminded(line.notice, backing.since),
                mails=tuple(mail_row(mail) for mail in mails.order_by("at", "id")),
            )
        )
    return tuple(found)


def _reminded(notice: Notice, since: datetime) -> tuple[tuple[datetime, str], ...]:
    """Return when reminders left, and who approved each."""
    sent = notice.reminders.filter(sent_at__gte=since).order_by("number")
    return tuple((one.sent_at, one.approved_label) for one in sent if one.sent_at)
