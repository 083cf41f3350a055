"""Through Debian's Postfix and back: what we signed still verifies, and Postfix's own reports find their notice.

Postfix hands mail for our domain to our receiver by LMTP, and all other mail to a server that does as it is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import dkim
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from recourse.base.core import wiring
from recourse.base.jobs.ports import Transports
from recourse.work.notices import selectors
from recourse.work.notices.adapters import lmtp
from recourse.work.notices.adapters.smtp import SmtpTransport
from recourse.work.notices.domain import MailCategory, MailState, NoticeState, Reason
from recourse.work.notices.models import InboundMail, LedgerEntry, Notice
from recourse.work.notices.ports import LmtpPlace, SmtpRelay
from tests.mailservers import Postfix, postfix
from tests.work.notices.making import OFFICER, World, approved, fresh, settle
from tests.work.notices.test_sending import public_record
from tests.work.notices.test_smtp import AnyPort

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db, pytest.mark.interop]
SECONDS = 30.0


class Onward:
    """The platform's server: takes mail, or answers each recipient as told."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.answer = "250 2.1.5 ok"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope.original_content or b"")
        return "250 2.0.0 taken"


@dataclass
class Post:
    """Everything that a mail of ours passes."""

    onward: Onward
    postfix: Postfix


@contextmanager
def post(**how: str) -> Iterator[Post]:
    """Start the platform's server, our receiver, Postfix between them, and send through it."""
    onward = Onward()
    platform = AnyPort(onward, hostname="127.0.0.1", port=0, server_hostname="mx.vidra.example")
    platform.start()
    receiver = lmtp.open_server(LmtpPlace("127.0.0.1", 0))
    try:
        with postfix(
            domain="localhost.test", lmtp=receiver.bound_port, onward=platform.port, **how
        ) as running:
            transport = SmtpTransport(SmtpRelay("127.0.0.1", running.port, hello="localhost.test"))
            with wiring.bound(Transports, Through(transport)):  # type: ignore[type-abstract]
                yield Post(onward, running)
    finally:
        receiver.stop()
        platform.stop()


class Through:
    """The one way out."""

    def __init__(self, transport: SmtpTransport) -> None:
        self.transport = transport

    def named(self, _name: str) -> SmtpTransport:
        return self.transport


def wait_until(what: Callable[[], bool], post: Post) -> None:
    until = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < until, post.postfix.log[-3000:]
        time.sleep(0.1)


def sent_through(post: Post, now: datetime) -> Notice:
    _case, notice = approved(now, 12)
    settle(now)
    assert fresh(notice).handed_over_at is not None, post.postfix.log[-2000:]  # a bounce may be here already
    return fresh(notice)


def reports(post: Post, count: int, now: datetime) -> list[InboundMail]:
    """Wait for mails that come back, and have them read."""
    wait_until(lambda: InboundMail.objects.count() >= count, post)
    settle(now)
    return list(InboundMail.objects.order_by("id"))


def test_what_we_signed_verifies_after_postfix_and_its_report_is_no_proof(
    now: datetime, world: World
) -> None:
    """Postfix writes Received lines and a report "relayed": handed over, and nothing known of its arrival."""
    with post() as running:
        notice = sent_through(running, now)
        wait_until(lambda: bool(running.onward.taken), running)
        [found] = reports(running, 1, now)
    [raw] = running.onward.taken
    assert raw.count(b"\nReceived:") + raw.startswith(b"Received:") >= 1, "it passed through Postfix"
    assert dkim.verify(raw, dnsfunc=lambda *_args, **_given: public_record())
    assert (found.category, found.notice_id) == (MailCategory.PASSED_ON, notice.id)
    assert found.state == MailState.READ
    assert fresh(notice).state == NoticeState.HANDED_OVER, "passed on is not received"


def test_what_postfix_cannot_deliver_comes_back_and_holds_the_notice(now: datetime, world: World) -> None:
    with post() as running:
        running.onward.answer = "550 5.1.1 no such mailbox"
        notice = sent_through(running, now)
        [found] = reports(running, 1, now)
    assert (found.category, found.notice_id) == (MailCategory.BOUNCE, notice.id)
    assert found.state == MailState.WAITING_FOR_PERSON
    assert (fresh(notice).state, fresh(notice).reason) == (NoticeState.HELD, Reason.BOUNCED)
    assert LedgerEntry.objects.filter(notice=notice, kind="correction").count() == 1
    assert [row.id for row in selectors.mail_waiting(OFFICER)] == [found.id]


def test_what_is_put_off_is_told_as_a_delay_and_comes_back_at_last(now: datetime, world: World) -> None:
    """A 4xx of the platform: first a report of delay, which changes nothing; then the bounce."""
    with post(delay="1s", lifetime="12s") as running:
        running.onward.answer = "451 4.3.0 later"
        notice = sent_through(running, now)
        [first] = reports(running, 1, now)
        assert (first.category, first.state) == (MailCategory.DELAY, MailState.READ)
        assert fresh(notice).state == NoticeState.HANDED_OVER
        found = reports(running, 2, now)
    assert {one.category for one in found} == {MailCategory.DELAY, MailCategory.BOUNCE}
    assert (fresh(notice).state, fresh(notice).reason) == (NoticeState.HELD, Reason.BOUNCED)
