"""Takes out of any value what may say who or where: the one redactor every log line passes. Pure.

Values under a registered name are dropped. In every other text, addresses of pages, mails and machines,
handles, phone numbers and case codes are replaced, and free text of more than 200 characters gives way to
its length. Of errors only the class, the code and the places in our code remain: their text may quote what
a person wrote.

Refuses: objects it does not know; of those only the class name is written.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv6Address, ip_address
from math import isfinite
from typing import Any, Final
from uuid import UUID

from recourse.base.core.errors import RecourseError
from recourse.base.core.personal import is_personal

LONGEST_TEXT: Final = 200
MAX_DEPTH: Final = 6
MAX_MEMBERS: Final = 50
MAX_FRAMES: Final = 30
WITHHELD: Final = "[personal]"
_B32: Final = "[0-9A-TV-Za-tv-z]"  # Crockford with what people write for it: only U is never in a code
_BETWEEN: Final = r"[-\u2010-\u2015\u2212_. ]"
_PART_OF_CODE: Final = rf"{_B32}{{4}}(?:[-\u2010-\u2015\u2212_]{_B32}{{4}}){{2,}}"
_UUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
# `internal.OperationalError` has the 24 letters of a case code, and is what a woken person looks for.
_FAILURE: Final = r"(?<!\w)internal\.[A-Z][A-Za-z]{0,60}(?!\w)"
_DIGEST: Final = r"(?<!\w)(?:[0-9a-f]{32}){1,2}(?!\w)"
# One pass, first alternative first; ids, digests and times are named so that they survive.
_PATTERN: Final = re.compile(
    "|".join(
        (
            rf"(?P<keep>{_UUID}|{_DIGEST}|{_FAILURE}|\d{{4}}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)",
            r"(?P<url>[A-Za-z][A-Za-z0-9+.-]*:/{1,}\S*|\b(?:mailto|tg|data|blob|javascript|tel|sms):\S+|\bwww\.\S+)",
            r"(?P<mail>[^\s@]*@[^\s@]+)",
            r"(?P<page>(?:[\w-]+\.)+[^\W\d_][\w-]+(?::\d+)?[/?#]\S*)",
            r"(?P<ip4>\d{1,3}(?:\.\d{1,3}){3})",
            r"(?P<ip6>[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,})",
            rf"(?P<code>(?<!\w){_B32}{{4}}(?:{_BETWEEN}?{_B32}{{4}}){{5,}}(?!\w)|{_PART_OF_CODE})",
            r"(?P<phone>\+\d[\d ().-]{5,}\d)",
        )
    )
)
_SHOWN: Final = {
    "url": "[url]",
    "page": "[url]",
    "mail": "[mail]",
    "ip4": "[ip]",
    "ip6": "[ip]",
    "code": "[code]",
    "phone": "[phone]",
}
_ENCODED = re.compile(r"%(?:2[Ff]|3[Aa]|40)")


def redacted_text(text: str) -> str:
    """Return a text without what may say who or where."""
    if len(text) > LONGEST_TEXT:
        return f"[text of {len(text)} characters]"
    if _ENCODED.search(text):
        return "[encoded text]"
    return _PATTERN.sub(_replacement, text)


def _replacement(match: re.Match[str]) -> str:
    kind, found = match.lastgroup, match[0]
    if kind == "keep" or (kind == "ip6" and not _is_ip6(found)):
        return found
    return _SHOWN.get(kind or "", "[personal]")


def _is_ip6(text: str) -> bool:
    try:
        return isinstance(ip_address(text), IPv6Address)
    except ValueError:
        return text.count(":") >= 4 or "::" in text  # noqa: PLR2004 - nearly one, or one with a tail; a time has two


def redacted(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - any value
    """Return a value fit for a log: plain JSON types, redacted at every depth."""
    if isinstance(value, Enum):
        return redacted(value.value, depth)
    if isinstance(value, Mapping | list | tuple | AbstractSet):
        if depth >= MAX_DEPTH:
            return "[too deep]"
        return _mapping(value, depth) if isinstance(value, Mapping) else _members(list(value), depth)
    if isinstance(value, BaseException):
        return described(value)
    return _single(value)


def _single(value: Any) -> Any:  # noqa: ANN401 - any value
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, str):
        return redacted_text(value)
    if isinstance(value, UUID | Decimal | timedelta | date | time):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"[{len(value)} bytes]"
    return f"[{type(value).__qualname__}]"


def _members(members: list[Any], depth: int) -> list[Any]:
    out = [redacted(member, depth + 1) for member in members[:MAX_MEMBERS]]
    return out if len(members) <= MAX_MEMBERS else [*out, f"[{len(members) - MAX_MEMBERS} more]"]


def _mapping(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for place, (key, member) in enumerate(value.items()):
        if place >= MAX_MEMBERS:
            out["more"] = len(value) - MAX_MEMBERS
            break
        name = key if isinstance(key, str) else str(redacted(key, depth + 1))
        out[redacted_text(name)] = WITHHELD if is_personal(name) else redacted(member, depth + 1)
    return out


def described(error: BaseException, depth: int = 0) -> dict[str, Any]:
    """Return what a log may hold of an error: class, code, places in the code, cause; never its text."""
    about: dict[str, Any] = {"type": type(error).__qualname__}
    if isinstance(error, RecourseError):
        about["code"] = redacted_text(error.code)
        if error.detail:
            about["detail"] = redacted_text(error.detail)
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    if frames:
        about["at"] = [f"{_module(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and depth < MAX_DEPTH:
        about["after"] = described(cause, depth + 1)
    return about


def _module(filename: str) -> str:
    """Return the end of a file name: enough to find the line, nothing of the machine."""
    parts = filename.replace("\\", "/").split("/")
    for root in ("site-packages", "src"):
        if root in parts:
            return "/".join(parts[parts.index(root) + 1 :])
    return "/".join(parts[-2:])
