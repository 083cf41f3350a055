"""From an approval to the outbox, and what the outbox reports back.

Refuses: to send what is gone already, what nobody's mandate backs, what a person has not approved as it is,
or to an address that changed since. Nothing here touches the network: probes and captures are asked of other
jobs, and this one comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from recourse.base.core import wiring
from recourse.base.jobs import services as jobs
from recourse.base.jobs.domain import Priority, UndeliverableError
from recourse.base.ledger.domain import EntryKind
from recourse.base.vault import services as vault
from recourse.work.notices.domain import NoticeHandedOver, NoticeState, Reason, render_letter
from recourse.work.notices.models import Backing, Notice, NoticeLine
from recourse.work.notices.ports import DkimKey, ReplyKey, Sender
from recourse.work.notices.selectors.letters import acting, letter_facts, live_lines, waiting
from recourse.work.notices.services.approving import SEND
from recourse.work.notices.services.composing import compose, new_letterhead
from recourse.work.notices.services.drafting import replace, store_letter
from recourse.work.notices.services.moving import cancel_notice, locked, log, move, record
from recourse.world.checks import selectors as checks
from recourse.world.checks import services as check_services
from recourse.world.checks.domain import Verdict
from recourse.world.evidence import selectors as evidence
from recourse.world.locations import selectors as locations
from recourse.world.recipients import selectors as recipients

TRANSPORT = "smtp"
ASK = "notices.ask_for"
LONGEST_WAIT = timedelta(minutes=15)  # DESIGN, invariant 6: nobody waits longer for a capture
COME_BACK = timedelta(seconds=20)
FRESH = timedelta(minutes=10)  # how old "still there" may be when a notice leaves
_GONE = frozenset({Verdict.GONE, Verdict.CHANNEL_GONE})


def send(*, notice_id: UUID, now: datetime) -> None:
    """Bring an approved notice into the outbox, or say why it does not go. Idempotent.

    1. Evidence first: each place is captured, or 15 minutes since the approval are over.
    2. Still there: a probe of the last 10 minutes; what is gone is left out, and if all is, nothing is sent.
    3. The contact is the one the officer approved; else a person looks.
    4. For each line somebody may still act: a live mandate in a case that does not wait; else it is left out.
    5. Into the record, then signed, then into the outbox: one transaction, so none is without the others.
    """
    with transaction.atomic():
        notice = locked(notice_id)
        if notice.state != NoticeState.APPROVED or notice.approved_at is None:
            return  # somebody cancelled it, or another worker was faster
        lines = live_lines(notice)
        waited = now - notice.approved_at
        if None in _captures(lines) and waited < LONGEST_WAIT:  # 1
            _come_back(notice, now)
            return
        if _ask_for_probes(lines, now) and waited < LONGEST_WAIT:  # 2
            _come_back(notice, now)
            return
        lines = _leave_out(notice, lines, _gone(lines, now), Reason.PLACE_GONE, now)
        if not lines:
            return
        if not recipients.contact_unchanged(notice.recipient_id, notice.address_digest):  # 3
            move(notice, NoticeState.HELD, now=now, reason=Reason.CONTACT_CHANGED)
            return
        lines = _only_acting(notice, lines, now)  # 4
        if lines:
            notice.captured = all(_captures(lines))
            _put_out(notice, lines, now)  # 5


def _only_acting(notice: Notice, lines: Sequence[NoticeLine], now: datetime) -> list[NoticeLine]:
    """Leave out every line for which nobody acts now; hold the notice when none is left and one of them waits.

    What was left out because its case waits is drafted again when that case acts. It is looked at once more
    after this transaction too: the case may have moved back before anybody could see that a line was left out.
    """
    idle = {line.id for line in lines} - acting(lines)
    waits = waiting(lines) & idle
    if waits and len(idle) == len(lines):
        move(notice, NoticeState.HELD, now=now, reason=Reason.CASE_WAITS)
        return []
    for case_id in set(Backing.objects.filter(line__in=idle).values_list("case_id", flat=True)):
        jobs.enqueue(kind=ASK, args={"case": str(case_id)}, due_at=now + COME_BACK, key=f"{ASK}:{case_id}")
    kept = _leave_out(notice, lines, idle - waits, Reason.MANDATE_WITHDRAWN, now)
    return _leave_out(notice, kept, waits, Reason.CASE_WAITS, now) if waits else kept


def _put_out(notice: Notice, lines: Sequence[NoticeLine], now: datetime) -> None:
    contact = recipients.by_channel(notice.channel_id, now=now)
    head = new_letterhead(wiring.resolve(Sender), wiring.resolve(ReplyKey), contact.address)
    facts = {"recipient": notice.recipient_id, "asked": notice.kind, "places": str(len(lines))}
    entry = record(notice, EntryKind.NOTICE, facts, now=now)
    subject, body = render_letter(letter_facts(notice, lines, on=now, entry=entry))
    mail = compose(head, wiring.resolve(DkimKey), subject=subject, body=body, entry=entry, at=now)
    notice.ledger_entry = entry
    notice.message_id = head.message_id
    notice.token_lookup = token_lookup(head.token.text)
    notice.queued_at = now
    store_letter(notice, subject, body)
    notice.outbox_id = jobs.put_out(
        transport=TRANSPORT,
        idempotency_key=head.message_id,
        key=vault.open_key(notice.key_id),
        envelope={"from": mail.envelope_from, "to": mail.envelope_to},
        body=mail.raw,
        now=now,
        priority=Priority.URGENT,
    )
    move(notice, NoticeState.QUEUED, now=now)


def token_lookup(token: str) -> bytes:
    """Return the look-up of a reply token in its canonical spelling."""
    return vault.lookup("notices.token", token)


def leave(*, outbox_id: UUID, now: datetime) -> None:
    """Mark a notice as on its way, just before its bytes leave. The last moment at which it can be stopped.

    A withdrawal, or a case that began to wait, stops it here while it is in the outbox. Messages of others pass.

    Raises:
        UndeliverableError: it was cancelled or held meanwhile.
    """
    with transaction.atomic():
        notice = Notice.objects.select_for_update().filter(outbox_id=outbox_id).first()
        if notice is None or notice.state == NoticeState.SENDING:
            return
        if notice.state == NoticeState.QUEUED:
            lines = live_lines(notice)
            going, waits = acting(lines), waiting(lines)
            if lines and len(going) == len(lines):
                move(notice, NoticeState.SENDING, now=now)
                return
            if waits and not going:
                move(notice, NoticeState.HELD, now=now, reason=Reason.CASE_WAITS)
            else:  # the letter is signed: a line cannot be left out of it any more
                reason = Reason.CASE_WAITS if waits - going else Reason.MANDATE_WITHDRAWN
                replace(notice, reason, now=now)
    if notice.state in {NoticeState.CANCELLED, NoticeState.HELD}:
        raise UndeliverableError(f"notice {notice.id} is {notice.state}", code="stopped")


def record_delivered(*, outbox_id: UUID, at: datetime, now: datetime) -> None:
    """Record that the recipient's side took a notice, and have its places watched closely."""
    with transaction.atomic():
        notice = Notice.objects.select_for_update().filter(outbox_id=outbox_id).first()
        if notice is None or notice.handed_over_at is not None:
            return
        notice.sent_at = notice.handed_over_at = at
        if notice.state == NoticeState.QUEUED:  # its transport does not report the start
            move(notice, NoticeState.SENDING, now=now)
        if notice.state == NoticeState.SENDING:
            move(notice, NoticeState.SENT, now=now)
        if notice.state == NoticeState.SENT:
            move(notice, NoticeState.HANDED_OVER, now=now)
        else:
            notice.save()  # an answer was faster than this report
        for line in live_lines(notice):
            if line.place_id and locations.can_be_visited(line.place_id):
                check_services.watch_closely(place_id=line.place_id, reason="notice", now=now)
        jobs.emit(event=NoticeHandedOver(notice_id=notice.id, at=at), now=now)


def record_gave_up(*, outbox_id: UUID, now: datetime) -> None:
    """Hold a notice that could not be delivered, for a person; the record says that it did not arrive."""
    with transaction.atomic():
        notice = Notice.objects.select_for_update().filter(outbox_id=outbox_id).first()
        if notice is None or notice.state not in {NoticeState.QUEUED, NoticeState.SENDING}:
            return
        move(notice, NoticeState.HELD, now=now, reason=Reason.UNDELIVERABLE)
        if notice.ledger_entry:
            facts = {"corrects": str(notice.ledger_entry), "what": "not_delivered"}
            record(notice, EntryKind.CORRECTION, facts, now=now)


def _captures(lines: Sequence[NoticeLine]) -> list[bool | None]:
    """Return for each place that can be visited whether it was captured; None while nobody knows yet."""
    place_ids = [line.place_id for line in lines if line.place_id and locations.can_be_visited(line.place_id)]
    ended = evidence.latest_captures(place_ids)
    return [ended[place_id].failed_code is None if place_id in ended else None for place_id in place_ids]


def _ask_for_probes(lines: Sequence[NoticeLine], now: datetime) -> bool:
    """Have each place looked at that was not lately; tell whether there was any.

    A look that is due already is not asked for again: asking overtakes the one that may be under way.
    """
    stale = {
        line.place_id
        for line in lines
        if line.place_id
        and locations.can_be_visited(line.place_id)
        and checks.fresh_verdict(line.place_id, FRESH, now) is None
    }
    planned = checks.availability(stale)
    for place_id in stale:
        due = planned[place_id].next_due_at if place_id in planned else None
        if due is None or due > now:
            check_services.probe_now(place_id=place_id, now=now)
    return bool(stale)


def _gone(lines: Sequence[NoticeLine], now: datetime) -> set[UUID]:
    return {
        line.id
        for line in lines
        if line.place_id and checks.fresh_verdict(line.place_id, FRESH, now) in _GONE
    }


def _leave_out(
    notice: Notice,
    lines: Sequence[NoticeLine],
    line_ids: set[UUID] | frozenset[UUID],
    reason: Reason,
    now: datetime,
) -> list[NoticeLine]:
    """Drop lines from a locked notice; cancel it when none is left. Asking for less needs no new approval."""
    kept = [line for line in lines if line.id not in line_ids]
    if line_ids:
        notice.lines.filter(id__in=line_ids).update(open=False, dropped=reason)
        log.info("notice_lines_left_out", notice_id=str(notice.id), lines=len(line_ids), reason=reason)
    if not kept:
        cancel_notice(notice, reason, now=now)
    return kept


def _come_back(notice: Notice, now: datetime) -> None:
    jobs.enqueue(
        kind=SEND,
        args={"notice": str(notice.id)},
        due_at=now + COME_BACK,
        priority=Priority.URGENT,
        key=f"{SEND}:{notice.id}",
    )
