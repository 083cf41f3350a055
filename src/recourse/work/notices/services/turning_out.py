"""What was stopped, and had left all the same: recorded as it happened, and the log takes back what it said.

A person had submitted the form before anybody could tell her. From here it is like any request that left: it may be
answered, its clock may run, it is counted, and its survivor reads of it. Refuses: to hide that it had been stopped;
to let two requests ask a recipient for the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from recourse.work.cases import selectors as cases
from recourse.work.notices.domain import AFTER_LEAVING, NoticeState, Reason
from recourse.work.notices.models import Backing, Notice, NoticeLine
from recourse.work.notices.selectors.standing import may_have_left
from recourse.work.notices.services.drafting import redraw
from recourse.work.notices.services.handed_over import tell_handed_over
from recourse.work.notices.services.moving import cancel_notice, locked, log, move, take_back_not_sent

_LEAVES = frozenset({NoticeState.SENDING, *AFTER_LEAVING})


def turn_out(notice: Notice, *, at: datetime, now: datetime) -> bool:
    """Let a locked notice that was stopped count as handed over at `at`.

    Returns:
        False if it was not stopped, or had never been ready to leave; nothing is changed then.
    """
    if not may_have_left(notice):
        return False
    notice.left_despite, notice.sent_at, notice.handed_over_at = notice.reason, at, at
    stopped = list(_ask_again(notice, now))
    move(notice, NoticeState.HANDED_OVER, now=now, turned_out=True)
    if notice.ledger_entry:
        take_back_not_sent(notice, notice.ledger_entry, now=now)
    for other in stopped:
        redraw(other, now=now)
    tell_handed_over(notice, now)
    log.info("notice_had_left", notice_id=str(notice.id), despite=notice.left_despite)
    return True


def _ask_again(notice: Notice, now: datetime) -> Iterable[Notice]:
    """Let the lines of a notice that was stopped ask again; yield what had to be stopped in their stead.

    What asks for the same by now stands behind them, to join as ever. A letter that has left, or is just leaving,
    asks instead of them. One that waits to leave, or was drafted in place of this one, is cancelled and drafted anew.
    """
    for line in list(notice.lines.filter(dropped="", place__isnull=False)):
        _back(notice, line)
        same = NoticeLine.objects.filter(
            place=line.place_id, recipient_id=line.recipient_id, kind=line.kind, open=True
        ).exclude(id=line.id)
        first = same.filter(behind=None).first()
        other = locked(first.notice_id) if first else None
        if other is not None and other.state in _LEAVES:
            NoticeLine.objects.filter(id=line.id).update(open=False, behind=None)
            continue
        if other is not None and (other.state == NoticeState.QUEUED or other.case_id == notice.case_id):
            cancel_notice(other, Reason.JOINED, now=now)
            yield other
        same.update(behind=line)
        NoticeLine.objects.filter(id=line.id).update(open=True, behind=None)


def _back(notice: Notice, line: NoticeLine) -> None:
    """Let her item stand behind the line again: a withdrawal took it off, and it was asked in her name."""
    item_id = cases.item_at(notice.case_id, line.place_id) if line.place_id else None
    if item_id is not None and notice.queued_at is not None:
        since = {"since": notice.queued_at, "case_id": notice.case_id}
        Backing.objects.get_or_create(line=line, item_id=item_id, defaults=since)
