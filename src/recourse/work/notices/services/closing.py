"""A notice ends when our own checks saw all that it asks for gone. Refuses: to close one for any other reason."""

from __future__ import annotations

from datetime import datetime

from recourse.base.jobs import services as jobs
from recourse.work.notices.domain import AFTER_LEAVING, ENDS_WITH_REMOVAL, NoticeState
from recourse.work.notices.models import Notice
from recourse.work.notices.services.moving import close_lines, move, reconsider_reminders
from recourse.work.notices.services.silence import DEADLINE
from recourse.world.checks import selectors as checks
from recourse.world.checks.domain import RESOLVED


def close_if_resolved(notice: Notice, now: datetime) -> None:
    """Close a locked notice that left, once every place it still asks about is gone by our own checks."""
    if notice.kind not in ENDS_WITH_REMOVAL or notice.state not in {*AFTER_LEAVING, NoticeState.HELD}:
        return
    place_ids = list(notice.lines.filter(open=True).values_list("place_id", flat=True))
    seen = checks.availability(place_ids)
    if place_ids and all(place_id in seen and seen[place_id].state in RESOLVED for place_id in place_ids):
        move(notice, NoticeState.CLOSED, now=now)
        close_lines(notice, now=now)
        jobs.cancel(key=f"{DEADLINE}:{notice.id}", now=now)
        reconsider_reminders([notice.id], now=now)
