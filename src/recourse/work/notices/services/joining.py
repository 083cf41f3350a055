"""Joining: a request about a place for which the same recipient was asked already, on another survivor's behalf.

It is drafted, read, approved and checked like any other. What the other notice asked is not asked twice: from the
approval on her item backs the line that was sent, and her page reads as if hers had been the first. Refuses: to
make one survivor wait for another's approval; whoever is approved first is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from recourse.base.jobs import services as jobs
from recourse.work.notices.domain import AFTER_LEAVING, NoticeHandedOver, NoticeState, Reason
from recourse.work.notices.models import Backing, Notice, NoticeLine
from recourse.work.notices.services.before_leaving import watchers_of
from recourse.work.notices.services.moving import close_lines, locked, log, move
from recourse.world.checks import services as check_services
from recourse.world.locations import selectors as locations

_ABOUT_TO_LEAVE = frozenset({NoticeState.APPROVED, NoticeState.QUEUED, NoticeState.SENDING})


def join_what_was_sent(notice: Notice, lines: Sequence[NoticeLine], now: datetime) -> list[NoticeLine]:
    """Return the lines that a locked, approved notice asks for itself; none while one of them has to be waited for.

    A line behind another's: if that was sent, ours joins it; if it is about to leave, we are woken when it has
    (`wake_followers`); if nobody has approved it, ours goes and it stands behind ours.
    """
    others = {line.id: locked(line.behind.notice_id) for line in lines if line.behind is not None}
    if any(NoticeState(other.state) in _ABOUT_TO_LEAVE for other in others.values()):
        return []
    for line in lines:
        if line.id in others and NoticeState(others[line.id].state) in AFTER_LEAVING:
            _join(line, now)
        elif line.id in others:
            _overtake(line)
    joined = {line.id for line in lines if line.id in others and line.behind is not None}
    if joined:
        close_lines(notice, joined, why=Reason.JOINED, now=now)
        log.info("notice_joined", notice_id=str(notice.id), lines=len(joined))
    if joined and len(joined) == len(lines):
        notice.joined_at = now
        move(notice, NoticeState.CLOSED, now=now, reason=Reason.JOINED)
        jobs.emit(event=NoticeHandedOver(notice_id=notice.id, at=now), now=now)
    return [line for line in lines if line.id not in joined]


def _join(line: NoticeLine, now: datetime) -> None:
    """Let those behind a line back the line that was sent, from now on, and have the place looked at as for a first."""
    sent = line.behind
    if sent is None:
        return
    watchers = watchers_of(line)
    known = set(sent.backings.values_list("item_id", flat=True))
    for backing in line.backings.all():
        if backing.item_id in known:
            backing.delete()
        else:
            Backing.objects.filter(id=backing.id).update(line=sent, since=now)
    if line.place_id and locations.can_be_visited(line.place_id):
        check_services.watch_closely(place_id=line.place_id, reason="notice", now=now, watchers=watchers)


def _overtake(line: NoticeLine) -> None:
    """Let a line that is approved ask in its own name, and the one before it stand behind it."""
    if line.behind is None:
        return
    NoticeLine.objects.filter(behind=line.behind).exclude(id=line.id).update(behind=line)
    NoticeLine.objects.filter(id=line.behind.id).update(behind=line)
    NoticeLine.objects.filter(id=line.id).update(behind=None)
    line.behind = None
