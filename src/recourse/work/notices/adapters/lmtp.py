"""Takes mail by LMTP from the mail server in front of us. 250 is said after the commit, never before.

One reply per recipient, as LMTP demands and the library does not; lines of up to 64 kB; 64 MB a mail; a bounded
number of connections; 451 on any failure, so that the sender keeps the mail.
Refuses: recipients that are neither the removal desk nor spelt like a reply token. A forged token is taken: a
person looks at it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import close_old_connections, connections

from recourse.base.core import clock, wiring
from recourse.work.notices import services
from recourse.work.notices.domain import looks_like_token
from recourse.work.notices.ports import LmtpPlace, Sender

MOST_RECIPIENTS = 20
LINE_LENGTH = 65_536  # a longer line than the library's 1,001 would be refused for good
IDLE_SECONDS = 60.0
NULL_SENDER = b"Return-Path: <>\r\n"
_NOBODY = (None, "", "<>")
_TRY_AGAIN = "451 4.3.0 not stored, please keep the mail and try again"
log = structlog.get_logger(__name__)
Store = Callable[[bytes, list[str]], object]


def store_now(raw: bytes, recipients: list[str]) -> object:
    """Store a mail at the business time; returns once it is committed."""
    return services.receive_mail(raw=raw, recipients=recipients, now=clock.now())


class Receiver:
    """Decides on recipients and stores what comes, outside the event loop."""

    def __init__(self, sender: Sender, store: Store = store_now, threads: int = 2) -> None:
        """Take whom mail may be for and how it is stored; a database is never touched on the loop's thread."""
        self._domain = sender.domain.lower()
        self._mailbox = sender.mailbox.lower()
        self._store = store
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="mail")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take mail for the removal desk and for whatever is spelt like a token of ours."""
        local, _, domain = address.lower().rpartition("@")
        if domain != self._domain or not (local == self._mailbox or looks_like_token(local)):
            return "550 5.1.1 no such mailbox"
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store the mail and answer once per recipient."""
        recipients = list(envelope.rcpt_tos)
        raw = envelope.original_content or b""
        if envelope.mail_from in _NOBODY:  # the last server notes it (RFC 5321, 4.4): reports are known by it
            raw = NULL_SENDER + raw
        try:
            await asyncio.get_running_loop().run_in_executor(self._pool, self._stored, raw, recipients)
        except Exception as error:  # noqa: BLE001 - whatever happened, the sender keeps the mail
            log.error(  # noqa: TRY400 - a traceback may hold the mail
                "mail_not_stored", error=type(error).__name__, size=len(raw)
            )
            return "\r\n".join([_TRY_AGAIN] * len(recipients))
        return "\r\n".join(["250 2.0.0 stored"] * len(recipients))

    async def handle_exception(self, error: Exception) -> str:
        """Answer a failure of the conversation itself; its text may hold an address and goes nowhere."""
        log.error("mail_conversation_failed", error=type(error).__name__)
        return _TRY_AGAIN

    def close(self) -> None:
        """Finish what is being stored and end the threads."""
        self._pool.shutdown(wait=True)

    def _stored(self, raw: bytes, recipients: list[str]) -> None:
        close_old_connections()
        try:
            self._store(raw, recipients)
        except BaseException:
            connections.close_all()  # a broken connection must not refuse the next mail too
            raise
        close_old_connections()  # keeps it where it may be kept, and leaves none behind where it may not


class BoundedLmtp(LMTP):
    """LMTP with room for long lines and a bounded number of connections."""

    line_length_limit = LINE_LENGTH

    def __init__(self, *args: Any, limit: Callable[[int], bool], **kwargs: Any) -> None:  # noqa: ANN401
        """Take `limit`, which counts this connection in (+1) and out (-1) and tells whether there is room."""
        super().__init__(*args, **kwargs)
        self._limit = limit
        self._counted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Turn a connection away when there are enough; the sender comes back."""
        if not self._limit(1):
            if isinstance(transport, asyncio.WriteTransport):
                transport.write(b"421 4.3.2 too many connections, please try again\r\n")
            transport.close()
            return
        self._counted = True
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Make room for the next."""
        if self._counted:
            self._counted = False
            self._limit(-1)
            super().connection_lost(error)


class LmtpServer(Controller):
    """The receiving server in a thread of its own."""

    def __init__(self, receiver: Receiver, place: LmtpPlace) -> None:
        """Take the receiver, where to listen and the bounds."""
        self._receiver = receiver
        self._room = place.connections
        self._largest = place.largest
        super().__init__(receiver, hostname=place.host, port=place.port)

    def factory(self) -> BoundedLmtp:
        """Return the protocol of one connection."""
        return BoundedLmtp(
            self.handler,
            limit=self._count,
            hostname="localhost",
            ident="LMTP",
            data_size_limit=self._largest,
            enable_SMTPUTF8=True,
            timeout=IDLE_SECONDS,
            loop=self.loop,
        )

    def _trigger_server(self) -> None:
        """Say hello to ourselves once, at the port we were really given; the library would try port 0."""
        self.port = self.bound_port
        super()._trigger_server()  # type: ignore[no-untyped-call]

    def _count(self, change: int) -> bool:
        """Count a connection in or out; runs on the loop's thread alone."""
        if change > 0 and self._room <= 0:
            return False
        self._room -= change
        return True

    @property
    def bound_port(self) -> int:
        """Return the port it listens on."""
        if not isinstance(self.server, asyncio.Server):
            raise TypeError("the server has not been started")
        port: int = self.server.sockets[0].getsockname()[1]
        return port

    def stop(self, no_assert: bool = False) -> None:  # noqa: FBT001, FBT002 - the library's signature
        """Stop taking mail; what is being stored is finished first."""
        super().stop(no_assert=no_assert)
        self._receiver.close()


def open_server(place: LmtpPlace, *, store: Store = store_now) -> LmtpServer:
    """Start taking mail and return the running server; `stop()` ends it."""
    receiver = Receiver(wiring.resolve(Sender), store)
    server = LmtpServer(receiver, place)
    server.start()
    log.info("mail_open", port=server.bound_port)
    return server
