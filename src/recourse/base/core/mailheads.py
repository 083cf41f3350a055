"""One header block of a mail, read without trust: values bounded, unfolded, without control characters. Pure.

Runs in the sandbox's child. Refuses: to raise, and to hand on a person's address; of an address only the domain leaves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from typing import Final

from recourse.base.core.mailcodec import decoded
from recourse.base.core.markup import clean

MAX_REFERENCES: Final = 50
MAX_SUBJECT: Final = 300
Defect = Callable[[str], None]

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,100}")
_TOKEN = re.compile(r"[A-Za-z0-9._/-]{1,60}")
_DAEMON = re.compile(
    r"(?:mailer-?daemon|postmaster|mail-?daemon|mail ?delivery ?(?:sub)?system|mail ?delivery ?service)",
    re.IGNORECASE,
)
# Headers in which a company's system gives its own number: RT-Ticket, X-Case-ID, X-Report-Number.
_REFERENCE_NAME = re.compile(r"(?:x-)?(?:[a-z0-9]{1,20}-)?(?:ticket|case|report)(?:-?(?:id|number|no|key))?")


def value(head: Message, name: str) -> str:
    """Return the first value of a header, unfolded, bounded and without control characters."""
    try:
        found = head.get(name)
    except Exception:  # noqa: BLE001 - the header reader has raised many classes on hostile input
        return ""
    return " ".join(clean(str(found)).split())[:20_000] if found is not None else ""


def message_ids(head: Message, name: str, defect: Defect) -> list[str]:
    """Return the message ids in a header, the last fifty."""
    if len(head.get_all(name) or ()) > 1:
        defect("header_repeated")
    return _MESSAGE_ID.findall(value(head, name))[-MAX_REFERENCES:]


def word(head: Message, name: str) -> str:
    """Return the first word of a header, lower case."""
    found = _TOKEN.match(value(head, name))
    return found[0].lower() if found else ""


def flagged(head: Message, name: str) -> bool:
    """Tell whether a header is there and does not say no."""
    return name in head and word(head, name) not in {"", "no", "none", "false", "0"}


def subject(head: Message) -> str:
    """Return the subject in words; what cannot be decoded stays as it is written."""
    written = value(head, "subject")[:2000]
    try:
        pieces = [
            part if isinstance(part, str) else decoded(part, charset or "", lambda _: None)
            for part, charset in decode_header(written)
        ]
    except Exception:  # noqa: BLE001 - see value
        pieces = [written]
    return " ".join(clean("".join(pieces)).split())[:MAX_SUBJECT]


def reference(head: Message) -> str:
    """Return the number that the sender's system gives in a header of its own, or nothing."""
    for name in list(head.keys())[:200]:
        if _REFERENCE_NAME.fullmatch(name.lower()):
            return value(head, name)[:80]
    return ""


def null_sender(head: Message) -> bool:
    """Tell whether the envelope had no sender, as the last server noted it: reports and automatic replies."""
    return "return-path" in head and value(head, "return-path").replace(" ", "") == "<>"


def from_daemon(head: Message) -> bool:
    """Tell whether it claims to come from a mail system."""
    return _DAEMON.search(value(head, "from")[:300]) is not None


def from_domain(head: Message, defect: Defect) -> str:
    """Return the domain of the one sender, or nothing."""
    if len(head.get_all("from") or ()) != 1:
        defect("not_one_sender")
    try:
        addresses = getaddresses([value(head, "from")[:2000]])
    except Exception:  # noqa: BLE001 - see value
        addresses = []
    domains = {domain(address) for _, address in addresses} - {""}
    if len(domains) != 1:
        defect("not_one_sender")
    return min(domains) if len(domains) == 1 else ""


def domain(address: str) -> str:
    """Return the domain of an address in lower case ASCII, or "" if it has none that could exist."""
    found = address.strip().rpartition("@")[2].rstrip(".>").lower() if "@" in address else ""
    if not found.isascii():
        try:
            found = found[:253].encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return found if len(found) <= 253 and _DOMAIN.fullmatch(found) else ""  # noqa: PLR2004 - RFC 1035


def type_of(head: Message) -> str:
    """Return the content type, lower case; what is not one is octet-stream, what is missing is text."""
    written = value(head, "content-type")
    if not written:
        return "text/plain"
    kind = written.split(";")[0].strip().lower()
    return kind if _TYPE.fullmatch(kind) else "application/octet-stream"


def parameter(head: Message, name: str) -> str:
    """Return a parameter of the content type, or nothing."""
    try:
        found = head.get_param(name)
    except Exception:  # noqa: BLE001 - see value
        return ""
    text = found[2] if isinstance(found, tuple) else found
    return clean(str(text)).strip().strip('"')[:200] if text else ""


def boundary(head: Message) -> bytes:
    """Return the line that cuts a multipart, or nothing usable."""
    text = parameter(head, "boundary")
    return text.encode("utf-8", "replace") if 0 < len(text) <= 100 else b""  # noqa: PLR2004 - RFC 2046 says 70


def is_attached(head: Message) -> bool:
    """Tell whether a part wants to be a file."""
    return word(head, "content-disposition") == "attachment"
