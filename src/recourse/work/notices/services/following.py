"""What other rooms' events mean for notices: our own checks, a withdrawn mandate, an erased case.

Refuses: to close a notice for any other reason than what our own probes saw.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.jobs import services as jobs
from recourse.base.ledger import services as ledger
from recourse.base.vault import services as vault
from recourse.work.cases import selectors as cases
from recourse.work.notices.domain import AFTER_LEAVING, NoticeState, Reason
from recourse.work.notices.models import Backing, InboundMail, LedgerEntry, Notice, NoticeLine
from recourse.work.notices.services.answering import blank_mail
from recourse.work.notices.services.counted import keep_counts
from recourse.work.notices.services.drafting import draft, take_off
from recourse.work.notices.services.moving import locked, log, move
from recourse.work.notices.services.silence import DEADLINE
from recourse.world.checks import selectors as checks
from recourse.world.checks.domain import RESOLVED, AvailabilityState

_THERE = frozenset({AvailabilityState.AVAILABLE, AvailabilityState.REAPPEARED})

_MIGHT_NOT_ACT = frozenset({Reason.CASE_WAITS, Reason.MANDATE_WITHDRAWN})


def follow_place(*, place_id: UUID, after: AvailabilityState | str, now: datetime) -> None:
    """Let notices follow what our checks decided: resolved closes, what is there again is asked for anew."""
    state = AvailabilityState(after)
    if state in RESOLVED:
        for notice_id in _sent_about(place_id):
            _close_if_resolved(notice_id, now)
    elif state in _THERE:
        _ask_again(place_id, now)


def withdraw(*, case_id: UUID, now: datetime) -> None:
    """Take a case's items off everything that has not left; what others back goes on."""
    with transaction.atomic():
        items = Backing.objects.filter(case_id=case_id).values_list("item_id", flat=True)
        live = cases.live_mandates(items)  # she may have given it again before we got here
        take_off({item_id for item_id in items if item_id not in live}, Reason.MANDATE_WITHDRAWN, now=now)


def ask_for(*, case_id: UUID, now: datetime) -> None:
    """Draft what was left out or cancelled while we might not act for her, now that we may. Idempotent.

    Her own decision stands behind it, and nothing but her own items. What an officer stopped stays stopped.
    """
    with transaction.atomic():
        for assessment_id, item_at in cases.acting_places(case_id).items():
            wanted = {place_id: [item] for place_id, item in item_at.items() if _left_out(place_id)}
            draft(assessment_id, case_id, wanted, now=now)


def forget_case(*, case_id: UUID, now: datetime) -> None:
    """Erase what notices know of a case: keys of letters and mails, disclosures of the record, the links.

    A notice that another case backs goes on under that case; nothing of the erased one is in it.
    """
    with transaction.atomic():
        items = set(Backing.objects.filter(case_id=case_id).values_list("item_id", flat=True))
        take_off(items, Reason.CASE_ERASED, now=now)
        notice_ids = set(Notice.objects.filter(case_id=case_id).values_list("id", flat=True))
        notice_ids |= set(Backing.objects.filter(case_id=case_id).values_list("line__notice_id", flat=True))
        Backing.objects.filter(case_id=case_id).delete()
        for notice_id in sorted(notice_ids):
            _hand_over_or_forget(locked(notice_id), case_id, now)


def _sent_about(place_id: UUID) -> list[UUID]:
    states = [*AFTER_LEAVING, NoticeState.HELD]
    lines = NoticeLine.objects.filter(place_id=place_id, open=True, notice__state__in=states)
    return list(lines.filter(notice__sent_at__isnull=False).values_list("notice_id", flat=True))


def _close_if_resolved(notice_id: UUID, now: datetime) -> None:
    with transaction.atomic():
        notice = locked(notice_id)
        place_ids = list(notice.lines.filter(open=True).values_list("place_id", flat=True))
        seen = checks.availability(place_ids)
        resolved = all(place_id in seen and seen[place_id].state in RESOLVED for place_id in place_ids)
        if NoticeState(notice.state) in {*AFTER_LEAVING, NoticeState.HELD} and resolved:
            move(notice, NoticeState.CLOSED, now=now)
            notice.lines.update(open=False)
            jobs.cancel(key=f"{DEADLINE}:{notice.id}", now=now)


def _ask_again(place_id: UUID, now: datetime) -> None:
    """Draft anew for a place that came back, or was left out as gone and is not: backed by whoever is live now."""
    with transaction.atomic():
        last = _last_line(place_id)
        items = list(cases.live_items_at(place_id))
        if last is None or not items:
            return
        closed = last.notice.state == NoticeState.CLOSED
        if last.open or not (closed or last.dropped == Reason.PLACE_GONE):
            return
        notice = locked(last.notice_id)
        case_id = notice.case_id if any(i.case_id == notice.case_id for i in items) else items[0].case_id
        earlier = notice if closed else None
        draft(notice.assessment_id, case_id, {place_id: items}, now=now, earlier=earlier)


def _left_out(place_id: UUID) -> bool:
    """Tell whether a place is asked for no more only because nobody might act for it, or is asked for still."""
    last = _last_line(place_id)
    if last is None:
        return False
    why = last.dropped or (last.notice.reason if last.notice.state == NoticeState.CANCELLED else "")
    return last.open or why in _MIGHT_NOT_ACT


def _last_line(place_id: UUID) -> NoticeLine | None:
    return (
        NoticeLine.objects.filter(place_id=place_id)
        .select_related("notice")
        .order_by("-notice__created_at", "-notice__state_since")
        .first()
    )


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
    notice.approved_label = ""
    notice.token_lookup = notice.message_id = None
    notice.save()
    keep_counts(notice)
    notice.lines.update(place=None, open=False)
    jobs.cancel(key=f"{DEADLINE}:{notice.id}", now=now)
    log.info("notice_forgotten", notice_id=str(notice.id), mails=len(mails))
