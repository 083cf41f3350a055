"""What follows when a notice has left, whoever says so: its places are watched closely, the rooms above are told."""

from __future__ import annotations

from datetime import datetime

from recourse.base.jobs import services as jobs
from recourse.work.notices.domain import NoticeHandedOver
from recourse.work.notices.models import Notice
from recourse.work.notices.selectors.letters import live_lines
from recourse.work.notices.services.before_leaving import watchers_of
from recourse.world.checks import services as checks
from recourse.world.locations import selectors as locations


def tell_handed_over(notice: Notice, now: datetime) -> None:
    """Have the places of a notice that left watched closely, and tell the rooms above."""
    for line in live_lines(notice):
        if line.place_id and locations.can_be_visited(line.place_id):
            watchers = watchers_of(line)
            checks.watch_closely(place_id=line.place_id, reason="notice", now=now, watchers=watchers)
    at = notice.handed_over_at or now
    jobs.emit(event=NoticeHandedOver(notice_id=notice.id, at=at), now=now)
