"""The whole way over real sockets: assessed, drafted, approved, sent, acknowledged, answered, looked at, gone."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from recourse.base.core import wiring
from recourse.base.core.clock import FixedClock
from recourse.base.jobs.ports import Transports
from recourse.base.ledger import selectors as ledger
from recourse.work.cases.domain import Purpose
from recourse.work.notices import selectors, services
from recourse.work.notices.adapters import lmtp
from recourse.work.notices.domain import AnswerKind, NoticeState, Todo
from recourse.work.notices.models import LedgerEntry
from recourse.work.notices.ports import LmtpPlace, SmtpRelay
from recourse.world.checks import selectors as checks
from recourse.world.checks.domain import AvailabilityState
from tests.work.cases.making import place_of
from tests.work.notices.making import OFFICER, World, approve, drafted, forward, fresh, mail, settle
from tests.work.notices.test_smtp import OneWay, Sink, sink

__all__ = ["sink"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]


def answer(port: int, message: EmailMessage, letter: EmailMessage, *, auto: bool) -> None:
    """Send a platform's answer to where the letter asks answers to be sent."""
    to = letter["Reply-To"].addresses[0].addr_spec
    message["In-Reply-To"] = letter["Message-ID"]
    if auto:
        message["Auto-Submitted"] = "auto-replied"
    with smtplib.LMTP("127.0.0.1", port, timeout=20) as peer:
        peer.sendmail("" if auto else "support@vidra.example", [to], message.as_bytes(policy=policy.SMTP))


def test_from_assessment_to_verified_removal(
    clock: FixedClock, world: World, sink: tuple[Sink, SmtpRelay]
) -> None:
    handler, relay = sink
    server = lmtp.open_server(LmtpPlace("127.0.0.1", 0))
    try:
        with wiring.bound(Transports, OneWay(relay)):  # type: ignore[type-abstract]
            case, notice = drafted(clock.at, 12)
            item = case.items.get()
            shown = selectors.access_notice(
                actor=OFFICER, notice_id=notice.id, purpose=Purpose.APPROVE_NOTICE, now=clock.at
            )
            assert shown.may_be_approved
            approve(notice.id, clock.at)
            forward(clock, timedelta(minutes=1))
        letter = message_from_bytes(
            handler.taken[0].original_content or b"", _class=EmailMessage, policy=policy.default
        )
        asked = fresh(notice).handed_over_at
        assert selectors.tracks([item.id])[item.id].asked_at == asked

        clock.advance(timedelta(minutes=2))
        answer(
            server.bound_port, mail("We received your report. A person will look at it."), letter, auto=True
        )
        settle(clock.at)
        assert fresh(notice).state == NoticeState.RECEIPT_PROVEN
        assert case.id not in selectors.waiting_for([case.id])

        clock.advance(timedelta(minutes=2))
        answer(server.bound_port, mail("the reported content has been removed."), letter, auto=False)
        settle(clock.at)
        [todo] = selectors.waiting_for([case.id])[case.id]
        assert todo.todo is Todo.READ_ANSWER
        [row] = selectors.mail_waiting(OFFICER)
        assert (row.proposed, row.notice_number) == (AnswerKind.CLAIMS_REMOVED, notice.number)
        read = selectors.access_mail(actor=OFFICER, mail_id=row.id, purpose=Purpose.READ_ANSWER, now=clock.at)
        assert read.text == "the reported content has been removed."

        world.gone.add("dusk_harbour/12")
        services.confirm_answer(mail_id=row.id, kind=AnswerKind.CLAIMS_REMOVED, actor=OFFICER, now=clock.at)
        settle(clock.at)
        assert fresh(notice).state == NoticeState.RECEIPT_PROVEN, "one look proves nothing"
        forward(clock, timedelta(hours=2))
        assert fresh(notice).state == NoticeState.CLOSED
        place = place_of(item)
        assert checks.availability([place])[place].state is AvailabilityState.REMOVED_AT_SOURCE
        track = selectors.tracks([item.id])[item.id]
        assert (track.asked_at, track.answer) == (asked, AnswerKind.CLAIMS_REMOVED)
        kinds = set(LedgerEntry.objects.filter(notice=notice).values_list("kind", flat=True))
        assert kinds == {"notice", "receipt", "answer"}
        assert ledger.entries_about(place), "the change of availability is recorded too"
    finally:
        server.stop()
