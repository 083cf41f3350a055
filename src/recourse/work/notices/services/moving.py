"""Moving a notice along its table, and what every move brings with it. Used by the other verbs.

Refuses: a move that the table does not have; a leaf of the record that erasure could not find again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from uuid import UUID

import structlog

from recourse.base.core.errors import NotFoundError
from recourse.base.jobs import services as jobs
from recourse.base.jobs.domain import Priority
from recourse.base.ledger import selectors as ledger_selectors
from recourse.base.ledger import services as ledger
from recourse.base.ledger.domain import EntryKind
from recourse.work.cases import services as cases
from recourse.work.notices.domain import (
    AFTER_LEAVING,
    FOR_AN_OFFICER,
    Correction,
    NoticeState,
    Reason,
    ReminderState,
    late_from,
    require_move,
)
from recourse.work.notices.models import Backing, LedgerEntry, Notice, NoticeLine, Reminder
from recourse.work.notices.selectors.standing import standing_of
from recourse.work.notices.services.arriving import note_unsure
from recourse.work.notices.services.steps import keep_steps

SEND = "notices.send"
FRESHEN = "notices.freshen"
log = structlog.get_logger(__name__)


def locked(notice_id: UUID) -> Notice:
    """Return the notice, locked until the caller's transaction ends.

    Raises:
        NotFoundError: no such notice.
    """
    notice = Notice.objects.select_for_update().filter(id=notice_id).first()
    if notice is None:
        raise NotFoundError(f"notice {notice_id}")
    return notice


def move(
    notice: Notice,
    *path: NoticeState,
    now: datetime,
    reason: Reason | None = None,
    turned_out: bool = False,
) -> None:
    """Move a locked notice along a path of one state or several, and save the whole row once.

    Raises:
        IllegalMoveError: the table has no such move.
    """
    before, after = NoticeState(notice.state), path[-1]
    for one, other in pairwise((before, *path)):
        require_move(one, other, turned_out=turned_out)
    notice.state, notice.state_since = after, now
    notice.reason = reason or ""
    save(notice)
    _keep_cases(notice, now)
    if notice.by_hand or {before, after} & FOR_AN_OFFICER:  # else nobody's list of work changes
        keep_steps([notice.case_id], now=now)
    log.info(
        "notice_moved", notice_id=str(notice.id), before=before, after=after, reason=notice.reason or None
    )
    if after in _LET_OTHERS_GO:
        wake_followers(notice, now)


_LET_OTHERS_GO = AFTER_LEAVING | {NoticeState.HELD}


def save(notice: Notice) -> None:
    """Save a locked notice with the time from which it stands on the overdue board worked out afresh."""
    notice.overdue_from = late_from(standing_of(notice))
    notice.save()


def wake_followers(notice: Notice, now: datetime) -> None:
    """Have approved notices looked at again that wait for this one to leave, or not to."""
    waiting = Notice.objects.filter(
        state=NoticeState.APPROVED, lines__behind__notice=notice, lines__open=True
    )
    for notice_id in sorted(set(waiting.values_list("id", flat=True))):
        send_soon(notice_id, now)


def send_soon(notice_id: UUID, at: datetime) -> None:
    """Have an approved notice brought to the outbox; one job waits, however often this is asked."""
    jobs.enqueue(
        kind=SEND,
        args={"notice": str(notice_id)},
        due_at=at,
        priority=Priority.URGENT,
        key=f"{SEND}:{notice_id}",
    )


def freshen_soon(notice_id: UUID, at: datetime) -> None:
    """Have the checks of what lies on a work-sheet made again; one job waits, however often this is asked."""
    key = f"{FRESHEN}:{notice_id}"
    jobs.enqueue(kind=FRESHEN, args={"notice": str(notice_id)}, due_at=at, key=key)


def reconsider_reminders(notice_ids: Iterable[UUID], *, now: datetime) -> None:
    """Have reminders on a work-sheet looked at again: an answer or a withdrawal may have taken their reason away."""
    waiting = Reminder.objects.filter(
        notice__in=list(notice_ids), state=ReminderState.QUEUED, by_hand=True
    ).values_list("notice_id", flat=True)
    for notice_id in sorted(set(waiting)):
        freshen_soon(notice_id, now)


def close_lines(
    notice: Notice, line_ids: Iterable[UUID] | None = None, *, why: str = "", now: datetime
) -> None:
    """Let lines of a locked notice ask for nothing any more, all unless some are named.

    What stood behind one of them asks in its own name from here: the oldest first, the others behind that.
    """
    lines = notice.lines.filter(open=True)
    if line_ids is not None:
        lines = lines.filter(id__in=list(line_ids))
    ended = list(lines.values_list("id", flat=True))
    changed = {"open": False, **({"dropped": why} if why else {})}
    NoticeLine.objects.filter(id__in=ended).update(**changed)
    for line_id in ended:
        followers = list(
            NoticeLine.objects.filter(behind_id=line_id, open=True).order_by("notice__created_at", "id")
        )
        if followers:
            NoticeLine.objects.filter(id=followers[0].id).update(behind=None)
            NoticeLine.objects.filter(id__in=[one.id for one in followers[1:]]).update(behind=followers[0])
            if followers[0].notice.state == NoticeState.APPROVED:
                send_soon(followers[0].notice_id, now)


def _keep_cases(notice: Notice, now: datetime) -> None:
    """Let what happens to a notice count as activity of its cases, so that none is erased as inactive."""
    backing = set(Backing.objects.filter(line__notice=notice).values_list("case_id", flat=True))
    for case_id in sorted({notice.case_id, *backing}):
        cases.note_activity(case_id=case_id, now=now)


def cancel_notice(notice: Notice, reason: Reason, *, now: datetime) -> None:
    """Cancel a locked notice: its lines ask for nothing any more, and the record says that it did not leave.

    Where that is not known, since it was stopped on its way, the record says so, and so does the notice.
    """
    if notice.state == NoticeState.SENDING:  # an erasure does not wait for it
        note_unsure(notice, at_rest=False)
        move(notice, NoticeState.HELD, NoticeState.CANCELLED, now=now, reason=reason)
    else:
        move(notice, NoticeState.CANCELLED, now=now, reason=reason)
    close_lines(notice, now=now)
    if notice.ledger_entry and not notice.handed_over_at and not list(_denials(notice, notice.ledger_entry)):
        what = Correction.ARRIVAL_UNKNOWN if notice.unsure_since else Correction.NOT_SENT
        correct(notice, notice.ledger_entry, what, now=now)


def correct(notice: Notice, entry_id: UUID | None, what: Correction, *, now: datetime) -> UUID:
    """Say in the public record what was wrong with an entry about a notice, or is not so any more."""
    return record(notice, EntryKind.CORRECTION, {"corrects": str(entry_id), "what": what.value}, now=now)


def take_back_not_sent(notice: Notice, entry_id: UUID, *, now: datetime) -> None:
    """Say in the public record that what an entry tells of had left, wherever the record says that it had not."""
    for row in list(_denials(notice, entry_id)):
        correct(notice, row.entry_id, Correction.LEFT_AFTER_ALL, now=now)
        row.corrected = True
        row.save(update_fields=["corrected"])


_DENIES = frozenset({Correction.NOT_SENT, Correction.NOT_DELIVERED, Correction.ARRIVAL_UNKNOWN})


def _denials(notice: Notice, entry_id: UUID) -> Iterable[LedgerEntry]:
    """Yield what the record says, and has not taken back, against what an entry tells of having arrived."""
    for row in LedgerEntry.objects.filter(notice=notice, kind=EntryKind.CORRECTION, corrected=False):
        said = ledger_selectors.facts_of(row.entry_id)
        if said.get("corrects") == str(entry_id) and said.get("what") in _DENIES:
            yield row


def record(notice: Notice, kind: EntryKind, facts: Mapping[str, str], *, now: datetime) -> UUID:
    """Put a leaf about a notice into the public record and remember it for erasure.

    Facts are coarse on purpose: who was asked, what kind of step. No place, no number, no case.
    """
    entry_id = ledger.record(kind=kind, facts=facts, now=now, about=notice.id)
    LedgerEntry.objects.create(notice=notice, entry_id=entry_id, kind=kind, at=now)
    return entry_id
