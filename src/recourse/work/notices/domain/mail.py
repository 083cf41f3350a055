"""An incoming mail as the sandbox read it: each fact within its bound, whatever the sandbox answered.

Refuses: to decide what the words mean. What kind of mail it is, `category` decides; what a person says is `phrases`'
guess and an officer's decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from recourse.work.notices.domain.category import Marking, category_of, marking_of
from recourse.work.notices.domain.phrases import absent, own_words, propose, propose_reason
from recourse.work.notices.domain.reference import their_reference
from recourse.work.notices.domain.states import AnswerKind, MailCategory, RefusalReason

_REPORTS = frozenset(
    {
        MailCategory.RECEIPT,
        MailCategory.READ_RECEIPT,
        MailCategory.BOUNCE,
        MailCategory.DELAY,
        MailCategory.PASSED_ON,
    }
)


@dataclass(frozen=True, slots=True)
class Attached:
    """What is kept of an attachment: never its bytes."""

    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ReadMail:
    """A mail as the sandbox read it: bounded, plain, and still hostile in content.

    Attributes:
        category: what it is.
        text: the words, plain, at most `LONGEST_TEXT` characters.
        marking: what it says of how it was made.
        subject: its subject, plain.
        reference: the number that their system gave our request, or empty.
        from_domain: domain of the From header, lower case; says nothing of who wrote it.
        threads: Message-IDs it answers, the nearest first.
        attachments: what hung on it.
        trouble: code of why it could not be read as a whole, or empty.
    """

    category: MailCategory
    text: str = field(repr=False)
    marking: Marking = Marking.NONE
    subject: str = field(default="", repr=False)
    reference: str = field(default="", repr=False)
    from_domain: str = field(default="", repr=False)
    threads: tuple[str, ...] = ()
    attachments: tuple[Attached, ...] = ()
    trouble: str = ""

    @property
    def proposed(self) -> AnswerKind | None:
        """Return what it seems to say; nothing for reports of mail systems, and for who is away."""
        if self.category in _REPORTS:
            return None
        return AnswerKind.NONE if absent(self.text) else propose(self.text)

    @property
    def proposed_reason(self) -> RefusalReason | None:
        """Return why they seem to refuse, where they seem to."""
        return propose_reason(self.text) if self.proposed is AnswerKind.REFUSED else None


@dataclass(frozen=True, slots=True)
class About:
    """What is kept sealed of a mail beside its words: for the person who reads it, never for a list."""

    subject: str = field(default="", repr=False)
    from_domain: str = field(default="", repr=False)
    reference: str = field(default="", repr=False)


LONGEST_TEXT = 100_000
LONGEST_SUBJECT = 300
MOST_ATTACHMENTS = 200
MOST_THREADS = 50
NO_WORDS = "no_words"


def read_mail(parsed: Mapping[str, Any], *, trouble: str = "") -> ReadMail:
    """Take from the sandbox's answer what is used, each within its bound; whatever is malformed is dropped."""
    text = str(parsed.get("text") or "").replace("\0", "")[:LONGEST_TEXT]
    subject = str(parsed.get("subject") or "").replace("\0", "")[:LONGEST_SUBJECT]
    reference = their_reference(str(parsed.get("reference") or "")[:200], subject, own_words(text))
    attachments = tuple(_attachments(parsed.get("attachments") or ()))[:MOST_ATTACHMENTS]
    if not text.strip() and attachments:  # encrypted, or nothing but files: a person cannot read it here
        trouble = trouble or NO_WORDS
    return ReadMail(
        category=category_of(parsed, reference=reference),
        text=text,
        marking=marking_of(parsed),
        subject=subject,
        reference=reference,
        from_domain=str(parsed.get("from_domain") or "").lower()[:255],
        threads=tuple(_threads(parsed))[:MOST_THREADS],
        attachments=attachments,
        trouble=trouble,
    )


def writes_from(domain: str, contact: str) -> bool:
    """Tell whether a mail's domain is that of a contact (a mailbox or a page), above it or below it."""
    host = contact.rpartition("@")[2] if "@" in contact else urlsplit(contact).hostname or ""
    host = host.lower()
    if "." not in domain or "." not in host:
        return False
    return domain == host or domain.endswith(f".{host}") or host.endswith(f".{domain}")


def _threads(parsed: Mapping[str, Any]) -> Iterable[str]:
    answered = str(parsed.get("in_reply_to") or "").split()
    references = [str(one) for one in parsed.get("references") or ()]
    for message_id in [*answered, *reversed(references)]:
        if 3 <= len(message_id) <= 255 and message_id.isascii():  # noqa: PLR2004 - "<x>" to our column's width
            yield message_id if message_id.startswith("<") else f"<{message_id}>"


def _attachments(found: Iterable[Any]) -> Iterable[Attached]:
    for one in found:
        if isinstance(one, Mapping):
            yield Attached(
                content_type=str(one.get("content_type") or "")[:120],
                size=int(one.get("bytes") or 0),
                sha256=str(one.get("sha256") or "")[:64],
            )
