"""How words that people typed are cleaned and bounded before they are sealed. Pure.

Refuses: to shorten. What is too long is refused whole, with the field named, and stays in the person's form.
"""

from __future__ import annotations

import unicodedata

from recourse.base.core.errors import TooLongError

MAX_WORDS = 20_000
"""Characters of any one field of free text."""


class FieldTooLongError(TooLongError):
    """One field is longer than we take; says which, how long it was and how long it may be."""

    def __init__(self, *, question: str, field: str, length: int, limit: int) -> None:
        """Name the field; the text itself is not carried."""
        super().__init__(f"{question}.{field}: {length} characters, {limit} taken")
        self.question = question
        self.field = field
        self.length = length
        self.limit = limit


def clean_text(text: str) -> str:
    r"""Return `text` without control characters, line ends as `\n`, halves of characters replaced.

    Tabs and line ends stay; so does everything that can be read, direction marks included.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    return "".join(map(_clean, lines))


def _clean(character: str) -> str:
    if character in "\n\t":
        return character
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    return "" if category == "Cc" else character


def bounded_text(text: str, *, question: str, field: str, limit: int = MAX_WORDS) -> str:
    """Return the cleaned text.

    Raises:
        FieldTooLongError: it has more than `limit` characters after cleaning.
    """
    if len(text) > 8 * limit:  # before any work is done on it
        raise FieldTooLongError(question=question, field=field, length=len(text), limit=limit)
    cleaned = clean_text(text).strip()
    if len(cleaned) > limit:
        raise FieldTooLongError(question=question, field=field, length=len(cleaned), limit=limit)
    return cleaned
