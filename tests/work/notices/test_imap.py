"""A mailbox at Debian's Dovecot: each message taken once, put away after the commit, whatever the server can do.

Also servers that nobody should meet: silent, dripping, boundless, lying.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

import imapclient
import pytest
import trustme

from recourse.base.core import clock, wiring
from recourse.base.core.errors import MisconfiguredError
from recourse.base.core.ids import random_bytes
from recourse.base.jobs.worker import work_once
from recourse.operations.mailcheck import mailbox_findings
from recourse.operations.ports import Installation
from recourse.people.accounts.domain import Role
from recourse.work.notices import selectors, services
from recourse.work.notices.adapters import imap
from recourse.work.notices.adapters.imap_line import Line, MailboxError
from recourse.work.notices.domain import addressed_to, make_token
from recourse.work.notices.models import InboundMail, TakenMail
from recourse.work.notices.ports import ImapPlace, ReplyKey, Sender
from recourse.work.notices.services.answering import blank_mail
from tests.mailservers import PASSWORD, Dovecot, dovecot
from tests.work.cases.making import actor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db, pytest.mark.interop]
SECONDS = 15.0


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture(autouse=True)
def user() -> str:
    """Each test has a mailbox of its own."""
    return f"desk{random_bytes(32).hex()}"


def place_of(server: Dovecot, user: str) -> ImapPlace:
    return ImapPlace("127.0.0.1", server.port, "none", user, PASSWORD, seconds=5.0, poll=0.5)


def message(number: int, to: str = "desk@localhost.test") -> bytes:
    return (
        f"Delivered-To: {to}\r\nFrom: a@vidra.example\r\nSubject: {number}\r\n\r\nlamp {number}\r\n".encode()
    )


@contextmanager
def reading(place: ImapPlace) -> Iterator[imap.Mailbox]:
    """Read a mailbox in a thread until the block ends."""
    box, stop = imap.Mailbox(place, wiring.resolve(Sender)), threading.Event()
    thread = threading.Thread(target=box.run, args=(stop,))
    thread.start()
    try:
        yield box
    finally:
        stop.set()
        thread.join(timeout=SECONDS)
        assert not thread.is_alive()


def wait_until(what: Callable[[], bool]) -> float:
    """Wait for something; returns how long it took."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < SECONDS, "it did not happen"
        time.sleep(0.05)
    return time.monotonic() - began


def left(place: ImapPlace, folder: str = "INBOX") -> int:
    """How many messages lie in a folder, deleted ones not counted; seen as another client sees it."""
    with imapclient.IMAPClient(place.host, place.port, ssl=False) as client:
        client.login(place.user, place.password)
        if not client.folder_exists(folder):
            return 0
        client.select_folder(folder, readonly=True)
        return len(client.search(["UNDELETED"]))


def stored(number: int) -> Callable[[], bool]:
    return lambda: InboundMail.objects.count() >= number


def test_each_message_is_taken_once_and_put_away(server: Dovecot, user: str) -> None:
    token = make_token(wiring.resolve(ReplyKey).secret, random_bytes(120)).text + "@localhost.test"
    server.drop(user, message(1), "1")
    server.drop(user, message(2, token), "2")
    place = place_of(server, user)
    with reading(place):
        wait_until(stored(2))
        wait_until(lambda: left(place) == 0)
        server.drop(user, message(3), "3")
        took = wait_until(stored(3))
    assert took < 5, "the server told us, or we looked soon enough"
    assert left(place, "Recourse/Taken") == 3
    assert InboundMail.objects.count() == 3
    assert InboundMail.objects.filter(found_by="forged").count() == 1, "the token is ours and names no notice"


@pytest.mark.parametrize(
    ("capability", "put_away"),
    [
        ("IMAP4rev1 IDLE NAMESPACE UIDPLUS MOVE", "moved"),
        ("IMAP4rev1 NAMESPACE UIDPLUS", "moved"),  # neither told of new mail nor able to move
        ("IMAP4rev1", "marked"),
    ],
)
def test_whatever_the_server_can_do(capability: str, put_away: str, user: str) -> None:
    with dovecot(capability=capability) as poor:
        place = place_of(poor, user)
        for number in range(3):
            poor.drop(user, message(number), str(number))
        with reading(place):
            wait_until(stored(3))
            poor.drop(user, message(3), "3")
            wait_until(stored(4))
            moved = 4 if put_away == "moved" else 0
            wait_until(lambda: left(place, "Recourse/Taken") == moved)
        assert left(place) == 4 - moved
        with reading(place):
            time.sleep(1.5)
    assert InboundMail.objects.count() == 4


def test_a_server_that_keeps_all_folders_below_the_inbox(user: str) -> None:
    with dovecot(separator=".", prefix="INBOX.") as dotted:
        place = place_of(dotted, user)
        dotted.drop(user, message(1), "1")
        with reading(place):
            wait_until(lambda: left(place, "INBOX.Recourse.Taken") == 1)
    assert InboundMail.objects.count() == 1


def test_what_dies_between_commit_and_move_is_not_taken_twice(server: Dovecot, user: str) -> None:
    place = place_of(server, user)
    server.drop(user, message(1), "1")
    with mock.patch.object(imap.Shelf, "put_away", side_effect=MailboxError("died")), reading(place):
        wait_until(stored(1))
    assert left(place) == 1
    assert TakenMail.objects.count() == 1
    with reading(place):
        wait_until(lambda: left(place) == 0)
    assert InboundMail.objects.count() == 1
    with reading(place):
        wait_until(lambda: not TakenMail.objects.exists())  # what is there no more needs no note


def unmark(place: ImapPlace) -> None:
    """Take our marks off, as a server does at the end of each session that keeps none for good."""
    with imapclient.IMAPClient(place.host, place.port, ssl=False) as client:
        client.login(place.user, place.password)
        client.select_folder("INBOX")
        client.remove_flags(client.search(["ALL"]), [imap.MARK])


def test_what_was_decided_is_not_met_again_where_marks_last_a_session_only(user: str) -> None:
    """A server may keep no flag of ours (RFC 3501, PERMANENTFLAGS): what we know of a message is ours to keep."""
    officer = actor(Role.OFFICER)
    with dovecot(capability="IMAP4rev1") as poor:
        place = place_of(poor, user)
        for number in range(3):
            poor.drop(user, message(number), str(number))
        with reading(place):
            wait_until(stored(3))
            while work_once(now=clock.now()):
                pass
            first, erased, _kept = InboundMail.objects.order_by("at", "id")
            services.set_aside(mail_id=first.id, actor=officer, now=clock.now())
            blank_mail(erased, now=clock.now())
            poor.drop(user, message(3), "3")
            wait_until(stored(4))  # it has looked again since
        unmark(place)
        with reading(place):
            poor.drop(user, message(4), "4")
            wait_until(stored(5))
            time.sleep(1.5)
        assert left(place) == 5
    assert InboundMail.objects.count() == 5
    assert TakenMail.objects.count() == 5, "a note for each message that lies there, and no more"


def test_notes_go_with_their_messages_and_their_numbers(user: str) -> None:
    box, other = (services.mailbox_of("imap.vidra.example", user, name) for name in ("INBOX", "Other"))
    for mailbox, validity, uid in ((box, 1, 7), (box, 2, 7), (box, 2, 8), (other, 1, 7)):
        raw = message(uid + 10 * validity)
        services.take_mail(
            mailbox=mailbox,
            validity=validity,
            uid=uid,
            raw=raw,
            recipients=["a@localhost.test"],
            now=clock.now(),
        )
    services.forget_taken(mailbox=box, validity=2, present=[8, 9])
    notes = TakenMail.objects.filter(mailbox=box).values_list("validity", "uid")
    assert list(notes) == [(2, 8)], "other numbers mean other messages"
    assert TakenMail.objects.filter(mailbox=other).count() == 1
    assert selectors.taken(box, 2, among=[8, 9]) == {8}
    assert selectors.taken(box, 2, among=[9]) == set()


def test_what_dies_before_the_commit_is_taken_again(server: Dovecot, user: str) -> None:
    place = place_of(server, user)
    server.drop(user, message(1), "1")
    tried = threading.Event()

    def dies(**_given: object) -> None:
        tried.set()
        raise OSError("killed")

    with mock.patch("recourse.work.notices.services.taking.receive_mail", dies), reading(place):
        assert tried.wait(SECONDS)
    assert not TakenMail.objects.exists(), "the note and the mail are one transaction"
    assert left(place) == 1
    with reading(place):
        wait_until(stored(1))


def test_other_numbers_for_the_same_messages_double_nothing(user: str) -> None:
    """A mailbox that was restored gets a new UIDVALIDITY; what was not put away yet is met again."""
    with dovecot(capability="IMAP4rev1") as poor:
        place = place_of(poor, user)
        poor.drop(user, message(1), "1")
        with mock.patch.object(imap.Shelf, "put_away"), reading(place):
            wait_until(stored(1))
        for name in ("dovecot-uidlist", "dovecot-uidvalidity"):
            for path in (poor.folder / "mail" / user).glob(f"{name}*"):
                path.unlink()
        for path in (poor.folder / "mail" / user).glob("dovecot.index*"):
            path.unlink()
        time.sleep(1.1)  # the new number is a time in seconds
        old = TakenMail.objects.get().validity
        with reading(place):
            wait_until(lambda: TakenMail.objects.exclude(validity=old).exists())
    assert InboundMail.objects.count() == 1


def test_of_what_is_too_large_the_head_is_taken_for_a_person(server: Dovecot, user: str) -> None:
    place = replace(place_of(server, user), largest=300_000)
    server.drop(user, message(1) + b"x" * 70 + b"\r\n" + b"y\r\n" * 200_000, "1")
    with reading(place):
        wait_until(stored(1))
        wait_until(lambda: left(place) == 0)
    found = InboundMail.objects.get()
    assert (found.trouble, found.size) == (imap.TOO_LARGE, 262_144)


def test_encrypted_or_not_at_all(user: str, tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    certificate, key, roots = tmp_path / "cert.pem", tmp_path / "key.pem", tmp_path / "ca.pem"
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(roots)
    trusting = ssl.create_default_context(cafile=str(roots))
    with dovecot(certificate=(certificate, key)) as server:
        implicit = replace(place_of(server, user), tls="implicit", port=server.tls_port)
        starttls = replace(place_of(server, user), tls="starttls")
        for place in (implicit, starttls):
            line = Line(place, trusting)
            assert line.folder_exists("INBOX")
            line.leave()
            with pytest.raises(MailboxError):
                Line(place)  # an authority that this machine does not know
    with pytest.raises(MisconfiguredError):
        imap.Mailbox(replace(implicit, tls="none", host="imap.vidra.example"), wiring.resolve(Sender))
    with pytest.raises(MisconfiguredError):
        imap.Mailbox(replace(implicit, host=""), wiring.resolve(Sender))


def test_the_doctor_signs_in(server: Dovecot, user: str) -> None:
    place = place_of(server, user)
    told = {}
    for name, one in {
        "none": replace(place, host=""),
        "well": place,
        "password": replace(place, password="wrong"),
        "folder": replace(place, folder="Nowhere"),
        "clear": replace(place, host="imap.vidra.example"),
    }.items():
        with wiring.bound(ImapPlace, one):
            told[name] = [finding.health.value for finding in mailbox_findings(wiring.resolve(Installation))]
    assert told == {"none": [], "well": ["good"], "password": ["bad"], "folder": ["bad"], "clear": ["bad"]}


# -- servers that nobody should meet -------------------------------------------------------------------------

OK = b"* OK hello\r\n"


def drip(line: socket.socket) -> None:
    for _ in range(200):
        line.sendall(b"*")
        time.sleep(0.1)


def silent(line: socket.socket) -> None:
    line.recv(1)


def nonsense(line: socket.socket) -> None:
    line.sendall(b"\0\xff" * 50_000 + b"\r\n")


def answering(*answers: bytes) -> Callable[[socket.socket], None]:
    """Answer each command in turn; `%s` is its tag."""

    def play(line: socket.socket) -> None:
        line.sendall(OK)
        reader = line.makefile("rb")
        for answer in answers:
            tag = reader.readline().split(b" ")[0]
            line.sendall(answer.replace(b"%s", tag))
        line.recv(1)

    return play


def flood(line: socket.socket) -> None:
    line.sendall(OK)
    while True:
        line.sendall(b"* 1 EXISTS\r\n" * 10_000)


HOSTILE = {
    "drips a byte at a time": drip,
    "says nothing": silent,
    "talks nonsense": nonsense,
    "floods": flood,
    "refuses": answering(b"* CAPABILITY IMAP4rev1\r\n%s OK\r\n", b"%s NO a@b.example is unknown\r\n"),
    "announces nine gigabytes": answering(b"* CAPABILITY IMAP4rev1\r\n* X {9999999999}\r\n"),
    "announces less than nothing": answering(b"* CAPABILITY IMAP4rev1\r\n* X {-5}\r\n"),
    "hangs up": answering(),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_server_is_bounded_in_time_and_nothing_of_it_is_logged(
    name: str, user: str, capfd: pytest.CaptureFixture[str]
) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = listener.accept()
        with line:
            try:
                HOSTILE[name](line)
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    place = ImapPlace("127.0.0.1", listener.getsockname()[1], "none", user, PASSWORD, seconds=1.0)
    began = time.monotonic()
    with pytest.raises(MailboxError) as caught:
        Line(place)
    assert time.monotonic() - began < 4
    listener.close()
    thread.join(timeout=25)
    told = "".join(capfd.readouterr()) + str(caught.value)
    assert "b.example" not in told
    assert PASSWORD not in told


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"To: A@elsewhere.example", ("desk@localhost.test",)),
        (b"To: x@localhost.test.evil.example", ("desk@localhost.test",)),
        (
            b"Delivered-To: R-abc@LOCALHOST.test\r\nTo: desk@localhost.test",
            ("r-abc@localhost.test", "desk@localhost.test"),
        ),
        (
            b"To: desk@localhost.test\r\nX-Original-To:\r\n r-1@localhost.test",
            ("r-1@localhost.test", "desk@localhost.test"),
        ),
        (b"Subject: r-9@localhost.test", ("desk@localhost.test",)),
        (b"\0" * 400_000, ("desk@localhost.test",)),
    ],
)
def test_to_whom_it_was_delivered(head: bytes, found: tuple[str, ...]) -> None:
    assert addressed_to(head + b"\r\n\r\nr-7@localhost.test", "localhost.test", "desk") == found


def test_a_message_is_noted_with_its_mail_and_never_twice(user: str) -> None:
    box = services.mailbox_of("imap.vidra.example", user, "INBOX")
    for _ in range(2):
        services.take_mail(
            mailbox=box,
            validity=1,
            uid=7,
            raw=message(1),
            recipients=["desk@localhost.test"],
            now=clock.now(),
        )
    assert InboundMail.objects.count() == 1
    services.forget_taken(mailbox=box, validity=1, present=[])
    assert not TakenMail.objects.exists()
