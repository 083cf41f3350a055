"""The number that a company's system gives our request: "their reference", found in its header, subject or words.

English, Korean, Indonesian. Refuses: what has no digit, and numbers of our own that they quote.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 60
_LOOKED_AT = 4_000  # characters of the words; a receipt says its number early
_TOKEN = r"[#№]?\s?([A-Za-z0-9][A-Za-z0-9._/:-]{1,58})"  # noqa: S105 - a piece of a pattern
_IS = r"\s?(?:is|was|:|\uff1a|=|-|은|는|adalah|ialah|anda|id|number|no\.?|nomor|번호)?"
_NAMED = (
    r"(?:ticket|case|report|request|incident|reference|tracking|complaint|inquiry)\s?(?:id|number|no\.?|ref\.?|code)?",
    r"(?:접수|문의|신고|요청|처리|티켓|사건|민원|관리|참조)\s?(?:번호|ID|코드)",
    r"(?:nomor|no\.?|kode|id)\s?(?:tiket|laporan|referensi|kasus|pengaduan|permintaan|pelacakan)",
    r"(?:tiket|laporan|referensi|kasus|pengaduan)\s?(?:nomor|no\.?|id)",
)
# In a subject a number often stands in brackets or after a hash, with or without a name.
_BRACKETED = re.compile(r"[\[(](?:[^\])]{0,30}[\s:#])?#?([A-Za-z0-9][A-Za-z0-9._/:-]{1,58})\s?[\])]")
_HASHED = re.compile(r"#{1,2}([A-Za-z0-9][A-Za-z0-9._/-]{1,58})")
_SALESFORCE = re.compile(r"ref:([A-Za-z0-9._!-]{6,58}):ref")
_COMPILED = tuple(
    re.compile(rf"(?<![A-Za-z]){name}(?:{_IS}){{0,2}}\s?{_TOKEN}", re.IGNORECASE) for name in _NAMED
)
_OURS = re.compile(r"[NC]-[0-9A-Z]{7}", re.IGNORECASE)
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}:\d{2}(?::\d{2})?")


def their_reference(header: str, subject: str, words: str) -> str:
    """Return the number their system gave, or nothing: its own header first, then the subject, then the words."""
    for candidate in _candidates(header, subject[: LONGEST * 8], words[:_LOOKED_AT]):
        found = candidate.strip(".:/-_ ")
        if _plausible(found):
            return found[:LONGEST]
    return ""


def spelt(reference: str) -> str:
    """Return the one spelling by which a reference is looked up."""
    return reference.strip().upper()


def _candidates(header: str, subject: str, words: str) -> Iterable[str]:
    yield from reversed(header.replace("#", " ").split())
    for text in (subject, words):
        for pattern in (*_COMPILED, _SALESFORCE):
            yield from (found[1] for found in pattern.finditer(text))
        if text is subject:
            for pattern in (_BRACKETED, _HASHED):
                yield from (found[1] for found in pattern.finditer(text))


def _plausible(token: str) -> bool:
    """Tell whether a token can be a number of theirs: a digit, three signs, neither a date nor ours nor a link."""
    return (
        3 <= len(token) <= LONGEST  # noqa: PLR2004 - shorter ones are page numbers and hours
        and any(sign.isdigit() for sign in token)
        and not _OURS.fullmatch(token)
        and not _DATE.fullmatch(token)
        and "://" not in token
        and not token.lower().startswith(("t.me", "www."))
    )
