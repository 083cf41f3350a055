"""What an incoming mail is, decided from its headers as the sandbox read them.

Refuses: to read the words. What a person says is `phrases`' guess and an officer's decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from recourse.work.notices.domain.states import MailCategory

_BULK = frozenset({"auto_reply", "auto-reply", "bulk", "junk"})


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
        category: what the headers say it is.
        text: the words, plain, at most `LONGEST_TEXT` characters.
        from_domain: domain of the From header, lower case; says nothing of who wrote it.
        threads: Message-IDs it answers, the nearest first.
        attachments: what hung on it.
        trouble: code of why it could not be read as a whole, or empty.
    """

    category: MailCategory
    text: str = field(repr=False)
    from_domain: str = ""
    threads: tuple[str, ...] = ()
    attachments: tuple[Attached, ...] = ()
    trouble: str = ""


LONGEST_TEXT = 100_000
MOST_ATTACHMENTS = 200
MOST_THREADS = 50


def category_of(parsed: Mapping[str, Any]) -> MailCategory:
    """Return what a parsed mail is (keys as `core.mailparse.parse_mail` names them)."""
    if parsed.get("is_dsn"):
        return _of_report(parsed.get("dsn") or ())
    automatic = _word(parsed.get("auto_submitted"))
    if automatic and automatic != "no":
        return MailCategory.AUTO_REPLY
    if _word(parsed.get("precedence")) in _BULK or parsed.get("x_autoreply"):
        return MailCategory.AUTO_REPLY
    return MailCategory.HUMAN


def read_mail(parsed: Mapping[str, Any], *, trouble: str = "") -> ReadMail:
    """Take from the sandbox's answer what is used, each within its bound; whatever is malformed is dropped."""
    return ReadMail(
        category=category_of(parsed),
        text=str(parsed.get("text") or "").replace("\0", "")[:LONGEST_TEXT],
        from_domain=str(parsed.get("from_domain") or "").lower()[:255],
        threads=tuple(_threads(parsed))[:MOST_THREADS],
        attachments=tuple(_attachments(parsed.get("attachments") or ()))[:MOST_ATTACHMENTS],
        trouble=trouble,
    )


def _of_report(reports: Sequence[Mapping[str, Any]]) -> MailCategory:
    actions = {_word(report.get("action")) for report in reports}
    if "failed" in actions or not actions:
        return MailCategory.BOUNCE
    if actions & {"delivered", "relayed", "expanded"}:
        return MailCategory.RECEIPT
    return MailCategory.DELAY


def _word(value: object) -> str:
    """Return the first word of a header, lower case."""
    words = str(value or "").replace(";", " ").split()
    return words[0].lower() if words else ""


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
