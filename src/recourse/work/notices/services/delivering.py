"""What the outbox reports: a mail is about to leave, was taken over, or was given up.

Refuses: to let a message leave whose notice was stopped meanwhile. Messages of others pass.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.jobs.domain import UndeliverableError
from recourse.work.notices.domain import Correction, NoticeState, Reason
from recourse.work.notices.models import Notice
from recourse.work.notices.selectors.letters import live_lines, names_erased, why_idle
from recourse.work.notices.services.arriving import note_unsure
from recourse.work.notices.services.before_leaving import WAITS
from recourse.work.notices.services.handed_over import tell_handed_over
from recourse.work.notices.services.moving import correct, move, save
from recourse.work.notices.services.taking_off import replace
from recourse.work.notices.services.turning_out import turn_out

_S = NoticeState
_TO_HAND_OVER = {  # from queued: its transport does not report the start
    _S.QUEUED: (_S.SENDING, _S.SENT, _S.HANDED_OVER),
    _S.SENDING: (_S.SENT, _S.HANDED_OVER),
    _S.SENT: (_S.HANDED_OVER,),
}


def leave(*, outbox_id: UUID, now: datetime) -> None:
    """Mark a notice as on its way, just before its bytes leave. The last moment at which it can be stopped.

    A withdrawal, or a case that began to wait, stops it here while it is in the outbox, at the first try as at any
    later one: a relay may put a message off for days. Messages of others pass.

    Raises:
        UndeliverableError: it was cancelled or held meanwhile.
    """
    with transaction.atomic():
        notice = Notice.objects.select_for_update().filter(outbox_id=outbox_id).first()
        if notice is None:
            return
        if notice.state in {NoticeState.QUEUED, NoticeState.SENDING}:
            lines = live_lines(notice)
            why = why_idle(lines)
            erased = names_erased(notice)
            if lines and not why and not erased:
                if notice.state == NoticeState.QUEUED:
                    move(notice, NoticeState.SENDING, now=now)
                return
            reasons = (
                [Reason.CASE_ERASED]
                if erased
                else [*(reason for reason in WAITS if reason in why.values()), *why.values()]
            )
            reason = reasons[0] if reasons else Reason.MANDATE_WITHDRAWN
            note_unsure(notice)
            tried = notice.state == NoticeState.SENDING  # nobody knows what they have of it: for a person
            if tried or (reason in WAITS and len(why) == len(lines)):
                move(notice, NoticeState.HELD, now=now, reason=reason)
            else:  # the letter is signed: a line cannot be left out of it any more
                replace(notice, reason, now=now)
    if notice.state in {NoticeState.CANCELLED, NoticeState.HELD}:
        raise UndeliverableError(f"notice {notice.id} is {notice.state}", code="stopped")


def record_delivered(*, outbox_id: UUID, at: datetime, now: datetime) -> None:
    """Record that the recipient's side took a notice, and have its places watched closely."""
    with transaction.atomic():
        notice = Notice.objects.select_for_update().filter(outbox_id=outbox_id).first()
        if notice is None or notice.handed_over_at is not None:
            return
        if turn_out(notice, at=at, now=now):  # a worker that was overtaken, and had handed it over
            return
        notice.sent_at = notice.handed_over_at = at
        if notice.state in _TO_HAND_OVER:
            move(notice, *_TO_HAND_OVER[NoticeState(notice.state)], now=now)
        else:
            save(notice)  # an answer was faster than this report
        tell_handed_over(notice, now)


def record_gave_up(*, outbox_id: UUID, now: datetime) -> None:
    """Hold a notice that could not be delivered, for a person; the record says that it did not arrive, or may have."""
    with transaction.atomic():
        notice = Notice.objects.select_for_update().filter(outbox_id=outbox_id).first()
        if notice is None or notice.state not in {NoticeState.QUEUED, NoticeState.SENDING}:
            return
        note_unsure(notice)
        move(notice, NoticeState.HELD, now=now, reason=Reason.UNDELIVERABLE)
        if notice.ledger_entry:
            what = Correction.ARRIVAL_UNKNOWN if notice.unsure_since else Correction.NOT_DELIVERED
            correct(notice, notice.ledger_entry, what, now=now)
