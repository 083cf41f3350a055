"""From an approval to the outbox, or to the work-sheet of a form that only a person may fill in.

Refuses: to send what is gone already, what nobody's mandate backs, what a person has not approved as it is, to an
address that changed since, or what was asked already: that is joined. Nothing here touches the network: probes and
captures are asked of other jobs, and this one comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from recourse.base.core import wiring
from recourse.base.jobs import services as jobs
from recourse.base.jobs.domain import Priority
from recourse.base.ledger.domain import EntryKind
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey
from recourse.work.notices.domain import NoticeState, Reason
from recourse.work.notices.models import Notice, NoticeLine
from recourse.work.notices.ports import DkimKey, ReplyKey, Sender
from recourse.work.notices.selectors.letters import letter_facts, live_lines, written
from recourse.work.notices.services.before_leaving import (
    COME_BACK,
    ask_for_probes,
    captures,
    gone,
    leave_out,
    only_acting,
    refused,
)
from recourse.work.notices.services.composing import SignedMail, compose, new_letterhead
from recourse.work.notices.services.joining import join_what_was_sent
from recourse.work.notices.services.moving import locked, move, record, send_soon
from recourse.work.notices.services.writing import seal_into, store_letter
from recourse.world.recipients import selectors as recipients

TRANSPORT = "smtp"
LONGEST_WAIT = timedelta(minutes=15)  # DESIGN, invariant 6: nobody waits longer for a capture


def send(*, notice_id: UUID, now: datetime) -> None:
    """Bring an approved notice into the outbox, or say why it does not go. Idempotent.

    1. Evidence first: each place is captured, or 15 minutes since the approval are over.
    2. Still there: a probe of the last 10 minutes; what is gone is left out, and if all is, nothing is sent.
    3. The contact is the one the officer approved; else a person looks.
    4. For each line somebody may still act: a live mandate in a case that does not wait; else it is left out.
    5. What another notice asked already is joined, not sent twice; what one is just asking is waited for;
       what was refused with reasons meanwhile is left out, unless something new is said.
    6. Into the record, then signed, then into the outbox: one transaction, so none is without the others. Where
       only a person may submit, into the record and on to the work-sheet.
    """
    with transaction.atomic():
        notice = locked(notice_id)
        if notice.state != NoticeState.APPROVED or notice.approved_at is None:
            return  # somebody cancelled it, or another worker was faster
        lines = live_lines(notice)
        waited = now - notice.approved_at
        if None in captures(lines) and waited < LONGEST_WAIT:  # 1
            send_soon(notice.id, now + COME_BACK)
            return
        if ask_for_probes(lines, now) and waited < LONGEST_WAIT:  # 2
            send_soon(notice.id, now + COME_BACK)
            return
        lines = leave_out(notice, lines, gone(notice, lines, now), Reason.PLACE_GONE, now)
        if not lines:
            return
        if not recipients.contact_unchanged(notice.recipient_id, notice.address_digest):  # 3
            move(notice, NoticeState.HELD, now=now, reason=Reason.CONTACT_CHANGED)
            return
        lines = only_acting(notice, lines, now)  # 4
        lines = join_what_was_sent(notice, lines, now)  # 5
        if lines:
            lines = leave_out(notice, lines, refused(notice, lines), Reason.REFUSED_BEFORE, now)
        if lines:
            notice.captured = all(captures(lines))
            _put_out(notice, lines, now)  # 6


def _put_out(notice: Notice, lines: Sequence[NoticeLine], now: datetime) -> None:
    contact = recipients.by_channel(notice.channel_id, now=now)
    head = new_letterhead(wiring.resolve(Sender), wiring.resolve(ReplyKey), contact.address)
    facts = {"recipient": notice.recipient_id, "asked": notice.kind, "places": str(len(lines))}
    entry = record(notice, EntryKind.NOTICE, facts, now=now)
    letter = written(letter_facts(notice, lines, on=now, entry=entry), notice.language)
    notice.ledger_entry = entry
    notice.token_lookup = token_lookup(head.token.text)
    notice.queued_at = notice.checked_at = now
    key = vault.open_key(notice.key_id)
    seal_into(notice, "reply_address", head.reply_address, key)
    store_letter(notice, *letter, key)
    if not contact.human_only:
        mail = compose(head, wiring.resolve(DkimKey), subject=letter[0], body=letter[1], entry=entry, at=now)
        _into_outbox(notice, head.message_id, mail, key, now)
    move(notice, NoticeState.QUEUED, now=now)


def _into_outbox(notice: Notice, message_id: str, mail: SignedMail, key: DataKey, now: datetime) -> None:
    notice.message_id = message_id
    notice.outbox_id = jobs.put_out(
        transport=TRANSPORT,
        idempotency_key=message_id,
        key=key,
        envelope={"from": mail.envelope_from, "to": mail.envelope_to},
        body=mail.raw,
        now=now,
        priority=Priority.URGENT,
    )


def token_lookup(token: str) -> bytes:
    """Return the look-up of a reply token in its canonical spelling."""
    return vault.lookup("notices.token", token)
