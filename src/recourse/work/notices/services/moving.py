"""Moving a notice along its table, and what every move brings with it. Used by the other verbs.

Refuses: a move that the table does not have; a leaf of the record that erasure could not find again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog

from recourse.base.core.errors import NotFoundError
from recourse.base.ledger import services as ledger
from recourse.base.ledger.domain import EntryKind
from recourse.work.cases import services as cases
from recourse.work.notices.domain import NoticeState, Reason, require_move
from recourse.work.notices.models import Backing, LedgerEntry, Notice
from recourse.work.notices.services.steps import keep_steps

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


def move(notice: Notice, after: NoticeState, *, now: datetime, reason: Reason | None = None) -> None:
    """Move a locked notice and save the whole row.

    Raises:
        IllegalMoveError: the table has no such move.
    """
    before = NoticeState(notice.state)
    require_move(before, after)
    notice.state, notice.state_since = after, now
    notice.reason = reason or ""
    notice.save()
    _keep_cases(notice, now)
    log.info(
        "notice_moved", notice_id=str(notice.id), before=before, after=after, reason=notice.reason or None
    )


def _keep_cases(notice: Notice, now: datetime) -> None:
    """Let what happens to a notice count as activity of its cases, and have the queue know what it asks for."""
    backing = set(Backing.objects.filter(line__notice=notice).values_list("case_id", flat=True))
    for case_id in sorted({notice.case_id, *backing}):
        cases.note_activity(case_id=case_id, now=now)
    keep_steps([notice.case_id], now=now)


def cancel_notice(notice: Notice, reason: Reason, *, now: datetime) -> None:
    """Cancel a locked notice: its lines ask for nothing any more, and the record says that it never left."""
    move(notice, NoticeState.CANCELLED, now=now, reason=reason)
    notice.lines.update(open=False)
    if notice.ledger_entry and not notice.handed_over_at:
        record(
            notice, EntryKind.CORRECTION, {"corrects": str(notice.ledger_entry), "what": "not_sent"}, now=now
        )


def record(notice: Notice, kind: EntryKind, facts: Mapping[str, str], *, now: datetime) -> UUID:
    """Put a leaf about a notice into the public record and remember it for erasure.

    Facts are coarse on purpose: who was asked, what kind of step. No place, no number, no case.
    """
    entry_id = ledger.record(kind=kind, facts=facts, now=now, about=notice.id)
    LedgerEntry.objects.create(notice=notice, entry_id=entry_id, kind=kind, at=now)
    return entry_id
