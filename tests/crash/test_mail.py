"""Invariant 1 for mail: what was taken is stored once, though the receivers are killed at random moments.

A sender keeps each mail until it hears 250, as mail servers do; a mailbox at Dovecot fills meanwhile. Afterwards
every mail is there once: none that was answered is lost, none that was sent again is doubled.
"""

from __future__ import annotations

import os
import random
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from benchmarks.stack import Site, site

from tests.crash.stack import SECONDS
from tests.mailservers import PASSWORD, Dovecot, dovecot
from tests.servers import free_port

pytestmark = [pytest.mark.crash, pytest.mark.interop]
PATIENCE = 120.0
ADDRESS = """
from recourse.base.core import wiring
from recourse.work.notices.ports import Sender
print(json.dumps(wiring.resolve(Sender).address))
"""
BOOKS = """
from recourse.work.notices.models import InboundMail, TakenMail
from recourse.base.jobs.models import Job
print(json.dumps({
    "mails": InboundMail.objects.count(),
    "to_read": Job.objects.filter(kind="notices.read_mail").count(),
    "noted": TakenMail.objects.count(),
}))
"""


class Receiver:
    """One of our processes, kept running as a service manager does."""

    def __init__(self, running: Site, *arguments: str) -> None:
        self._environment = {**running.environment, "RECOURSE_PROCESS": "mail"}
        self._command = [sys.executable, "-m", "recourse", "mail", *arguments]
        self.kills = 0
        self.process = self._start()

    def kill(self) -> None:
        """Kill it, and start the next."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1
        self.process = self._start()

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )


class Sender:
    """Hands over one mail after the other, each again and again until it is taken."""

    def __init__(self, port: int, to: str) -> None:
        self._port, self._to = port, to
        self.taken = 0
        self.again = 0

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._hand_over(mail(f"lmtp-{self.taken}"))
            self.taken += 1
            time.sleep(0.01)

    def _hand_over(self, raw: bytes) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                with smtplib.LMTP("127.0.0.1", self._port) as server:
                    server.sendmail("a@vidra.example", [self._to], raw)
                    return
            except smtplib.SMTPRecipientsRefused:
                raise
            except (OSError, smtplib.SMTPException):
                self.again += 1
                time.sleep(0.05)
        raise AssertionError("nobody takes mail any more")


def mail(name: str) -> bytes:
    return f"From: a@vidra.example\r\nSubject: {name}\r\n\r\nthe lamps are lit {name}\r\n".encode()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(what: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, "it did not come to rest"
        time.sleep(0.3)


def in_the_inbox(server: Dovecot) -> int:
    home = server.folder / "mail" / "desk"
    return sum(len(list((home / part).iterdir())) for part in ("new", "cur"))


def shoot(receivers: list[Receiver], port: int, seconds: float) -> None:
    """Kill one of them at a random moment of its work, for a while."""
    chance, until = random.Random(11), time.monotonic() + seconds
    while time.monotonic() < until:
        wait_until(lambda: listens(port))
        time.sleep(chance.uniform(0.05, 1.5))
        chance.choice(receivers).kill()


def fill(server: Dovecot, stop: threading.Event, filled: list[str]) -> None:
    while not stop.wait(0.03):
        name = f"imap-{len(filled)}"
        server.drop("desk", mail(name), name)
        filled.append(name)


def test_invariant_1_mail_is_stored_once_when_receivers_are_killed() -> None:
    """1. Accepted means stored: by LMTP and out of a mailbox, under SIGKILL at random moments."""
    lmtp = free_port()
    with site(os.environ.get("RECOURSE_TEST_DATABASE", "sqlite")) as running, dovecot() as server:
        server.drop("desk", mail("imap-first"), "imap-first")
        running.extra = {
            "RECOURSE_MAIL__LMTP_PORT": str(lmtp),
            "RECOURSE_MAIL__IMAP_HOST": "127.0.0.1",
            "RECOURSE_MAIL__IMAP_PORT": str(server.port),
            "RECOURSE_MAIL__IMAP_TLS": "none",
            "RECOURSE_MAIL__IMAP_USER": "desk",
            "RECOURSE_MAIL__IMAP_PASSWORD": PASSWORD,
        }
        receivers = [Receiver(running), Receiver(running, "--imap")]
        stop, sender, filled = threading.Event(), Sender(lmtp, str(running.ask(ADDRESS))), ["imap-first"]
        threads = [
            threading.Thread(target=sender.run, args=(stop,)),
            threading.Thread(target=fill, args=(server, stop, filled)),
        ]
        try:
            for thread in threads:
                thread.start()
            shoot(receivers, lmtp, SECONDS)
            stop.set()
            for thread in threads:
                thread.join(timeout=PATIENCE)
            wait_until(lambda: in_the_inbox(server) == 0)
        finally:
            stop.set()
            for receiver in receivers:
                with suppress(subprocess.TimeoutExpired):
                    receiver.end()
        books = running.ask(BOOKS)
    kills = [receiver.kills for receiver in receivers]
    assert min(kills) >= 1, f"{kills}: the test proves less than it says"
    assert sender.again, "no mail was interrupted: the test proves less than it says"
    expected = sender.taken + len(filled)
    assert (books["mails"], books["to_read"]) == (expected, expected), (sender.taken, len(filled), kills)
