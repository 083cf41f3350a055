"""Taking what may not be asked any more off notices that have not left; what others back goes on.

Refuses: to change a letter that somebody approved: it is cancelled, and what is left of it drafted anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from recourse.work.notices.domain import BEFORE_LEAVING, NoticeState, Reason
from recourse.work.notices.models import Backing, Notice, NoticeLine
from recourse.work.notices.selectors.letters import live_lines, names_erased
from recourse.work.notices.services.drafting import redraw
from recourse.work.notices.services.moving import cancel_notice, close_lines, locked
from recourse.work.notices.services.writing import recheck

_BEFORE_ARRIVING = BEFORE_LEAVING | {NoticeState.SENDING}
_APPROVED = frozenset({NoticeState.APPROVED, NoticeState.QUEUED, NoticeState.SENDING, NoticeState.HELD})


def take_off(
    item_ids: Iterable[UUID], reason: Reason, *, now: datetime, channel_id: str | None = None
) -> None:
    """Take items off every notice that has not left, or only off those on one channel.

    What nobody backs any more is cancelled. A notice that is approved or in the outbox and loses only some of its
    lines is cancelled and drafted anew with the rest: nobody's approval covers a letter that was changed under it.
    An erasure takes off also what a relay has put off: the letter names what nobody may read any more.
    """
    states = _BEFORE_ARRIVING if reason is Reason.CASE_ERASED else BEFORE_LEAVING
    lines = NoticeLine.objects.filter(
        open=True, backings__item_id__in=list(item_ids), notice__state__in=[*states]
    )
    if channel_id is not None:
        lines = lines.filter(notice__channel_id=channel_id)
    notice_ids = set(lines.values_list("notice_id", flat=True))
    Backing.objects.filter(line__in=lines, item_id__in=list(item_ids)).delete()
    for notice_id in sorted(notice_ids):
        notice = locked(notice_id)
        if NoticeState(notice.state) in states:
            _settle_backing(notice, reason, now)


def take_erased_off(notice: Notice, *, now: datetime) -> None:
    """Take places that were erased off a locked notice that has not left."""
    if notice.state in _BEFORE_ARRIVING and names_erased(notice):
        _settle_backing(notice, Reason.CASE_ERASED, now)


def replace(notice: Notice, reason: Reason, *, now: datetime) -> tuple[UUID, ...]:
    """Cancel a locked notice and draft its backed lines anew; the old one keeps its token, for late answers."""
    cancel_notice(notice, reason, now=now)
    return redraw(notice, now=now)


def _settle_backing(notice: Notice, reason: Reason, now: datetime) -> None:
    asking = set(notice.lines.filter(open=True).values_list("id", flat=True))  # of an erased place, too
    still_backed = {line.id for line in live_lines(notice) if line.backings.exists()}
    if not still_backed:
        cancel_notice(notice, reason, now=now)
    elif still_backed < asking:
        if notice.state in _APPROVED:
            replace(notice, reason, now=now)
            return
        close_lines(notice, asking - still_backed, why=reason, now=now)
        recheck(notice, now=now)
