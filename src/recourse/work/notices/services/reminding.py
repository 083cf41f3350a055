"""Reminders: in the channel's own window, drafted by the machine, approved by a person, checked before they leave.

A reminder is a mail in the notice's thread with a Message-ID and an outbox row of its own, or one more line on the
work-sheet of a form. Refuses: to remind earlier than the recipient's own window, of what is answered or gone, or of
what nobody may ask any more.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from recourse.base.core import wiring
from recourse.base.core.errors import ConflictError, IllegalMoveError, NotFoundError
from recourse.base.jobs import services as jobs
from recourse.base.ledger.domain import EntryKind
from recourse.base.vault import services as vault
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases import services as cases
from recourse.work.notices.domain import Correction, NoticeState, ReminderState, letter_digest
from recourse.work.notices.models import Notice, NoticeLine, Reminder
from recourse.work.notices.ports import DkimKey, Sender
from recourse.work.notices.selectors.letters import acting, names_erased, opened, sealed_name
from recourse.work.notices.selectors.reminders import reminder_letter, still_to_remind, unanswered_lines
from recourse.work.notices.selectors.standing import standing_of
from recourse.work.notices.selectors.worksheets import stopped_reminder, waiting_reminder
from recourse.work.notices.services.approving import LetterChangedError
from recourse.work.notices.services.arriving import note_unsure
from recourse.work.notices.services.before_leaving import COME_BACK, ask_for_probes, gone
from recourse.work.notices.services.by_hand import SubmittedWhenError
from recourse.work.notices.services.composing import compose, same_thread
from recourse.work.notices.services.moving import (
    correct,
    freshen_soon,
    locked,
    log,
    record,
    save,
    take_back_not_sent,
)
from recourse.work.notices.services.sending import TRANSPORT
from recourse.world.recipients import selectors as recipients

REMIND = "notices.remind"
_ASKS_STILL = frozenset({NoticeState.HANDED_OVER, NoticeState.RECEIPT_PROVEN})


class TooEarlyError(ConflictError):
    """The channel's own window for a reminder is not open."""

    code = "reminder_too_early"
    sentence = gettext_noop(
        "It is too early for a reminder: this recipient answers in its own time first. The page says from when."
    )


def remind(*, notice_id: UUID, digest: str, actor: Actor, now: datetime) -> None:
    """Approve a reminder under the actor's name and have it sent, or put on the work-sheet of a form.

    Args:
        notice_id: the notice to remind of.
        digest: of the reminder that was read (`ReminderView.digest`); it is approved only as it was read.
        actor: whose name stands under it.
        now: the business time.

    Raises:
        NotAllowedError, NotFoundError, HeldBySomeoneError: as `approve`.
        TooEarlyError: the channel's window is not open, it has none, or a reminder is under way.
        IllegalMoveError: nothing is left to remind of.
        LetterChangedError: it was read as it is not any more.
    """
    accounts.require(actor, Action.NOTICE_APPROVE)
    with transaction.atomic():
        notice = locked(notice_id)
        cases.require_free(case_id=notice.case_id, actor=actor, now=now)
        lines = unanswered_lines(notice) if NoticeState(notice.state) in _ASKS_STILL else []
        if not lines:
            raise IllegalMoveError(f"notice {notice_id}: nothing to remind of")
        opens = standing_of(notice).remind_at
        if opens is None or opens > now:
            raise TooEarlyError(f"notice {notice_id}")
        contact = recipients.by_channel(notice.channel_id, now=now)
        if digest != letter_digest(contact.address, *reminder_letter(notice, lines, on=now)):
            raise LetterChangedError(f"notice {notice_id}")
        reminder = Reminder.objects.create(
            notice=notice,
            number=notice.reminders.count() + 1,
            state=ReminderState.APPROVED,
            state_since=now,
            approved_by=actor.staff_id,
            approved_label=actor.label,
            approved_at=now,
            by_hand=contact.human_only,
        )
        save(notice)
        _soon(reminder, now)


def send_reminder(*, reminder_id: UUID, now: datetime) -> None:
    """Bring an approved reminder into the outbox or on to the work-sheet, or say why it does not go. Idempotent.

    The same is checked as before a notice leaves: still there, still unanswered, the same contact, and somebody may
    still act for every place in it.
    """
    with transaction.atomic():
        reminder, notice = _locked(reminder_id)
        if reminder.state != ReminderState.APPROVED:
            return
        lines = unanswered_lines(notice) if NoticeState(notice.state) in _ASKS_STILL else []
        if lines and ask_for_probes(lines, now):
            _soon(reminder, now + COME_BACK)
            return
        going = acting(lines) - gone(notice, lines, now)
        lines = [line for line in lines if line.id in going]
        unchanged = recipients.contact_unchanged(notice.recipient_id, notice.address_digest)
        if not lines or not unchanged:
            _move(reminder, ReminderState.CANCELLED, now)
            save(notice)
            return
        _put_out(notice, reminder, lines, now)


def record_reminder_submitted(
    *, notice_id: UUID, actor: Actor, now: datetime, submitted_at: datetime
) -> None:
    """Record that a person filled the form in once more, also where the reminder was taken off its sheet meanwhile.

    Raises:
        NotAllowedError, NotFoundError, HeldBySomeoneError: as `approve`; also when none lay on a work-sheet.
        SubmittedWhenError: a time before its approval, or after now.
    """
    accounts.require(actor, Action.NOTICE_APPROVE)
    with transaction.atomic():
        notice = locked(notice_id)
        cases.require_free(case_id=notice.case_id, actor=actor, now=now)
        reminder = waiting_reminder(notice) or stopped_reminder(notice)
        if reminder is None:
            raise NotFoundError(f"reminder of notice {notice_id}")
        if not reminder.approved_at <= submitted_at <= now:
            raise SubmittedWhenError(f"notice {notice_id}")
        _sent(reminder, notice, submitted_at, now)


def freshen_reminder(*, notice_id: UUID, now: datetime) -> None:
    """Make the checks of a reminder on a work-sheet again; cancel it where nothing is left to ask. Idempotent."""
    with transaction.atomic():
        notice = locked(notice_id)
        reminder = waiting_reminder(notice)
        if reminder is None:
            return
        unchanged = recipients.contact_unchanged(notice.recipient_id, notice.address_digest)
        lines = still_to_remind(notice) if unchanged else []
        if lines and ask_for_probes(lines, now):
            freshen_soon(notice.id, now + COME_BACK)
        elif {line.id for line in lines} - gone(notice, lines, now):
            reminder.state_since = now
            reminder.save(update_fields=["state_since"])
        else:
            _cancel(reminder, notice, now)


def reminder_may_leave(*, outbox_id: UUID, now: datetime) -> bool | None:
    """Tell whether a reminder in the outbox may leave; None for a message that is no reminder.

    The last moment at which it can be stopped: an answer, a withdrawal or a case that waits cancels it here.
    """
    found = Reminder.objects.filter(outbox_id=outbox_id).values_list("id", flat=True).first()
    if found is None:
        return None
    with transaction.atomic():
        reminder, notice = _locked(found)
        lines = unanswered_lines(notice) if NoticeState(notice.state) in _ASKS_STILL else []
        idle = not lines or len(acting(lines)) < len(lines) or names_erased(notice)
        if reminder.state == ReminderState.QUEUED and idle:
            _cancel(reminder, notice, now)
        return reminder.state in {ReminderState.QUEUED, ReminderState.SENT}


def reminder_delivered(*, outbox_id: UUID, at: datetime, now: datetime) -> None:
    """Record that the recipient's side took a reminder; messages that are none pass."""
    with transaction.atomic():
        found = Reminder.objects.filter(outbox_id=outbox_id).values_list("id", flat=True).first()
        if found is None:
            return
        reminder, notice = _locked(found)
        if reminder.sent_at is None:
            _sent(reminder, notice, at, now)


def reminder_gave_up(*, outbox_id: UUID, now: datetime) -> None:
    """Record that a reminder could not be delivered; messages that are none pass."""
    with transaction.atomic():
        found = Reminder.objects.filter(outbox_id=outbox_id).values_list("id", flat=True).first()
        if found is None:
            return
        reminder, notice = _locked(found)
        if reminder.state == ReminderState.QUEUED:
            _cancel(reminder, notice, now)


def stop_letter(notice: Notice, *, now: datetime) -> None:
    """Stop a reminder of a locked notice that is on its way by mail: it names what was erased."""
    reminder = notice.reminders.filter(state=ReminderState.QUEUED, by_hand=False).first()
    if reminder is not None:
        note_unsure(reminder, at_rest=False)
        _cancel(reminder, notice, now)


def _put_out(notice: Notice, reminder: Reminder, lines: list[NoticeLine], now: datetime) -> None:
    """Record a reminder, write it and hand it to the outbox or the work-sheet: one transaction."""
    subject, body = reminder_letter(notice, lines, on=now, signer=reminder.approved_label)
    facts = {"notice": str(notice.ledger_entry), "recipient": notice.recipient_id, "places": str(len(lines))}
    entry = record(notice, EntryKind.REMINDER, facts, now=now)
    key = vault.open_key(notice.key_id)
    reminder.ledger_entry = entry
    for column, text in (("subject", subject), ("body", body)):
        name = sealed_name(f"notice.reminder.{column}:{reminder.number}", notice.id)
        setattr(reminder, column, vault.seal(key, name, text))
    if not reminder.by_hand:
        contact = recipients.by_channel(notice.channel_id, now=now)
        head = same_thread(wiring.resolve(Sender), opened(notice, "reply_address"), contact.address)
        mail = compose(
            head, wiring.resolve(DkimKey), subject=subject, body=body, entry=entry, at=now,
            answers=notice.message_id or "",
        )  # fmt: skip
        reminder.message_id = head.message_id
        reminder.outbox_id = jobs.put_out(
            transport=TRANSPORT,
            idempotency_key=head.message_id,
            key=key,
            envelope={"from": mail.envelope_from, "to": mail.envelope_to},
            body=mail.raw,
            now=now,
        )
    _move(reminder, ReminderState.QUEUED, now)
    save(notice)


def _sent(reminder: Reminder, notice: Notice, at: datetime, now: datetime) -> None:
    """Note that a reminder left; where it had been stopped, so does the record."""
    reminder.sent_at = at
    reminder.left_despite = reminder.state == ReminderState.CANCELLED
    if reminder.left_despite and reminder.ledger_entry:
        take_back_not_sent(notice, reminder.ledger_entry, now=now)
    _move(reminder, ReminderState.SENT, now)
    save(notice)


def _cancel(reminder: Reminder, notice: Notice, now: datetime) -> None:
    note_unsure(reminder)
    _move(reminder, ReminderState.CANCELLED, now)
    if reminder.ledger_entry:
        what = Correction.ARRIVAL_UNKNOWN if reminder.unsure_since else Correction.NOT_SENT
        correct(notice, reminder.ledger_entry, what, now=now)
    save(notice)


def _move(reminder: Reminder, after: ReminderState, now: datetime) -> None:
    reminder.state, reminder.state_since = after, now
    reminder.save()
    log.info("reminder_moved", notice_id=str(reminder.notice_id), number=reminder.number, after=after)


def _locked(reminder_id: UUID) -> tuple[Reminder, Notice]:
    """Return a reminder and its notice, the notice locked first, as everywhere."""
    notice_id = Reminder.objects.filter(id=reminder_id).values_list("notice_id", flat=True).first()
    if notice_id is None:
        raise NotFoundError(f"reminder {reminder_id}")
    notice = locked(notice_id)
    return Reminder.objects.select_for_update().get(id=reminder_id), notice


def _soon(reminder: Reminder, at: datetime) -> None:
    jobs.enqueue(kind=REMIND, args={"reminder": str(reminder.id)}, due_at=at, key=f"{REMIND}:{reminder.id}")
