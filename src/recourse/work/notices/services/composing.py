"""Builds the mail that leaves: headers, letter, reply token, DKIM signature; computed once, stored, sent as it is.

Pure computation, no network, a few milliseconds. Refuses: anything of the survivor in a header, and
a header value with a line break in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

import dkim

from recourse.base.core import ids
from recourse.base.core.errors import MisconfiguredError
from recourse.work.notices.domain.token import RANDOM_BITS, ReplyToken, make_token
from recourse.work.notices.ports import DkimKey, ReplyKey, Sender
from recourse.work.notices.services import openssl_rsa  # noqa: F401 - makes the signing below fast

ENTRY_HEADER = "X-Recourse-Entry"
MESSAGE_ID_BITS = 160
# 7bit: a relay has no reason to re-encode the body and break the signature.
_POLICY = SMTP.clone(cte_type="7bit")
_SIGNED = (
    b"from", b"to", b"subject", b"date", b"message-id", b"reply-to",
    b"in-reply-to", b"references", b"mime-version", b"content-type", b"content-transfer-encoding", b"x-recourse-entry",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who sends, to whom, and what ties answers to this notice."""

    sender: Sender
    to: str
    token: ReplyToken
    message_id: str

    @property
    def reply_address(self) -> str:
        """Return the address answers and delivery reports come to."""
        return f"{self.token.text}@{self.sender.domain}"


@dataclass(frozen=True, slots=True)
class SignedMail:
    """The bytes to send, and their envelope."""

    envelope_from: str
    envelope_to: str
    raw: bytes = field(repr=False)


def new_letterhead(sender: Sender, reply_key: ReplyKey, to: str) -> Letterhead:
    """Return a letterhead with a fresh token and an opaque Message-ID."""
    return Letterhead(
        sender=sender,
        to=to,
        token=make_token(reply_key.secret, ids.random_bytes(RANDOM_BITS)),
        message_id=_message_id(sender),
    )


def same_thread(sender: Sender, reply_address: str, to: str) -> Letterhead:
    """Return a letterhead for another mail about a notice: its reply address, a Message-ID of its own."""
    return Letterhead(sender, to, ReplyToken(reply_address.partition("@")[0]), _message_id(sender))


def compose(
    head: Letterhead,
    key: DkimKey,
    *,
    subject: str,
    body: str,
    entry: UUID,
    at: datetime,
    answers: str = "",
) -> SignedMail:
    """Return the signed mail; `answers` is the Message-ID of the mail it follows, for the thread.

    Raises:
        MisconfiguredError: the DKIM key cannot sign.
        ValueError: an address or the subject holds a line break.
    """
    mail = EmailMessage(policy=_POLICY)
    desk = f"{head.sender.agency}, removal desk"
    mail["From"] = Address(desk, head.sender.mailbox, head.sender.domain)
    mail["To"] = Address(addr_spec=head.to)
    mail["Reply-To"] = Address(desk, head.token.text, head.sender.domain)
    mail["Subject"] = subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = head.message_id
    if answers:
        mail["In-Reply-To"] = mail["References"] = answers
    mail[ENTRY_HEADER] = str(entry)
    mail.set_content(body)
    raw = mail.as_bytes()
    return SignedMail(head.reply_address, head.to, signature(raw, head.sender.domain, key) + raw)


def _message_id(sender: Sender) -> str:
    return f"<{ids.to_base32(ids.random_bytes(MESSAGE_ID_BITS)).lower()}@{sender.domain}>"


def signature(raw: bytes, domain: str, key: DkimKey) -> bytes:
    """Return the DKIM header of a mail from our domain, to be put before it.

    Raises:
        MisconfiguredError: the DKIM key cannot sign.
    """
    try:
        header: bytes = dkim.sign(
            raw,
            key.selector.encode("ascii"),
            domain.encode("ascii"),
            key.pem,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=list(_SIGNED),
        )
    except (dkim.DKIMException, UnicodeEncodeError) as error:
        # The library's text may quote the key.
        raise MisconfiguredError(f"DKIM signing failed: {type(error).__name__}") from None
    return header
