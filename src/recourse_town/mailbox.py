"""The mailbox of a platform's removal desk, and the people who answer it.

Takes mail by SMTP as a careful receiver does: known recipients only, a DKIM signature of the sender's own
domain that verifies against the town's name table, at most 1 MB. What it answers goes back by SMTP or LMTP
to the address the notice asks answers to be sent to.
Refuses (with the status a real receiver would use): unknown recipients 550 5.1.1, unsigned or forged mail
550 5.7.26, mail without a link to one of its own posts 250 and silence.
"""

from __future__ import annotations

import re
import smtplib
import socket
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import formatdate, make_msgid, parseaddr

import dkim
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from recourse_town.world import Conduct, Post, Town

ADDRESS = "abuse@telegram.org"
LINK = re.compile(r"https://t\.me/([A-Za-z][A-Za-z0-9_]{3,31})/(\d{1,12})")
LARGEST = 1_000_000
RECEIVED = "We received your report. A person will look at it."
REMOVED = "Hello,\n\nthe reported content has been removed.\n\nSupport"


class Mailbox:
    """The platform's side of the correspondence."""

    def __init__(self, town: Town, names: dict[str, str], agency: tuple[str, int]) -> None:
        """Take the town, its table of TXT records, and where the agency takes mail (host, port; LMTP)."""
        self._town = town
        self._names = names
        self._agency = agency
        self.pause = 0.4  # seconds of real time between the steps of an answer

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Accept mail for the removal desk only."""
        if address.lower() != ADDRESS:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Check the signature, file the letter, and let the desk get to work."""
        raw = envelope.original_content or b""
        mail = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(raw)
        if not self._signed_by_sender(raw, mail):
            return "550 5.7.26 unauthenticated mail is not accepted"
        self._file(mail)
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

    def _file(self, mail: EmailMessage) -> None:
        part = mail.get_body(("plain",))
        text = part.get_content() if part else ""
        posts = [post for name, number in LINK.findall(text) if (post := self._town.find(name, int(number)))]
        self._town.letters.append({"message_id": str(mail["Message-ID"]), "posts": str(len(posts))})
        if not posts or all(post.conduct is Conduct.SILENT for post in posts):
            return
        pause = self.pause
        self._town.later(pause, lambda: self._reply(mail, RECEIVED, auto=True))
        self._town.later(pause * 2, lambda: self._remove(posts))
        self._town.later(pause * 3, lambda: self._reply(mail, REMOVED))

    @staticmethod
    def _remove(posts: list[Post]) -> None:
        for post in posts:
            if post.conduct is Conduct.REMOVES:
                post.removed = True

    def _reply(self, mail: EmailMessage, text: str, *, auto: bool = False) -> None:
        reply = EmailMessage()
        to = parseaddr(str(mail["Reply-To"] or mail["From"]))[1]
        reply["From"], reply["To"] = f"Telegram Support <{ADDRESS}>", to
        reply["Subject"] = "Re: " + str(mail["Subject"])
        reply["Date"], reply["Message-ID"] = formatdate(), make_msgid(domain="telegram.org")
        reply["In-Reply-To"] = reply["References"] = str(mail["Message-ID"])
        if auto:
            reply["Auto-Submitted"] = "auto-replied"
        reply.set_content(text)
        with smtplib.LMTP(*self._agency) as server:
            server.sendmail("" if auto else ADDRESS, [to], reply.as_bytes(policy=policy.SMTP))


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def open_mailbox(town: Town, names: dict[str, str], agency: tuple[str, int], port: int = 0) -> Controller:
    """Start the receiving server on a port of 127.0.0.1, a free one when 0."""
    controller = Controller(
        Mailbox(town, names, agency),
        hostname="127.0.0.1",
        port=port or free_port(),
        data_size_limit=LARGEST,
        ident="town",
        server_hostname="mx.telegram.org",
    )
    controller.start()
    return controller
