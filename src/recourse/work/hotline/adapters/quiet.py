"""Makes a quiet mail: a sender without a name, a subject without a matter, and nobody for a bounce to go back to.

The envelope's sender is empty, so neither a delivery report nor an automatic answer brings her address back into a
mailbox of ours. Refuses: any header that is not needed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from recourse.base.core import ids
from recourse.work.hotline.ports import QuietLetter

Sign = Callable[[bytes], bytes]
MESSAGE_ID_BITS = 160
_POLICY = SMTP.clone(cte_type="7bit")


class QuietMail:
    """The port `QuietPost`, from one address of ours that says nothing."""

    def __init__(self, address: str, sign: Sign) -> None:
        """Take the sender's address, and what puts the domain's signature before a mail."""
        self._address = address
        self._sign = sign

    def letter(self, *, to: str, subject: str, body: str, at: datetime) -> QuietLetter:
        """Return the mail."""
        domain = self._address.rpartition("@")[2]
        message_id = f"<{ids.to_base32(ids.random_bytes(MESSAGE_ID_BITS)).lower()}@{domain}>"
        mail = EmailMessage(policy=_POLICY)
        mail["From"] = Address(addr_spec=self._address)
        mail["To"] = Address(addr_spec=to)
        mail["Subject"] = subject
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = message_id
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(body)
        raw = mail.as_bytes()
        return QuietLetter(message_id, {"from": "", "to": to}, self._sign(raw) + raw)
