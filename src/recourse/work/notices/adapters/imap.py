"""Takes mail out of a mailbox by IMAP: told of new mail by the server (IDLE) where it can, else looking now and then.

A message is stored and noted first; only after that commit is it moved to `Recourse/Taken`, or marked where it
cannot be moved. A mark helps the server's search and people; what we rely on is our note, which stays as long as the
message lies there. Of a message beyond the bound only the head is taken, for a person, who finds the whole there.
Refuses: a password over a connection in clear, except to this machine itself.
"""

from __future__ import annotations

import imaplib
import ssl
import threading
import time
from contextlib import suppress

import structlog
from django.db import close_old_connections, connections

from recourse.base.core import clock, wiring
from recourse.base.core.errors import MisconfiguredError, OutsideError
from recourse.work.notices import selectors, services
from recourse.work.notices.adapters.imap_line import Line, MailboxError
from recourse.work.notices.domain import HEAD_BYTES, addressed_to
from recourse.work.notices.ports import ImapPlace, Sender

TAKEN = ("Recourse", "Taken")
MARK = "RecourseTaken"
TOO_LARGE = "too_large"
LOOK = 1.0  # seconds between looks at whether we should stop
LOOK_ANYWAY = 10  # times `poll`: even a server that tells us of new mail is looked at
LONGEST_REST = 300.0
LIST = 64_000_000  # bytes of a list of all numbers in a folder: some eight million messages
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})
log = structlog.get_logger(__name__)


class Mailbox:
    """One folder of one mailbox, read for as long as the process lives."""

    def __init__(self, place: ImapPlace, sender: Sender, context: ssl.SSLContext | None = None) -> None:
        """Take where the mailbox is, whose mail is in it, and the trust store where it is not the system's.

        Raises:
            MisconfiguredError: no mailbox is named, or the password would travel in clear.
        """
        if not place.host:
            raise MisconfiguredError(
                "no mailbox is named: set mail.imap_host, mail.imap_user and the password"
            )
        if place.tls == "none" and place.host not in _HERE:
            raise MisconfiguredError(
                "mail.imap_tls is none, and a password never travels in clear: set implicit or starttls"
            )
        self._place, self._sender, self._context = place, sender, context
        self._key = services.mailbox_of(place.host, place.user, place.folder)

    def run(self, stop: threading.Event) -> None:
        """Take mail until `stop` is set; what fails is tried again, later each time."""
        rest = LOOK
        while not stop.is_set():
            began = time.monotonic()
            try:
                self._session(stop)
            except OutsideError as error:
                log.warning("mailbox_failed", code=error.code, error=str(error)[:40])
            except Exception as error:  # noqa: BLE001 - the database is away, or a server broke the library
                log.error("mailbox_failed", error=type(error).__name__)  # noqa: TRY400 - no traceback: it holds mail
                connections.close_all()
            rest = LOOK if time.monotonic() - began > LONGEST_REST else min(LONGEST_REST, rest * 2)
            stop.wait(rest)
        connections.close_all()

    def connect(self) -> Line:
        """Sign in.

        Raises:
            MailboxError: not reached, not encrypted, not let in.
        """
        return Line(self._place, self._context)

    def _session(self, stop: threading.Event) -> None:
        line = self.connect()
        try:
            with line.step():
                chosen = line.select_folder(self._place.folder)
                validity = line.number(chosen, b"UIDVALIDITY")
            shelf = Shelf(line)
            log.info("mailbox_open")
            self._forget(line, validity)
            while not stop.is_set():
                self._take_all(line, shelf, validity, stop)
                self._wait(line, stop)
        finally:
            line.leave()

    def _forget(self, line: Line, validity: int) -> None:
        """Drop our notes of what lies in the folder no more; marked messages lie there still."""
        with line.step(seconds=10 * self._place.seconds, most=LIST):
            present = {int(uid) for uid in line.search(["ALL"])}
        services.forget_taken(mailbox=self._key, validity=validity, present=present)

    def _take_all(self, line: Line, shelf: Shelf, validity: int, stop: threading.Event) -> None:
        """Take every message that waits, the oldest first; what is stored already is only put away."""
        close_old_connections()
        with line.step():
            waiting = sorted({int(uid) for uid in line.search(["UNDELETED", "UNKEYWORD", MARK])})
        stored = selectors.taken(self._key, validity, among=waiting)
        for uid in waiting:
            if stop.is_set():
                return
            if uid not in stored and not self._take(line, validity, uid):
                continue
            shelf.put_away(uid)

    def _take(self, line: Line, validity: int, uid: int) -> bool:
        """Store one message; returns once it is committed. False if it vanished meanwhile."""
        with line.step():
            told = line.fetch([uid], ["RFC822.SIZE"]).get(uid)
            size = line.number(told, b"RFC822.SIZE") if told else 0
        if told is None:
            return False
        whole = size <= self._place.largest
        part = "BODY.PEEK[]" if whole else f"BODY.PEEK[]<0.{HEAD_BYTES}>"
        with line.step(seconds=10 * self._place.seconds, most=(size if whole else HEAD_BYTES) + 1_000_000):
            found = line.fetch([uid], [part]).get(uid, {})
            raw = found.get(b"BODY[]", found.get(b"BODY[]<0>"))
        if not isinstance(raw, bytes):
            return False
        services.take_mail(
            mailbox=self._key,
            validity=validity,
            uid=uid,
            raw=raw,
            recipients=addressed_to(raw, self._sender.domain.lower(), self._sender.mailbox.lower()),
            now=clock.now(),
            trouble="" if whole else TOO_LARGE,
        )
        return True

    def _wait(self, line: Line, stop: threading.Event) -> None:
        """Wait for the server's word, or for the next look."""
        with line.step():
            told = line.has_capability("IDLE")
            if told:
                line.idle()
        if not told:
            stop.wait(self._place.poll)
            return
        until = time.monotonic() + LOOK_ANYWAY * self._place.poll
        while not stop.is_set() and time.monotonic() < until:
            began = time.monotonic()
            with line.step(seconds=5 + LOOK):
                news = line.idle_check(LOOK)
            if news:
                break
            if time.monotonic() - began < LOOK / 2:  # nothing to read, and at once: the line is dead
                raise MailboxError("closed")
        with line.step():
            line.idle_done()


class Shelf:
    """Where messages go that are stored here: moved, or at least marked."""

    def __init__(self, line: Line) -> None:
        """Find the folder, or make it; without one messages are marked where they are."""
        self._line = line
        self._folder: str | None = None
        with line.step():
            self._moves = line.has_capability("MOVE")
            self._expunges = line.has_capability("UIDPLUS")
            spaces = line.namespace().personal if line.has_capability("NAMESPACE") else None
        prefix, between = spaces[0] if spaces else ("", "/")
        name = f"{prefix or ''}{(between or '/').join(TAKEN)}"
        with suppress(MailboxError), line.step():
            try:
                if not line.folder_exists(name):
                    line.create_folder(name)
                self._folder = name
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:  # it says no: then we mark
                self._folder = None

    def put_away(self, uid: int) -> None:
        """Move a stored message away, or mark it. Where the server refuses both, our own note is enough."""
        with self._line.step():
            try:
                self._move(uid)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:
                with suppress(imaplib.IMAP4.error):
                    self._line.add_flags([uid], [MARK], silent=True)

    def _move(self, uid: int) -> None:
        if self._folder and self._moves:
            self._line.move([uid], self._folder)
        elif self._folder and self._expunges:
            self._line.copy([uid], self._folder)
            self._line.delete_messages([uid], silent=True)
            self._line.uid_expunge([uid])
        else:
            self._line.add_flags([uid], [MARK], silent=True)


def open_mailbox() -> Mailbox:
    """Return the mailbox that the configuration names."""
    return Mailbox(wiring.resolve(ImapPlace), wiring.resolve(Sender))
