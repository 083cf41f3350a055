"""A connection to a mailbox's server that ends in time and in bounds, whatever the server does.

A server that drips a byte at a time is cut when the step's time is over; one that announces or sends more than
the step may need is cut at once. Nothing of what it sends goes to a log.
"""

from __future__ import annotations

import imaplib
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from imapclient import IMAPClient, SocketTimeout

from recourse.base.core.errors import OutsideError
from recourse.work.notices.ports import ImapPlace

SMALL = 4_000_000  # bytes that a step without a message may bring: a list of numbers, a greeting
logging.getLogger("imapclient").setLevel(logging.CRITICAL)  # at debug it would write down whole mails


class MailboxError(OutsideError):
    """The mailbox was not reached, or its server said or did what it must not."""

    code = "mailbox_failed"


class _Bounds:
    """Time and bytes of one step."""

    def __init__(self) -> None:
        self._line: socket.socket | None = None
        self._left = SMALL

    def watch(self, line: socket.socket) -> None:
        """Keep a second handle of the connection: closing the other one belongs to the library."""
        self._line = line.dup()

    def close(self) -> None:
        """Cut the connection."""
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)
            self._line.close()
            self._line = None

    def spend(self, size: int) -> None:
        """Count bytes that are about to be read.

        Raises:
            imaplib.IMAP4.abort: more than this step may bring.
        """
        self._left -= size
        if size < 0 or self._left < 0:
            raise imaplib.IMAP4.abort("too much")

    @contextmanager
    def within(self, seconds: float, most: int) -> Iterator[None]:
        """Hold a step within `seconds` and `most` bytes."""
        self._left = most
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)


class _Session(imaplib.IMAP4):
    """The standard library's session over a bounded connection."""

    def __init__(self, place: ImapPlace, context: ssl.SSLContext | None, bounds: _Bounds) -> None:
        self._place, self._context, self._bounds = place, context, bounds
        super().__init__(place.host, place.port, timeout=place.seconds)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        line = socket.create_connection((self.host, self.port), timeout)
        self._bounds.watch(line)
        return self._context.wrap_socket(line, server_hostname=self.host) if self._context else line

    def read(self, size: int) -> bytes:
        """Read a literal, if its announced size is within bounds."""
        self._bounds.spend(size)
        return super().read(size)

    def readline(self) -> bytes:
        """Read a line; the library bounds its length."""
        line = super().readline()
        self._bounds.spend(len(line))
        return line


class Line(IMAPClient):  # type: ignore[misc]  # the library has no types
    """A client whose every step is bounded."""

    def __init__(self, place: ImapPlace, context: ssl.SSLContext | None = None) -> None:
        """Connect, encrypt and sign in.

        Raises:
            MailboxError: not reached, not encrypted, not let in.
        """
        self._place = place
        self.bounds = _Bounds()
        self._trust = context or ssl.create_default_context()
        with self.step():
            super().__init__(
                place.host,
                place.port,
                ssl=place.tls == "implicit",
                timeout=SocketTimeout(place.seconds, place.seconds),
            )
            if place.tls == "starttls":
                self.starttls(self._trust)
            self.login(place.user, place.password)

    def _create_IMAP4(self) -> _Session:  # noqa: N802 - the library's name
        return _Session(self._place, self._trust if self.ssl else None, self.bounds)

    @contextmanager
    def step(self, *, seconds: float | None = None, most: int = SMALL) -> Iterator[None]:
        """Hold what happens inside within time and bytes.

        Raises:
            MailboxError: whatever the server did; its words go nowhere.
        """
        try:
            with self.bounds.within(seconds or self._place.seconds, most):
                yield
        except MailboxError:
            raise
        except (imaplib.IMAP4.error, OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            self.drop()
            raise MailboxError(type(error).__name__) from None

    def leave(self) -> None:
        """Say goodbye, or just go."""
        with suppress(MailboxError), self.step(seconds=5):
            self.logout()
        self.drop()

    def drop(self) -> None:
        """Close the connection without a word."""
        self.bounds.close()
        with suppress(OSError, AttributeError, ValueError):  # it may not have come to a session at all
            self._imap.shutdown()

    def number(self, found: dict[Any, Any], key: bytes) -> int:
        """Return a number out of an answer.

        Raises:
            ValueError: it is none.
        """
        value = found.get(key)
        if not isinstance(value, int) or value < 0:
            raise ValueError("not a number")
        return value
