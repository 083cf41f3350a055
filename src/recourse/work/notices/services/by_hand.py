"""What a person submits, where the machine may not: a form, a portal, an application.

The notice is approved and checked like any other and has its leaf before anything leaves; then it waits on a
work-sheet. What was submitted, when, and what the recipient called it is recorded here. Refuses: a submission on
checks that have grown old, unless it was made already; to hide a wrong record: it is corrected in the log. What was
submitted outside is a fact: it is recorded also where the notice was stopped before anybody could tell her.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from recourse.base.core.errors import BadInputError, ConflictError, IllegalMoveError
from recourse.base.jobs import services as jobs
from recourse.base.ledger.domain import EntryKind
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases import services as cases
from recourse.work.cases.domain import bounded_text
from recourse.work.notices.domain import AnswerKind, Correction, NoticeState, Reason
from recourse.work.notices.models import InboundMail, LedgerEntry, Notice
from recourse.work.notices.selectors.letters import letter_facts, live_lines, written
from recourse.work.notices.selectors.standing import may_have_left
from recourse.work.notices.selectors.worksheets import is_fresh, waiting_reminder
from recourse.work.notices.services.before_leaving import (
    COME_BACK,
    ask_for_probes,
    gone,
    leave_out,
    only_acting,
)
from recourse.work.notices.services.closing import close_if_resolved
from recourse.work.notices.services.drafting import redraw
from recourse.work.notices.services.handed_over import tell_handed_over
from recourse.work.notices.services.moving import cancel_notice, correct, freshen_soon, locked, move, save
from recourse.work.notices.services.receiving import PROVES_RECEIPT, prove_receipt, reference_lookup
from recourse.work.notices.services.silence import DEADLINE
from recourse.work.notices.services.turning_out import turn_out
from recourse.work.notices.services.writing import seal_into, store_letter
from recourse.world.recipients import selectors as recipients

LONGEST_REFERENCE = 200
LONGEST_CONFIRMATION = 4000
UNDO_WITHIN = timedelta(days=7)


class CheckAgainError(ConflictError):
    """Our checks are older than a submission may rest on."""

    code = "check_again"
    sentence = gettext_noop(
        "Our checks are too old by now. Have them made again before you submit. "
        "If you have submitted it already, tick that and record it."
    )


class SubmittedWhenError(BadInputError):
    """The time of submission cannot be."""

    code = "submitted_when"
    sentence = gettext_noop(
        "This time lies before the approval or in the future. Write when you submitted it."
    )


def record_submission(
    *,
    notice_id: UUID,
    actor: Actor,
    now: datetime,
    submitted_at: datetime,
    their_reference: str = "",
    confirmation: str = "",
    already: bool = False,
) -> None:
    """Record that a person submitted a notice, and what the recipient showed for it.

    A reference of theirs, or the words of their page that confirm it, is proof of receipt; without either nothing
    proves it, and no clock starts. What was stopped meanwhile is recorded too: it left all the same (`turn_out`).

    Args:
        notice_id: the notice on the work-sheet, or one that was stopped there.
        actor: who submitted it.
        now: the business time.
        submitted_at: when it was submitted.
        their_reference: what they call it.
        confirmation: what their page said.
        already: it was submitted, however old our checks are.

    Raises:
        NotAllowedError, NotFoundError, HeldBySomeoneError: as `approve`.
        IllegalMoveError: it was never on a work-sheet, or is recorded already.
        SubmittedWhenError: a time before it was on the work-sheet, or after now.
        CheckAgainError: our checks are too old and it was not submitted already.
        FieldTooLongError: the reference or the confirmation is too long.
    """
    accounts.require(actor, Action.NOTICE_APPROVE)
    reference = bounded_text(
        their_reference, question="submission", field="their_reference", limit=LONGEST_REFERENCE
    )
    shown = bounded_text(
        confirmation, question="submission", field="confirmation", limit=LONGEST_CONFIRMATION
    )
    with transaction.atomic():
        notice = _submittable(notice_id, actor, now)
        stopped = notice.state != NoticeState.QUEUED
        if notice.queued_at is None or not notice.queued_at <= submitted_at <= now:
            raise SubmittedWhenError(f"notice {notice_id}")
        if not (already or stopped) and not is_fresh(notice, submitted_at):
            raise CheckAgainError(f"notice {notice_id}")
        notice.submitted_by, notice.submitted_label = actor.staff_id, actor.label
        seal_into(notice, "their_reference", reference)
        notice.reference_lookup = reference_lookup(reference) if reference else None
        seal_into(notice, "confirmation", shown)
        if stopped:
            turn_out(notice, at=submitted_at, now=now)
        else:
            notice.sent_at = notice.handed_over_at = submitted_at
            move(notice, NoticeState.SENDING, NoticeState.SENT, NoticeState.HANDED_OVER, now=now)
            tell_handed_over(notice, now)
        _prove(notice, "their_reference" if reference else "confirmation" if shown else "", now)
        close_if_resolved(notice, now)


def undo_submission(*, notice_id: UUID, actor: Actor, now: datetime) -> None:
    """Take a submission back that was recorded by mistake; the log says so, and it is on the work-sheet again.

    What had been stopped before it was recorded is stopped again instead.

    Raises:
        NotAllowedError, NotFoundError, HeldBySomeoneError: as `approve`.
        IllegalMoveError: it was not submitted by hand, somebody answered it, or it is older than a week.
    """
    accounts.require(actor, Action.NOTICE_APPROVE)
    with transaction.atomic():
        notice = locked(notice_id)
        cases.require_free(case_id=notice.case_id, actor=actor, now=now)
        sent_at = notice.handed_over_at
        answered = (
            InboundMail.light.filter(notice=notice).exists()
            or notice.reminders.exists()
            or notice.lines.exclude(answer=AnswerKind.NONE).exists()
        )
        undoable = notice.by_hand and sent_at is not None and now - sent_at <= UNDO_WITHIN
        if not undoable or answered:
            raise IllegalMoveError(f"notice {notice_id} was not submitted by hand, or is answered")
        _correct(notice, now)
        notice.sent_at = notice.handed_over_at = notice.receipt_proven_at = None
        notice.due_at = notice.silent_since = notice.submitted_by = None
        notice.submitted_label, notice.their_reference, notice.confirmation = "", b"", b""
        notice.reference_lookup = None
        jobs.cancel(key=f"{DEADLINE}:{notice.id}", now=now)
        despite, notice.left_despite = notice.left_despite, ""
        move(notice, NoticeState.QUEUED, now=now)
        if despite:
            cancel_notice(notice, Reason(despite), now=now)
            redraw(notice, now=now, joined_only=True)


def check_again(*, notice_id: UUID, now: datetime) -> None:
    """Have the checks of a notice on a work-sheet made again; the page calls this when they are old."""
    with transaction.atomic():
        notice = locked(notice_id)
        on_sheet = notice.state == NoticeState.QUEUED or waiting_reminder(notice) is not None
        if notice.by_hand and on_sheet and not is_fresh(notice, now):
            freshen_soon(notice.id, now)


def freshen(*, notice_id: UUID, now: datetime) -> None:
    """Make the checks before leaving again for what lies on a work-sheet. Idempotent.

    What is gone meanwhile is left out, and when all is, nothing has to be submitted any more.
    """
    with transaction.atomic():
        notice = locked(notice_id)
        if notice.state != NoticeState.QUEUED or not notice.by_hand:
            return
        lines = live_lines(notice)
        if ask_for_probes(lines, now):
            freshen_soon(notice.id, now + COME_BACK)
            return
        if not recipients.contact_unchanged(notice.recipient_id, notice.address_digest):
            move(notice, NoticeState.HELD, now=now, reason=Reason.CONTACT_CHANGED)
            return
        lines = leave_out(notice, lines, gone(notice, lines, now), Reason.PLACE_GONE, now)
        lines = only_acting(notice, lines, now) if lines else []
        if lines:
            facts = letter_facts(notice, lines, on=notice.queued_at or now, entry=notice.ledger_entry)
            store_letter(notice, *written(facts, notice.language))
            notice.checked_at = now
            save(notice)


def _submittable(notice_id: UUID, actor: Actor, now: datetime) -> Notice:
    notice = locked(notice_id)
    cases.require_free(case_id=notice.case_id, actor=actor, now=now)
    if not notice.by_hand or not (notice.state == NoticeState.QUEUED or may_have_left(notice)):
        raise IllegalMoveError(f"notice {notice_id} is {notice.state}")
    return notice


def _prove(notice: Notice, how: str, now: datetime) -> None:
    """Prove receipt by what their page showed, else by a mail of theirs that was faster than this record."""
    submitted_at = notice.handed_over_at or now
    if how:
        prove_receipt(notice, how=how, at=submitted_at, now=now)
        return
    mails = InboundMail.light.filter(notice=notice, category__in=[*PROVES_RECEIPT], at__gte=submitted_at)
    first = mails.order_by("at", "id").first()
    if first is not None:
        prove_receipt(notice, how=first.category, at=first.at, now=now)


def _correct(notice: Notice, now: datetime) -> None:
    """Say in the record what was wrong: the receipt and the silence that rested on it; the queueing was so."""
    wrong = LedgerEntry.objects.filter(
        notice=notice, kind__in=[EntryKind.RECEIPT, EntryKind.SILENCE], corrected=False
    )
    entries: list[UUID | None] = list(wrong.order_by("at", "id").values_list("entry_id", flat=True))
    for entry_id in entries or [notice.ledger_entry]:
        correct(notice, entry_id, Correction.SUBMISSION_UNDONE, now=now)
    wrong.update(corrected=True)
