"""What the hotline needs from outside: somebody who makes a mail that says nothing of us. Bound in `config`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

TRANSPORT = "smtp"
"""The way out that quiet mails take, by the name that the configuration gives it."""


@dataclass(frozen=True, slots=True)
class QuietLetter:
    """A mail ready to leave; the same bytes go at every try."""

    message_id: str
    envelope: dict[str, str] = field(repr=False)
    raw: bytes = field(repr=False)


class QuietPost(Protocol):
    """Makes mails whose sender, headers and words name neither the agency nor the matter."""

    def letter(self, *, to: str, subject: str, body: str, at: datetime) -> QuietLetter:
        """Return the mail.

        Raises:
            ValueError: an address or the subject holds a line break.
        """
        ...
