"""LMTP over a real socket: 250 after the commit, 451 when it fails, one answer per recipient, everything bounded."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import pytest
from django.db import DatabaseError

from recourse.base.core import wiring
from recourse.base.core.ids import random_bytes
from recourse.base.vault import services as vault
from recourse.work.notices import services
from recourse.work.notices.adapters import lmtp
from recourse.work.notices.domain import make_token
from recourse.work.notices.models import InboundMail
from recourse.work.notices.ports import LmtpPlace, ReplyKey

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
DESK = "desk@localhost.test"
MAIL = b"From: a@vidra.example\r\nSubject: x\r\n\r\nthe lamps are lit\r\n"


@contextmanager
def serving(*, connections: int = 8, largest: int = 64_000_000) -> Iterator[lmtp.LmtpServer]:
    server = lmtp.open_server(LmtpPlace("127.0.0.1", 0, connections=connections, largest=largest))
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def server() -> Iterator[lmtp.LmtpServer]:
    with serving() as one:
        yield one


def client(server: lmtp.LmtpServer) -> smtplib.LMTP:
    return smtplib.LMTP("127.0.0.1", server.bound_port, timeout=20)


def token() -> str:
    return make_token(wiring.resolve(ReplyKey).secret, random_bytes(120)).text + "@localhost.test"


class Raw:
    """A conversation line by line, to see every answer."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.file = self.socket.makefile("rb")

    def line(self) -> str:
        return self.file.readline().decode()

    def say(self, text: bytes) -> None:
        self.socket.sendall(text)

    def ask(self, text: bytes) -> str:
        self.say(text + b"\r\n")
        while True:
            line = self.line()
            if line[3:4] != "-":
                return line

    def close(self) -> None:
        self.file.close()
        self.socket.close()


@pytest.fixture
def raw(server: lmtp.LmtpServer) -> Iterator[Raw]:
    one = Raw(server.bound_port)
    one.line()
    one.ask(b"LHLO mx.vidra.example")
    yield one
    one.close()


def test_invariant_1_what_was_taken_is_stored(server: lmtp.LmtpServer) -> None:
    with client(server) as peer:
        assert peer.sendmail("a@vidra.example", [DESK], MAIL) == {}
    assert InboundMail.objects.get().size == len(MAIL)


def test_250_is_said_after_the_commit_and_not_before(server: lmtp.LmtpServer) -> None:
    stored_at_answer: list[int] = []
    real = services.receive_mail

    def watched(**given: object) -> object:
        before = InboundMail.objects.count()
        found = real(**given)  # type: ignore[arg-type]
        stored_at_answer.extend([before, InboundMail.objects.count()])
        return found

    with mock.patch.object(services, "receive_mail", watched), client(server) as peer:
        peer.sendmail("a@vidra.example", [DESK], MAIL)
    assert stored_at_answer == [0, 1]


def test_one_answer_for_each_recipient(raw: Raw) -> None:
    raw.ask(b"MAIL FROM:<a@vidra.example>")
    for address in (DESK, token(), token()):
        assert raw.ask(f"RCPT TO:<{address}>".encode()).startswith("250")
    assert raw.ask(b"DATA").startswith("354")
    raw.say(MAIL + b".\r\n")
    assert [raw.line()[:3] for _ in range(3)] == ["250", "250", "250"]
    assert raw.ask(b"NOOP").startswith("250"), "no answer too many, none too few"


@pytest.mark.parametrize("failure", [DatabaseError("no"), RuntimeError("no"), MemoryError()])
def test_451_when_the_database_refuses_and_the_sender_keeps_the_mail(raw: Raw, failure: Exception) -> None:
    raw.ask(b"MAIL FROM:<a@vidra.example>")
    raw.ask(f"RCPT TO:<{DESK}>".encode())
    raw.ask(f"RCPT TO:<{token()}>".encode())
    raw.ask(b"DATA")
    with mock.patch.object(InboundMail.objects, "create", side_effect=failure):
        raw.say(MAIL + b".\r\n")
        assert [raw.line()[:3] for _ in range(2)] == ["451", "451"]
    assert not InboundMail.objects.exists()
    raw.ask(b"MAIL FROM:<a@vidra.example>")
    raw.ask(f"RCPT TO:<{DESK}>".encode())
    raw.ask(b"DATA")
    raw.say(MAIL + b".\r\n")
    assert raw.line().startswith("250"), "the next try succeeds"
    assert InboundMail.objects.count() == 1


@pytest.mark.parametrize(
    "address",
    [
        "abuse@localhost.test",
        "r-short-x@localhost.test",
        "desk@elsewhere.test",
        "root",
        '"r-a b"@localhost.test',
    ],
)
def test_whom_we_do_not_know_we_refuse(raw: Raw, address: str) -> None:
    raw.ask(b"MAIL FROM:<a@vidra.example>")
    assert raw.ask(f"RCPT TO:<{address}>".encode()).startswith("55")


def test_a_forged_token_is_taken_for_a_person_to_see(raw: Raw) -> None:
    raw.ask(b"MAIL FROM:<>")
    forged = "r-" + "a" * 24 + "-" + "b" * 16 + "@LOCALHOST.test"
    assert raw.ask(f"RCPT TO:<{forged}>".encode()).startswith("250")


def test_long_lines_and_bytes_of_any_kind_are_kept_as_they_came(raw: Raw) -> None:
    body = b"Subject: x\r\n\r\n" + b"y" * 60_000 + b"\r\n" + bytes(range(14, 256)) + b"\r\n"
    raw.ask(b"MAIL FROM:<a@vidra.example>")
    raw.ask(f"RCPT TO:<{DESK}>".encode())
    raw.ask(b"DATA")
    raw.say(body + b".\r\n")
    assert raw.line().startswith("250")
    assert InboundMail.objects.get().size == len(body)


def test_a_report_is_known_by_its_envelope(server: lmtp.LmtpServer) -> None:
    """What has no sender is written down as such, as the last server does; what has one stays as it came."""
    with client(server) as peer:
        peer.sendmail("", [DESK], MAIL)
        peer.sendmail("a@vidra.example", [DESK], MAIL)
    kept = [
        vault.unseal(vault.open_key(one.key_id), f"notices.mail.raw:{one.id}", one.raw)
        for one in InboundMail.objects.order_by("-size")
    ]
    assert kept == [lmtp.NULL_SENDER + MAIL, MAIL]


def test_too_many_recipients_are_put_off(raw: Raw) -> None:
    raw.ask(b"MAIL FROM:<a@vidra.example>")
    answers = [raw.ask(f"RCPT TO:<{token()}>".encode())[:3] for _ in range(lmtp.MOST_RECIPIENTS + 1)]
    assert answers[:-1] == ["250"] * lmtp.MOST_RECIPIENTS
    assert answers[-1] == "452"


def test_what_is_too_large_is_refused_and_nothing_stored() -> None:
    with serving(largest=10_000) as server, client(server) as peer:
        with pytest.raises(smtplib.SMTPException) as refused:
            peer.sendmail("a@vidra.example", [DESK], b"Subject: x\r\n\r\n" + b"x\r\n" * 9_000)
        assert "552" in str(refused.value)
        assert not InboundMail.objects.exists()


def test_connections_are_bounded_and_freed() -> None:
    with serving(connections=2) as server:
        first, second, third = (Raw(server.bound_port) for _ in range(3))
        lines = sorted(one.line()[:3] for one in (first, second))
        assert lines == ["220", "220"]
        assert third.line().startswith("421")
        for one in (first, third):
            one.close()
        for _ in range(50):
            again = Raw(server.bound_port)
            greeting = again.line()[:3]
            again.close()
            if greeting == "220":
                break
        assert greeting == "220"
        second.close()


def test_a_sender_that_did_not_hear_us_comes_again_and_it_is_one_mail(server: lmtp.LmtpServer) -> None:
    address = token()
    for _ in range(2):
        with client(server) as peer:
            peer.sendmail("a@vidra.example", [address], MAIL)
    assert InboundMail.objects.count() == 1


def test_nonsense_ends_no_server(server: lmtp.LmtpServer, capfd: pytest.CaptureFixture[str]) -> None:
    for nonsense in (
        b"\0" * 4000,
        b"GET / HTTP/1.1\r\n\r\n",
        b"EHLO \xff\xfe\r\n",
        b"MAIL FROM:<\r\nDATA\r\n",
    ):
        one = Raw(server.bound_port)
        one.line()
        one.say(nonsense)
        one.close()
    with client(server) as peer:
        assert peer.sendmail("a@vidra.example", [DESK], MAIL) == {}
    assert "lamps" not in "".join(capfd.readouterr())
