"""Notices and mails from clear columns only: for lists, for the queue, for the survivor's own page.

Nothing here opens anything, so a process without the vault's identity may ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from recourse.base.core.errors import NotFoundError
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.notices.domain import (
    FOR_AN_OFFICER,
    AnswerKind,
    MailCategory,
    MailRow,
    MailState,
    NoticeKind,
    NoticeRow,
    NoticeState,
    OverdueRow,
    Reason,
    RefusalReason,
    Signature,
    Todo,
    TokenFound,
    Waiting,
    next_step,
    what_is_late,
)
from recourse.work.notices.models import Backing, InboundMail, Notice
from recourse.work.notices.selectors.standing import standings_of, with_ways
from recourse.world.recipients import selectors as recipients

# By when a person should have done it; the first page promises a decision within a day.
APPROVE_WITHIN = timedelta(hours=24)
READ_WITHIN = timedelta(hours=24)
MOST_COUNTED = 1000
_TODO = {
    NoticeState.READY: Todo.APPROVE_NOTICE,
    NoticeState.DRAFT: Todo.COMPLETE_NOTICE,
    NoticeState.INCOMPLETE: Todo.COMPLETE_NOTICE,
    NoticeState.HELD: Todo.RESOLVE_HELD,
    NoticeState.QUEUED: Todo.SUBMIT_FORM,  # only what a person submits
}


def id_of(number: str) -> UUID:
    """Return the id of the notice with this public number; tells nothing else.

    Raises:
        NotFoundError: no such notice.
    """
    found = by_number(number).values_list("id", flat=True).first()
    if found is None:
        raise NotFoundError("notice by number")
    return found


def by_number(number: str) -> QuerySet[Notice]:
    """Return the notice with this public number, or none; a database refuses a NUL even in a question."""
    spelt = number.strip().upper()
    return Notice.objects.filter(number=spelt) if spelt.isprintable() else Notice.objects.none()


def notices_of(*, actor: Actor, case_id: UUID) -> tuple[NoticeRow, ...]:
    """Return the notices that a case stands behind, latest first.

    Raises:
        NotAllowedError: the role may not see the queue.
    """
    accounts.require(actor, Action.CASE_LIST)
    backed = Backing.objects.filter(case_id=case_id).values_list("line__notice_id", flat=True)
    hers = Notice.objects.filter(case_id=case_id).values_list("id", flat=True)
    found = Notice.objects.filter(id__in={*hers, *backed}).prefetch_related("lines")
    return tuple(notice_row(notice) for notice in found.order_by("-created_at", "number"))


def count_mail_waiting(actor: Actor) -> int:
    """Count the mails that wait for a person, as far as a page needs it (`MOST_COUNTED` says "or more").

    Raises:
        NotAllowedError: the role may not read mail.
    """
    accounts.require(actor, Action.MAIL_READ)
    waiting = InboundMail.objects.filter(state=MailState.WAITING_FOR_PERSON)
    return waiting.order_by("at").values("id")[:MOST_COUNTED].count()


def mail_waiting(actor: Actor, *, limit: int = 100, offset: int = 0) -> tuple[MailRow, ...]:
    """Return the mails that wait for a person, oldest first; one page of them.

    Raises:
        NotAllowedError: the role may not read mail.
    """
    accounts.require(actor, Action.MAIL_READ)
    waiting = InboundMail.light.filter(state=MailState.WAITING_FOR_PERSON).select_related("notice")
    return tuple(mail_row(mail) for mail in waiting.order_by("at", "id")[offset : offset + limit])


def waiting_for(case_ids: Iterable[UUID]) -> dict[UUID, tuple[Waiting, ...]]:
    """Return what each of these cases waits for in this room, first due first."""
    wanted = list(case_ids)
    notices = Notice.objects.filter(case_id__in=wanted, state__in=[*FOR_AN_OFFICER])
    by_hand = Notice.objects.filter(case_id__in=wanted, state=NoticeState.QUEUED, by_hand=True)
    mails = InboundMail.light.filter(
        state=MailState.WAITING_FOR_PERSON, notice__isnull=False, notice__case_id__in=wanted
    ).select_related("notice")
    found = [_approval(notice) for notice in [*notices, *by_hand]]
    found += [_answer(mail, mail.notice) for mail in mails if mail.notice]
    by_case: dict[UUID, tuple[Waiting, ...]] = {}
    for one in sorted(found, key=lambda waiting: waiting.due_at):
        by_case[one.case_id] = (*by_case.get(one.case_id, ()), one)
    return by_case


def overdue(*, now: datetime, limit: int = 50, offset: int = 0) -> tuple[OverdueRow, ...]:
    """Return the notices of which something is late now, longest late first; one page of them.

    Walks an index of those alone, so it costs the same however many notices there are.
    """
    page = list(
        Notice.objects.filter(overdue_from__isnull=False, overdue_from__lte=now)
        .order_by("overdue_from", "id")
        .prefetch_related("lines")[offset : offset + limit]
    )
    standings = with_ways(standings_of(page), page)
    found = []
    for notice in page:
        late = what_is_late(standings[notice.id], now)
        if late is not None:
            found.append(OverdueRow(notice_row(notice), *late, next_step(standings[notice.id], now)))
    return tuple(found)


def noticed(item_ids: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Return the numbers of the notices about each item, oldest first; items without any are left out."""
    pairs = (
        Backing.objects.filter(item_id__in=list(item_ids))
        .order_by("line__notice__created_at", "line__notice__number")
        .values_list("item_id", "line__notice__number")
    )
    found: dict[UUID, tuple[str, ...]] = {}
    for item_id, number in pairs:
        found[item_id] = (*found.get(item_id, ()), number)
    return found


def notice_row(notice: Notice) -> NoticeRow:
    """Return a notice from its clear columns."""
    lines = [line for line in notice.lines.all() if not line.dropped]
    return NoticeRow(
        id=notice.id,
        number=notice.number,
        case_id=notice.case_id,
        kind=NoticeKind(notice.kind),
        state=NoticeState(notice.state),
        state_since=notice.state_since,
        reason=notice.reason,
        recipient_id=notice.recipient_id,
        recipient_name=recipient_name(notice.recipient_id),
        lines=len(lines),
        created_at=notice.created_at,
        approved_label=notice.approved_label,
        approved_at=notice.approved_at,
        sent_at=notice.sent_at,
        handed_over_at=notice.handed_over_at,
        receipt_proven_at=notice.receipt_proven_at,
        due_at=notice.due_at,
        silent_since=notice.silent_since,
        answers=tuple(dict.fromkeys(AnswerKind(line.answer) for line in lines)),
        by_hand=notice.by_hand,
        unsure_since=notice.unsure_since if notice.handed_over_at is None else None,
        left_despite=notice.left_despite,
        unproven_since=unproven_since(notice),
        joins=notice.joined_at is not None or any(line.open and line.behind_id for line in lines),
    )


def unproven_since(notice: Notice) -> datetime | None:
    """Return since when a notice is with the recipient's side and nothing proves that they have it."""
    sent = notice.state in {NoticeState.SENT, NoticeState.HANDED_OVER}
    return notice.handed_over_at if sent and notice.receipt_proven_at is None else None


def mail_row(mail: InboundMail) -> MailRow:
    """Return a mail from its clear columns."""
    notice = mail.notice
    return MailRow(
        id=mail.id,
        at=mail.at,
        category=MailCategory(mail.category),
        state=MailState(mail.state),
        dkim=Signature(mail.dkim),
        from_known=mail.from_known,
        found_by=TokenFound(mail.found_by),
        notice_id=notice.id if notice else None,
        notice_number=notice.number if notice else "",
        case_id=notice.case_id if notice else None,
        recipient_name=recipient_name(notice.recipient_id) if notice else "",
        proposed=AnswerKind(mail.proposed) if mail.proposed else None,
        proposed_reason=RefusalReason(mail.proposed_reason) if mail.proposed_reason else None,
        confirmed=AnswerKind(mail.confirmed) if mail.confirmed else None,
        trouble=mail.trouble,
        size=mail.size,
    )


def recipient_name(recipient_id: str) -> str:
    """Return the recipient's name as the rules have it now, or its id where they know it no longer."""
    return recipients.name_of(recipient_id)


def _approval(notice: Notice) -> Waiting:
    state = NoticeState(notice.state)
    talk = notice.reason == Reason.TALK_FIRST
    return Waiting(
        todo=Todo.TALK_FIRST if talk else _TODO[state],
        case_id=notice.case_id,
        notice_id=notice.id,
        notice_number=notice.number,
        mail_id=None,
        since=notice.state_since,
        due_at=notice.state_since + APPROVE_WITHIN,
    )


def _answer(mail: InboundMail, notice: Notice) -> Waiting:
    return Waiting(
        todo=Todo.READ_ANSWER,
        case_id=notice.case_id,
        notice_id=notice.id,
        notice_number=notice.number,
        mail_id=mail.id,
        since=mail.at,
        due_at=mail.at + READ_WITHIN,
    )
