"""What a survivor's own page may tell of the requests for her: hers alone, and nothing older than her own part in them.

From clear columns: a process without the vault's identity may ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import F

from recourse.work.notices.domain import AnswerKind, Approval, NoticeKind, NoticeState, SentOut, Track
from recourse.work.notices.models import Backing, Notice
from recourse.work.notices.selectors.rows import recipient_name


def approvals(case_id: UUID) -> tuple[Approval, ...]:
    """Return who approved a request for this case, when and of which kind, oldest first; from clear columns.

    Hers only: of a request that her item joined, the approval of her joining, never that of the one before.
    """
    hers = Notice.objects.filter(case_id=case_id, approved_at__isnull=False)
    shared = Notice.objects.filter(
        id__in=Backing.objects.filter(case_id=case_id, since__lte=F("line__notice__approved_at")).values(
            "line__notice_id"
        )
    )
    columns = ("approved_at", "number", "approved_label", "kind")
    # One OR over both would make PostgreSQL read the whole table; a union takes an index for each side.
    found = hers.values_list(*columns).union(shared.values_list(*columns)).order_by("approved_at", "number")
    return tuple(Approval(at, label, NoticeKind(kind)) for at, _number, label, kind in found)


def tracks(item_ids: Iterable[UUID]) -> dict[UUID, Track]:
    """Return what became of the request for each item; items for which nothing was drafted are left out.

    Where a request about the place was open before her item joined it, she is told of nothing older than her
    own joining: neither a state nor a time says that somebody else reported the same place.
    """
    backings = (
        Backing.objects.filter(item_id__in=list(item_ids), line__kind=NoticeKind.REMOVAL)
        .select_related("line__notice")
        .order_by("since", "line__notice__created_at")
    )
    found: dict[UUID, Track] = {}
    unsure: dict[UUID, datetime] = {}
    for backing in backings:  # the latest request of hers stands for the place
        at = backing.line.notice.unsure_since
        if backing.line.notice.handed_over_at is None and at is not None and _hers(at, backing):
            unsure[backing.item_id] = at
        if backing.line.notice.state != NoticeState.CANCELLED or backing.item_id not in found:
            found[backing.item_id] = _track(backing)
    for item_id in unsure.keys() & found.keys():
        if found[item_id].asked_at is None:
            found[item_id] = replace(found[item_id], unsure_since=unsure[item_id])
    return found


def sent_out(item_ids: Iterable[UUID]) -> tuple[SentOut, ...]:
    """Return every request that left for these items, of every kind, and those that may have left, oldest first.

    Of a request that her item joined, the time of her joining: nothing here is older.
    """
    backings = Backing.objects.filter(item_id__in=list(item_ids), line__dropped="").select_related(
        "line__notice"
    )
    found = set()
    for backing in backings:
        notice = backing.line.notice
        at = notice.handed_over_at or notice.unsure_since
        if at is not None:
            sure = notice.handed_over_at is not None
            name = recipient_name(notice.recipient_id)
            found.add(SentOut(backing.item_id, name, max(at, backing.since), sure))
    return tuple(sorted(found, key=lambda one: (one.at, one.recipient_name)))


def _track(backing: Backing) -> Track:
    line, notice = backing.line, backing.line.notice
    # What came back to us undelivered was not asked, whatever the first server said.
    came_back = notice.state in {NoticeState.HELD, NoticeState.CANCELLED}
    arrived = notice.handed_over_at if not came_back and not line.dropped else None
    asked = max(arrived, backing.since) if arrived else None
    answer = AnswerKind(line.answer) if _hers(line.answered_at, backing) else AnswerKind.NONE
    proven = notice.receipt_proven_at if not line.dropped else None  # what was left out was not received
    return Track(
        asked_at=asked,
        acknowledged_at=proven if _hers(proven, backing) else None,
        answer=answer,
        answered_at=line.answered_at if answer is not AnswerKind.NONE else None,
        recipient_name=recipient_name(notice.recipient_id),
    )


def _hers(at: datetime | None, backing: Backing) -> bool:
    return at is not None and at >= backing.since
