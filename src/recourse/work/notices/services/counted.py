"""What a line keeps for the public figures when its place is unlinked: a state and times, which lead to nobody.

Erasing keeps counts: a removal that we verified does not become undone because somebody asked to be forgotten.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from recourse.work.notices.models import Notice, NoticeLine
from recourse.world.checks import selectors as checks


def keep_counts(notice: Notice, line_ids: set[UUID] | None = None) -> None:
    """Write down for lines of a locked notice, all or those named, how their places stand, before the links go."""
    if notice.handed_over_at is None:  # it never left: nothing of it is counted
        return
    lines = [
        line for line in notice.lines.filter(place__isnull=False) if line_ids is None or line.id in line_ids
    ]
    seen = checks.availability([line.place_id for line in lines if line.place_id is not None])
    for line in lines:
        view = seen.get(line.place_id) if line.place_id is not None else None
        asked = NoticeLine.objects.filter(
            place=line.place_id, kind=line.kind, dropped="", notice__handed_over_at__lt=notice.handed_over_at
        )
        recipients = set(asked.values_list("recipient_id", flat=True))
        line.counted_as = {
            "first": line.recipient_id not in recipients,
            "known": bool(recipients),
            "state": view.state.value if view else None,
            "live": _written(view.last_live_at) if view else None,
            "gone": _written(view.first_gone_at) if view else None,
            "unseen": _written(view.first_unseen_at) if view else None,
            "checked": _written(view.checked_at) if view else None,
        }
        line.save(update_fields=["counted_as"])


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
