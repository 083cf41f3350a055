"""The town's incoming mail: the removal desk of a platform, and the abuse desk of a host.

Takes mail by SMTP as a careful receiver does: known recipients only, a DKIM signature of the sender's own
domain that verifies against the town's name table, at most 1 MB. What to answer is for `companies`.
Refuses (with the status a real receiver would use): unknown recipients 550 5.1.1, unsigned or forged mail
550 5.7.26, mail without a link to something in the town 250 and silence.
"""

from __future__ import annotations

import re
import socket
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr

import dkim
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from recourse_town.companies import HOSTWORK, KANAL, Company, Desks, Received
from recourse_town.world import Town

ADDRESS = KANAL.address
BY_ADDRESS = {company.address: company for company in (KANAL, HOSTWORK)}
LARGEST = 1_000_000


class Mailbox:
    """Takes letters for the companies that read mail."""

    def __init__(self, town: Town, names: dict[str, str], desks: Desks) -> None:
        """Take the town, its table of TXT records, and the desks that the letters go to."""
        self._town = town
        self._names = names
        self._desks = desks

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Accept mail for the desks only."""
        if address.lower() not in BY_ADDRESS:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Check the signature, file the letter, and let the desk get to work."""
        raw = envelope.original_content or b""
        mail = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(raw)
        if not self._signed_by_sender(raw, mail):
            return "550 5.7.26 unauthenticated mail is not accepted"
        for address in dict.fromkeys(to.lower() for to in envelope.rcpt_tos):
            self._file(mail, BY_ADDRESS[address])
        return "250 2.0.0 accepted"

    def _signed_by_sender(self, raw: bytes, mail: EmailMessage) -> bool:
        domain = parseaddr(str(mail["From"]))[1].rpartition("@")[2].lower()
        signed = re.search(r"\bd=([^;\s]+)", str(mail["DKIM-Signature"] or ""))
        if not domain or not signed or signed[1].lower() != domain:
            return False

        def look_up(name: bytes, timeout: int = 5) -> bytes | None:  # noqa: ARG001 - dkimpy's signature
            text = self._names.get(name.decode().rstrip("."))
            return text.encode() if text else None

        try:
            return bool(dkim.verify(raw, dnsfunc=look_up))
        except dkim.DKIMException:
            return False

    def _file(self, mail: EmailMessage, company: Company) -> None:
        part = mail.get_body(("plain",))
        posts = self._town.named(part.get_content() if part else "", company.platforms)
        self._desks.take(
            Received(
                company=company,
                posts=tuple(posts),
                reply_to=parseaddr(str(mail["Reply-To"] or mail["From"]))[1],
                reference=self._desks.reference(company),
                subject=str(mail["Subject"]),
                message_id=str(mail["Message-ID"]),
            )
        )


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def open_mailbox(town: Town, names: dict[str, str], desks: Desks, port: int = 0) -> Controller:
    """Start the receiving server on a port of 127.0.0.1, a free one when 0."""
    controller = Controller(
        Mailbox(town, names, desks),
        hostname="127.0.0.1",
        port=port or free_port(),
        data_size_limit=LARGEST,
        ident="town",
        server_hostname="mx.telegram.org",
    )
    controller.start()
    return controller
