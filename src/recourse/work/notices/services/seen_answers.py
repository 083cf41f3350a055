"""An answer that came by no mail: a person saw it in the recipient's inbox or on its page, and says so.

The same as a confirmed mail in everything it brings: it proves receipt, it may end a silence, it closes nothing.
Refuses: an answer to what never left.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.core.errors import IllegalMoveError
from recourse.base.jobs import services as jobs
from recourse.base.ledger.domain import EntryKind
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.notices.domain import CLAIMS, AnswerKind, AnswerRecorded, RefusalReason
from recourse.work.notices.services.answering import lines_meant, look_at_once, note_answer, said_already
from recourse.work.notices.services.by_hand import SubmittedWhenError
from recourse.work.notices.services.moving import locked, reconsider_reminders, record, save
from recourse.work.notices.services.receiving import prove_receipt
from recourse.work.notices.services.silence import settle_silence

THEIR_PAGE = "their_page"


def record_answer(
    *,
    notice_id: UUID,
    kind: AnswerKind | str,
    came_at: datetime,
    actor: Actor,
    now: datetime,
    line_ids: Iterable[UUID] | None = None,
    reason: RefusalReason | str = "",
) -> None:
    """Record what a recipient says on its own page about a notice's lines, all of them unless some are named.

    The same once more, as a button pressed twice sends it, changes nothing.

    Raises:
        NotAllowedError: the role may not.
        NotFoundError: no such notice, or a line of another one.
        IllegalMoveError: it never left, or nothing was said.
        SubmittedWhenError: a time before it left, or after now.
    """
    accounts.require(actor, Action.NOTICE_RECORD_ANSWER)
    said = AnswerKind(kind)
    with transaction.atomic():
        notice = locked(notice_id)
        left_at = notice.handed_over_at or notice.unsure_since
        if left_at is None or notice.ledger_entry is None or said is AnswerKind.NONE:
            raise IllegalMoveError(f"notice {notice_id}: nothing to answer")
        if not left_at <= came_at <= now:
            raise SubmittedWhenError(f"notice {notice_id}")
        because = RefusalReason(reason) if reason and said is AnswerKind.REFUSED else ""
        lines = lines_meant(notice, line_ids)
        if said_already(lines, said, at=came_at, because=because):
            return
        note_answer(lines, said, at=came_at, by=actor.staff_id, because=because)
        prove_receipt(notice, how=THEIR_PAGE, at=came_at, now=now)
        facts = {"notice": str(notice.ledger_entry), "recipient": notice.recipient_id, "said": said.value}
        record(notice, EntryKind.ANSWER, facts, now=now)
        settle_silence(notice, said, came_at=came_at, now=now)
        save(notice)
        reconsider_reminders([notice.id], now=now)
        if said in CLAIMS:
            look_at_once(notice, now)
        event = AnswerRecorded(notice_id=notice.id, mail_id=None, kind=said.value, at=now)
        jobs.emit(event=event, now=now)
