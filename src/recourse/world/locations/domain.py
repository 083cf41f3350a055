"""What people paste, taken apart into places and what could not be understood. Pure; never fetches.

Nothing is lost: every line comes back, as a place or as the words themselves for a person to read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from recourse.base.jobs.domain import Event
from recourse.world.rules.load import rules
from recourse.world.rules.reading import MAX_LINK, Reading, read

MAX_UNREAD = 2_000
MAX_LINE = 20_000
_LINK = re.compile(
    r"(?:https?://|tg:)[^\s<>\"“”«»]{1,2048}"
    r"|(?<![\w@./:-])(?:[a-z0-9_-]{1,63}\.){1,3}[a-z]{2,24}/[^\s<>\"“”«»]{1,2048}",
    re.IGNORECASE,
)
_EDGES = ".,;:!?'’‘)]}>(<[{*_|"
_BULLET = re.compile(r"\s*(?:[-*•–—]|\(?\d{1,4}[.):])?\s*")


@dataclass(frozen=True, slots=True)
class Resolved:
    """A place that somebody named. `private`: only members could see it, so it is never fetched."""

    platform: str
    kind: str
    canonical: str
    verbatim: str
    private: bool


@dataclass(frozen=True, slots=True)
class Unread:
    """Words that name no place we understand; a person reads them."""

    verbatim: str


@dataclass(frozen=True)
class PlaceErased(Event):
    """A place lost its address and its key; whoever holds something about it lets go of it."""

    place_id: UUID


def resolve_line(line: str) -> Resolved | None:
    """Return the place that a line names, if the line is one link and nothing else."""
    text = _trimmed(line)
    reading = _read(text)
    return None if reading is None else _resolved(reading, line.strip()[:MAX_LINK])


def resolve_text(text: str, limit: int = 500) -> list[Resolved | Unread]:
    """Return the places a text names, each once, and every line that says more, in the order of the text.

    At most `limit` entries and one more: what comes after the limit stays together as the last `Unread`.
    """
    found: list[Resolved | Unread] = []
    seen: set[str] = set()
    rest_from = 0
    for start, end, entry in _entries(text):
        key = entry.canonical if isinstance(entry, Resolved) else entry.verbatim
        if key in seen:
            continue
        if len(found) >= limit:
            return [*found, Unread(text[max(rest_from, start) :].strip())]
        seen.add(key)
        found.append(entry)
        rest_from = end
    return found


def _entries(text: str) -> Iterator[tuple[int, int, Resolved | Unread]]:
    """Yield (start, end, entry) for each link, and for each line that has words beside its links."""
    for start, line in _lines(text):
        rest, position = "", 0
        unread: list[tuple[int, int, Resolved | Unread]] = []
        for match in _LINK.finditer(line):
            reading = _read(_trimmed(match[0]))
            rest += line[position : match.start()]
            position = match.end()
            span = (start + match.start(), start + match.end())
            if reading is None:
                rest += match[0]
            else:
                unread.append((*span, _resolved(reading, match[0])))
        rest += line[position:]
        yield from unread
        if any(character.isalnum() for character in rest[_bullet_end(rest) :]):
            yield start, start + len(line), Unread(line.strip())


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield (offset, line); a line too long to show a person is cut at a space, or hard."""
    offset = 0
    for whole in text.splitlines(keepends=True):
        line = whole
        while len(line) > MAX_UNREAD:
            cut = line.rfind(" ", 1, MAX_UNREAD) + 1 or MAX_UNREAD
            yield offset, line[:cut]
            offset, line = offset + cut, line[cut:]
        yield offset, line
        offset += len(line)


def _bullet_end(rest: str) -> int:
    """Return where the words start after a list mark such as "3." or a dash."""
    found = _BULLET.match(rest)
    return found.end() if found else 0


def _trimmed(text: str) -> str:
    """Drop what surrounds a pasted link: spaces, quotes, punctuation, invisible direction marks."""
    start, end = 0, len(text)
    while start < end and _is_edge(text[start]):
        start += 1
    while end > start and _is_edge(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_edge(character: str) -> bool:
    return (
        character in _EDGES
        or character.isspace()
        or unicodedata.category(character) in {"Cf", "Cc", "Pi", "Pf"}
    )


def _read(link: str) -> Reading | None:
    return read(link, rules().platforms.values()) if len(link) <= MAX_LINK else None


def _resolved(reading: Reading, verbatim: str) -> Resolved:
    return Resolved(
        platform=reading.platform.id,
        kind=reading.location.kind,
        canonical=reading.canonical,
        verbatim=verbatim,
        private=reading.location.private,
    )
