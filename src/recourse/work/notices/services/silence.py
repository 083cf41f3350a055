"""Silence: a deadline that passed without an answer, set by a timer and by nothing else.

A notice stays silent while any line that still asks has no answer from within the deadline: an answer about one
place says nothing of the others.

Refuses: to call silent whoever wrote in time. What lies unread with us is our delay, not theirs; what turns out
to have come in time is taken back in the record. Also to call silent whoever may have done what we asked: while
nothing unanswered is public, and no look of ours can tell why, nobody was silent (decision 0038).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from recourse.base.jobs import services as jobs
from recourse.base.ledger.domain import EntryKind
from recourse.work.notices.domain import NO_ANSWER, AnswerKind, Correction, MailState, NoticeState
from recourse.work.notices.models import InboundMail, LedgerEntry, Notice, NoticeLine
from recourse.work.notices.services.moving import correct, locked, log, record, save
from recourse.world.checks import selectors as checks
from recourse.world.checks.domain import OUT_OF_SIGHT

DEADLINE = "notices.deadline"
LOOK_AGAIN = timedelta(hours=1)
_UNREAD = (MailState.NEW, MailState.WAITING_FOR_PERSON)


def plan_silence(notice: Notice, *, at: datetime) -> None:
    """Have the deadline of a locked notice looked at; one timer waits, however often this is asked."""
    key = f"{DEADLINE}:{notice.id}"
    jobs.enqueue(kind=DEADLINE, args={"notice": str(notice.id)}, due_at=at, key=key)


def record_silence(*, notice_id: UUID, now: datetime) -> None:
    """Record that the deadline passed without an answer; a timer calls this, never a person.

    While a mail that came in time waits to be read, nobody knows: it is looked at again within the hour.
    """
    with transaction.atomic():
        notice = locked(notice_id)
        if notice.state != NoticeState.RECEIPT_PROVEN or notice.silent_since is not None:
            return
        if notice.due_at is None or now < notice.due_at or not _unanswered_by(notice, notice.due_at).exists():
            return
        if _nothing_public(_unanswered_by(notice, notice.due_at)):
            return
        if InboundMail.light.filter(notice=notice, at__lte=notice.due_at, state__in=_UNREAD).exists():
            plan_silence(notice, at=now + LOOK_AGAIN)
            return
        notice.silent_since = notice.due_at
        save(notice)
        facts = {"notice": str(notice.ledger_entry), "recipient": notice.recipient_id}
        record(notice, EntryKind.SILENCE, facts, now=now)


def reconsider_silence(*, place_id: UUID, now: datetime) -> None:
    """Have passed deadlines looked at once more: a place of theirs that was out of sight is public again."""
    passed = Notice.objects.filter(
        lines__place_id=place_id,
        lines__open=True,
        state=NoticeState.RECEIPT_PROVEN,
        silent_since=None,
        due_at__lte=now,
    )
    for notice in passed.distinct():
        plan_silence(notice, at=now)


def settle_silence(notice: Notice, said: AnswerKind, *, came_at: datetime, now: datetime) -> None:
    """Let a confirmed answer to a locked notice, already noted on its lines, bear on its silence.

    The one in time that leaves no line unanswered takes a recorded silence back; one after which a line is still
    without an answer lets the timer look again.
    """
    if notice.silent_since is None:
        due = notice.due_at
        if due is not None and due <= now and _unanswered_by(notice, due).exists():
            plan_silence(notice, at=now)
        return
    in_time = said not in NO_ANSWER and came_at <= notice.silent_since
    if not in_time or _unanswered_by(notice, notice.silent_since).exists():
        return
    notice.silent_since = None
    save(notice)
    silences = LedgerEntry.objects.filter(notice=notice, kind=EntryKind.SILENCE).order_by("-at")
    entry = silences.values_list("entry_id", flat=True).first()
    if entry is not None:
        correct(notice, entry, Correction.ANSWERED_IN_TIME, now=now)
    log.info("silence_taken_back", notice_id=str(notice.id))


def _unanswered_by(notice: Notice, due: datetime) -> QuerySet[NoticeLine]:
    """Return the lines that still ask and had no answer by then."""
    late_or_none = Q(first_answer_at=None) | Q(first_answer_at__gt=due)
    return notice.lines.filter(late_or_none, open=True)


def _nothing_public(lines: QuerySet[NoticeLine]) -> bool:
    """Tell whether our looks found all of these out of the public's sight."""
    place_ids = set(lines.values_list("place_id", flat=True))
    seen = checks.availability(place_ids)
    return place_ids == set(seen) and all(view.state in OUT_OF_SIGHT for view in seen.values())
