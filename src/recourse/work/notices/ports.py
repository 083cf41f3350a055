"""What this package needs from outside, bound in `config`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sender:
    """Who notices come from.

    Attributes:
        domain: the domain of the sender address, the Message-ID and the DKIM signature, lower case.
        mailbox: local part of the removal desk's own address at that domain.
        agency: the agency's name as the recipient reads it.
    """

    domain: str
    mailbox: str
    agency: str

    @property
    def address(self) -> str:
        """Return the removal desk's address."""
        return f"{self.mailbox}@{self.domain}"


@dataclass(frozen=True, slots=True)
class ReplyKey:
    """The key that authenticates reply tokens, 32 bytes. Held by worker and mail processes."""

    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DkimKey:
    """The private key of the sender's domain. Held by the worker.

    Attributes:
        selector: names the public half in DNS, `<selector>._domainkey.<domain>`.
        pem: RSA private key, PEM, as bytes.
    """

    selector: str
    pem: bytes = field(repr=False)


class DnsText(Protocol):
    """Reads TXT records, for the signatures of incoming mail."""

    def txt(self, name: str, *, seconds: float) -> bytes | None:
        """Return the joined strings of the first TXT record of `name`, or nothing when there is none.

        Raises:
            OutsideError: the name system did not answer in time.
        """
        ...


@dataclass(frozen=True, slots=True)
class SmtpRelay:
    """Where outgoing mail is handed over.

    Attributes:
        host: of the agency's relay, or of a server that delivers for it.
        port: TCP port.
        starttls: demand an encrypted connection with a certificate that verifies.
        user: sign in with this name when not empty.
        password: belongs to `user`.
        hello: the name we greet with, normally the sender's domain.
        seconds: time-out of each step.
    """

    host: str
    port: int = 25
    starttls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    hello: str = "localhost"
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class LmtpPlace:
    """Where incoming mail is taken, for the mail server in front of us only.

    Attributes:
        host: address to listen on.
        port: TCP port, 0 for any free one.
        connections: how many at once; each may hold one mail of `largest` bytes in memory.
        largest: bytes of a mail; what is larger is answered with 552.
    """

    host: str
    port: int
    connections: int = 8
    largest: int = 64_000_000  # a 30 MB attachment is 40 MB on the wire


@dataclass(frozen=True, slots=True)
class ImapPlace:
    """A mailbox that incoming mail is taken from.

    Attributes:
        host: of the mail provider's server; empty where no mailbox is read.
        port: TCP port.
        tls: "implicit", "starttls", or "none" to this machine itself.
        user: who signs in.
        password: belongs to `user`.
        folder: where mail arrives.
        largest: bytes of a mail; of what is larger only the head is taken, for a person.
        seconds: how long a step may take, whatever the server does.
        poll: seconds between looks where the server cannot tell us of new mail.
    """

    host: str
    port: int = 993
    tls: str = "implicit"
    user: str = ""
    password: str = field(default="", repr=False)
    folder: str = "INBOX"
    largest: int = 64_000_000
    seconds: float = 30.0
    poll: float = 60.0
