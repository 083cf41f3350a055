"""What erasing means for notices: of a case, and of a place that nobody holds any more.

A letter that has not left is written anew without what was erased, or stopped; of one that has left nothing stays
that names it. Refuses: to let what another case stands behind end with it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.jobs import services as jobs
from recourse.base.ledger import services as ledger
from recourse.base.vault import services as vault
from recourse.work.notices.domain import Reason, ReminderState
from recourse.work.notices.models import Backing, InboundMail, LedgerEntry, Notice, NoticeLine
from recourse.work.notices.services.answering import blank_mail
from recourse.work.notices.services.counted import keep_counts
from recourse.work.notices.services.moving import close_lines, locked, log
from recourse.work.notices.services.quotations import forget_quotes
from recourse.work.notices.services.reminding import stop_letter
from recourse.work.notices.services.silence import DEADLINE
from recourse.work.notices.services.taking_off import take_erased_off, take_off


def forget_case(*, case_id: UUID, now: datetime) -> None:
    """Erase what notices know of a case: keys of letters and mails, disclosures of the record, the links.

    A notice that another case backs goes on under that case; nothing of the erased one is in it.
    """
    with transaction.atomic():
        behind = Backing.objects.filter(case_id=case_id)
        hers = set(behind.values_list("line_id", flat=True))
        notice_ids = set(Notice.objects.filter(case_id=case_id).values_list("id", flat=True))
        notice_ids |= set(behind.values_list("line__notice_id", flat=True))
        _lock_mails(notice_ids)
        take_off(set(behind.values_list("item_id", flat=True)), Reason.CASE_ERASED, now=now)
        Backing.objects.filter(case_id=case_id).delete()
        for notice_id in sorted(notice_ids):
            notice = locked(notice_id)
            alone = notice.lines.filter(id__in=hers, backings__isnull=True)
            if Backing.objects.filter(line__notice=notice).exists():
                _forget_lines(notice, set(alone.values_list("id", flat=True)), now)
            _hand_over_or_forget(notice, case_id, now)


def forget_place(*, place_id: UUID, now: datetime) -> None:
    """Erase from every letter a place that nobody holds any more; its case may have left it long ago. Idempotent."""
    with transaction.atomic():
        lines = NoticeLine.objects.filter(place_id=place_id, place__erased_at__isnull=False)
        notice_ids = set(lines.values_list("notice_id", flat=True))
        _lock_mails(notice_ids)
        for notice_id in sorted(notice_ids):
            notice = locked(notice_id)
            take_erased_off(notice, now=now)
            _forget_lines(notice, set(lines.filter(notice=notice).values_list("id", flat=True)), now)


def _lock_mails(notice_ids: set[UUID]) -> None:
    """Lock mails before notices, as whoever reads or answers one: two that wait for each other end in an error."""
    list(InboundMail.light.select_for_update().filter(notice__in=notice_ids).order_by("id").values_list("id"))


def _forget_lines(notice: Notice, line_ids: set[UUID], now: datetime) -> None:
    """Unlink lines of a locked notice, and empty its letter, which names their places.

    So do its copy in the outbox, its reminders and what answers quote of it; what has not left does not leave.
    """
    if not line_ids:
        return
    keep_counts(notice, line_ids)
    close_lines(notice, line_ids, now=now)
    notice.lines.filter(id__in=line_ids).update(place=None)
    notice.subject = notice.body = b""
    notice.save()
    stop_letter(notice, now=now)
    _empty_letters(notice)
    for mail in InboundMail.light.filter(notice=notice):
        forget_quotes(mail, notice)
        mail.save()


def _empty_letters(notice: Notice) -> None:
    """Empty every copy of what was sent about a notice, or was to be sent; its own row is the caller's."""
    sent = [notice.outbox_id, *notice.reminders.values_list("outbox_id", flat=True)]
    jobs.blank_out(outbox_ids=[outbox_id for outbox_id in sent if outbox_id])
    notice.reminders.update(subject=b"", body=b"")


def _hand_over_or_forget(notice: Notice, case_id: UUID, now: datetime) -> None:
    other = Backing.objects.filter(line__notice=notice).order_by("since", "id").first()
    if other is not None:
        if notice.case_id == case_id:
            notice.case_id = other.case_id
            notice.save()
        return
    mails = list(InboundMail.light.select_for_update().filter(notice=notice))
    vault.destroy_keys(key_ids=[notice.key_id, *(mail.key_id for mail in mails)], now=now)
    for mail in mails:
        blank_mail(mail, now=now)
    entries = list(LedgerEntry.objects.filter(notice=notice).values_list("entry_id", flat=True))
    ledger.erase_disclosures(entry_ids=entries, now=now)
    notice.subject = notice.body = notice.remark = b""
    notice.addition = notice.reasons = notice.new_facts = b""
    notice.their_reference = notice.confirmation = notice.reply_address = b""
    notice.approved_label = notice.submitted_label = ""
    notice.token_lookup = notice.message_id = notice.reference_lookup = None
    notice.overdue_from = None
    notice.save()
    keep_counts(notice)
    close_lines(notice, now=now)
    notice.lines.update(place=None)
    _empty_letters(notice)
    notice.reminders.update(approved_label="", message_id=None)
    under_way = (ReminderState.APPROVED, ReminderState.QUEUED)
    notice.reminders.filter(state__in=under_way).update(state=ReminderState.CANCELLED)
    jobs.cancel(key=f"{DEADLINE}:{notice.id}", now=now)
    log.info("notice_forgotten", notice_id=str(notice.id), mails=len(mails))
