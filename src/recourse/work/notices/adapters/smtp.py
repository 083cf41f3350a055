"""Hands mail to the agency's relay by SMTP: the bytes as they were signed, one recipient, bounded in time.

Refuses: to sign in or to send over a connection that is not encrypted where the configuration asks for it.
After a lost connection nobody knows whether the relay has the mail: the same bytes with the same Message-ID
go again.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from uuid import UUID

from recourse.base.core import clock
from recourse.base.core.errors import MisconfiguredError, OutsideError
from recourse.base.jobs.domain import ArrivalUnknownError, UndeliverableError
from recourse.base.jobs.ports import Delivery
from recourse.work.notices import services
from recourse.work.notices.ports import SmtpRelay

LONGEST_RESPONSE = 200
_PERMANENT = range(500, 600)


class RelayFailedError(OutsideError):
    """The relay was not reached, or asks to try again."""

    code = "relay_failed"


class SmtpTransport:
    """The transport "smtp" of the outbox."""

    def __init__(self, relay: SmtpRelay, context: ssl.SSLContext | None = None) -> None:
        """Take the relay, and the trust store for STARTTLS where it is not the system's.

        Raises:
            MisconfiguredError: a password would travel unencrypted.
        """
        if relay.user and not relay.starttls:
            raise MisconfiguredError(
                "mail.smtp_user needs mail.smtp_starttls: a password never travels in clear"
            )
        self._relay = relay
        self._context = context

    def deliver(self, *, outbox_id: UUID, envelope: Mapping[str, str], body: bytes) -> Delivery:
        """Send `body` to `envelope["to"]` from `envelope["from"]`.

        Raises:
            UndeliverableError: refused for good, or the notice was stopped meanwhile.
            RelayFailedError: not reached, or asked to try again.
            ArrivalUnknownError: the relay had the whole mail and said nothing.
        """
        services.leave(outbox_id=outbox_id, now=clock.now())
        try:
            with closing(self._connected()) as server:
                code, text = self._send(server, envelope["from"], envelope["to"], body)
                with suppress(OSError):  # it has the mail, however it says goodbye
                    server.quit()
        except smtplib.SMTPServerDisconnected:
            raise RelayFailedError("disconnected") from None
        except (smtplib.SMTPException, OSError) as error:
            raise _failure(error) from None
        return Delivery(response=f"{code} {text}"[:LONGEST_RESPONSE], at=clock.now())

    def _connected(self) -> smtplib.SMTP:
        relay = self._relay
        server = smtplib.SMTP(relay.host, relay.port, local_hostname=relay.hello, timeout=relay.seconds)
        try:
            if relay.starttls:
                server.starttls(context=self._context or ssl.create_default_context())
            if relay.user:
                server.login(relay.user, relay.password)
        except BaseException:
            server.close()
            raise
        return server

    @staticmethod
    def _send(server: smtplib.SMTP, sender: str, recipient: str, body: bytes) -> tuple[int, str]:
        """Run MAIL, RCPT and DATA by hand: `sendmail` hides what the relay answered at the end."""
        server.ehlo_or_helo_if_needed()
        about = [f"size={len(body)}"] if server.has_extn("size") else []
        wanted: list[str] = []
        if server.has_extn(
            "dsn"
        ):  # RFC 3461: told of every end, and our letter does not travel back as a whole
            about, wanted = [*about, "RET=HDRS"], ["NOTIFY=SUCCESS,FAILURE,DELAY"]
        _require(*server.mail(sender, about))
        _require(*server.rcpt(recipient, wanted))
        code, answer = _data(server, body)
        _require(code, answer)
        return code, answer.decode("ascii", "replace")


def _data(server: smtplib.SMTP, body: bytes) -> tuple[int, bytes]:
    """Send the mail itself. Once its end is said, only the relay's word tells whether it took it."""
    try:
        return server.data(body)
    except smtplib.SMTPResponseException:  # it did not want to hear the mail at all
        raise
    except OSError as error:
        raise ArrivalUnknownError(type(error).__name__) from None


def _require(code: int, answer: bytes) -> None:
    if code not in range(200, 300):
        raise smtplib.SMTPResponseException(code, answer)


def _failure(error: Exception) -> OutsideError:
    """Map what went wrong: the relay's 5xx is for good, everything else is tried again. No words of the relay."""
    code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0
    if code in _PERMANENT:
        return UndeliverableError(f"relay said {code}")
    return RelayFailedError(f"{type(error).__name__} {code or ''}".strip())
