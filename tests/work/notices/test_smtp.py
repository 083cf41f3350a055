"""SMTP out, against a real server on a socket: the same bytes, one Message-ID, and every kind of refusal."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes

import dkim
import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from recourse.base.core import wiring
from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import MisconfiguredError
from recourse.base.core.ids import new_id
from recourse.base.jobs.domain import ArrivalUnknownError, UndeliverableError
from recourse.base.jobs.ports import Transports
from recourse.work.notices.adapters.smtp import RelayFailedError, SmtpTransport
from recourse.work.notices.domain import NoticeState
from recourse.work.notices.ports import SmtpRelay
from tests.work.notices.making import World, approved, forward, fresh
from tests.work.notices.test_sending import public_record

LETTER = b"Subject: x\r\nMessage-ID: <a@b.example>\r\n\r\n.a line that begins with a dot\r\n\r\n"
ENVELOPE = {"from": "r-x@localhost.test", "to": "abuse@vidra.example"}


class Sink:
    """A receiving server that answers as told and keeps what it took."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.answers: list[str] = []
        self.goodbye = "221 bye"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 2.0.0 taken"
        if answer.startswith("250") or answer == "silence":
            self.taken.append(envelope)
        if answer == "silence":
            raise ConnectionResetError
        return answer

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        if self.goodbye == "drop":
            raise ConnectionResetError
        return self.goodbye

    async def handle_exception(self, _error: Exception) -> str:
        return "451 broken"


class AnyPort(Controller):
    """A controller on any free port; the library's own tries to greet port 0."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@pytest.fixture
def sink() -> Iterator[tuple[Sink, SmtpRelay]]:
    handler = Sink()
    controller = AnyPort(handler, hostname="127.0.0.1", port=0, server_hostname="mx.vidra.example")
    controller.start()
    try:
        yield handler, SmtpRelay("127.0.0.1", controller.port, hello="localhost.test", seconds=5)
    finally:
        controller.stop()


pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]


def test_the_bytes_arrive_as_they_are(sink: tuple[Sink, SmtpRelay]) -> None:
    handler, relay = sink
    delivery = SmtpTransport(relay).deliver(outbox_id=new_id(), envelope=ENVELOPE, body=LETTER)
    [taken] = handler.taken
    assert taken.original_content == LETTER
    assert (taken.mail_from, taken.rcpt_tos) == (ENVELOPE["from"], [ENVELOPE["to"]])
    assert delivery.response.startswith("250 ")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("451 4.3.0 later", RelayFailedError),
        ("550 5.7.1 no", UndeliverableError),
        ("421 4.3.2 away", RelayFailedError),
    ],
)
def test_refusals(sink: tuple[Sink, SmtpRelay], answer: str, error: type[Exception]) -> None:
    handler, relay = sink
    handler.answers = [answer]
    with pytest.raises(error) as refused:
        SmtpTransport(relay).deliver(outbox_id=new_id(), envelope=ENVELOPE, body=LETTER)
    assert "vidra" not in str(refused.value)


def test_an_unknown_mailbox_is_for_good(sink: tuple[Sink, SmtpRelay]) -> None:
    _handler, relay = sink
    with pytest.raises(UndeliverableError):
        SmtpTransport(relay).deliver(
            outbox_id=new_id(), envelope={**ENVELOPE, "to": "nobody@vidra.example"}, body=LETTER
        )


def test_nobody_there_is_tried_again() -> None:
    with pytest.raises(RelayFailedError):
        SmtpTransport(SmtpRelay("127.0.0.1", 1, seconds=2)).deliver(
            outbox_id=new_id(), envelope=ENVELOPE, body=LETTER
        )


def test_what_the_relay_took_without_a_word_may_be_there(sink: tuple[Sink, SmtpRelay]) -> None:
    handler, relay = sink
    handler.answers = ["silence"]
    with pytest.raises(ArrivalUnknownError) as unsure:
        SmtpTransport(relay).deliver(outbox_id=new_id(), envelope=ENVELOPE, body=LETTER)
    assert handler.taken
    assert unsure.value.retryable
    assert "vidra" not in str(unsure.value)


@pytest.mark.parametrize("goodbye", ["500 what", "451 later", "drop"])
def test_how_the_relay_says_goodbye_changes_nothing(sink: tuple[Sink, SmtpRelay], goodbye: str) -> None:
    """It said 250: sent again, the letter would arrive twice."""
    handler, relay = sink
    handler.goodbye = goodbye
    delivery = SmtpTransport(relay).deliver(outbox_id=new_id(), envelope=ENVELOPE, body=LETTER)
    assert delivery.response.startswith("250 ")


def test_a_relay_without_encryption_gets_nothing_where_it_is_demanded(sink: tuple[Sink, SmtpRelay]) -> None:
    handler, relay = sink
    strict = SmtpRelay(relay.host, relay.port, starttls=True, seconds=5)
    with pytest.raises(RelayFailedError):
        SmtpTransport(strict).deliver(outbox_id=new_id(), envelope=ENVELOPE, body=LETTER)
    assert not handler.taken


def test_a_password_never_travels_in_clear() -> None:
    with pytest.raises(MisconfiguredError):
        SmtpTransport(SmtpRelay("127.0.0.1", 25, user="agency", password="p"))


@pytest.mark.parametrize("trusted", [True, False])
def test_encryption_needs_a_certificate_that_verifies(trusted: bool) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server_side)
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    (authority if trusted else stranger).configure_trust(ours)
    handler, seen = Sink(), []

    def authenticate(
        _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: object
    ) -> AuthResult:
        seen.append(data)
        return AuthResult(success=True)

    controller = AnyPort(
        handler, hostname="127.0.0.1", port=0, tls_context=server_side, require_starttls=True,
        authenticator=authenticate, auth_require_tls=True, server_hostname="mx.vidra.example",
    )  # fmt: skip
    controller.start()
    relay = SmtpRelay("127.0.0.1", controller.port, starttls=True, user="agency", password="p", seconds=5)
    try:
        transport = SmtpTransport(relay, ours)
        if trusted:
            transport.deliver(outbox_id=new_id(), envelope=ENVELOPE, body=LETTER)
        else:
            with pytest.raises(RelayFailedError):
                transport.deliver(outbox_id=new_id(), envelope=ENVELOPE, body=LETTER)
    finally:
        controller.stop()
    assert len(handler.taken) == len(seen) == (1 if trusted else 0)


class OneWay:
    """The transports of an installation whose mail goes to the sink."""

    def __init__(self, relay: SmtpRelay) -> None:
        self.relay = relay

    def named(self, name: str) -> SmtpTransport:
        assert name == "smtp"
        return SmtpTransport(self.relay)


def test_invariant_9_one_message_id_across_retries_and_a_signature_that_verifies(
    clock: FixedClock, world: World, sink: tuple[Sink, SmtpRelay]
) -> None:
    """The relay is away, then takes the mail without our hearing it, then takes it again: the same bytes."""
    handler, relay = sink
    handler.answers = ["451 4.3.0 later", "silence", "250 2.0.0 taken"]
    with wiring.bound(Transports, OneWay(relay)):  # type: ignore[type-abstract]
        _case, notice = approved(clock.at, 12)
        forward(clock, timedelta(minutes=5))
    notice = fresh(notice)
    assert notice.state == NoticeState.HANDED_OVER
    first, second = handler.taken
    assert first.original_content == second.original_content
    raw = first.original_content or b""
    assert message_from_bytes(raw)["Message-ID"] == notice.message_id
    assert dkim.verify(raw, dnsfunc=lambda *_args, **_kwargs: public_record())
    assert first.mail_from.startswith("r-")  # type: ignore[union-attr]
