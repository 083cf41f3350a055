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
_EDGES = ".,;:!?'\u2018\u2019)]}>(<[{*_|"
_TAIL = re.compile(
    r"[^\x00-\x7f][^\x00-\x7f.,;:!?)\]]{0,40}[.,;:!?)\]]{0,4}"
)  # a particle, as in Korean, after a link
_SEPARATORS = re.compile(r"[,;|]")
_NEXT_LINK = re.compile(r"[,;|](?=https?://|tg:)", re.IGNORECASE)
_BULLET = re.compile(r"\s*(?:[-*\u2022\u2013\u2014]|\(?\d{1,4}[.):])?\s*")


@dataclass(frozen=True, slots=True)
class Resolved:
    """A place that somebody named. `private`: only members or whoever was sent it could see it; not fetched.

    `handle` is the account or channel name in its canonical form, `position` what the link said beside the place
    (the number of a picture in a post, a moment in a video); empty where there is none.
    """

    platform: str
    kind: str
    canonical: str
    verbatim: str
    private: bool
    handle: str = ""
    position: str = ""


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

    At most `limit` entries and one more: from the line where the limit is reached, the text stays together
    as the last `Unread`.
    """
    found: list[Resolved | Unread] = []
    seen: set[str] = set()
    for line_start, entry in _entries(text):
        key = entry.canonical if isinstance(entry, Resolved) else entry.verbatim
        if key in seen:
            continue
        if len(found) >= limit:
            return [*found, Unread(text[line_start:].strip())]
        seen.add(key)
        found.append(entry)
    return found


def _entries(text: str) -> Iterator[tuple[int, Resolved | Unread]]:
    """Yield (where its line starts, entry) for each link, and for each line with words beside its links."""
    for start, line in _lines(text):
        rest, position = "", 0
        for match in _LINK.finditer(line):
            rest += line[position : match.start()]
            position = match.end()
            for part in _candidates(match[0]):
                reading = _read(_trimmed(part))
                if reading is None:
                    rest += part
                else:
                    yield start, _resolved(reading, part)
        rest += line[position:]
        if any(character.isalnum() for character in rest[_bullet_end(rest) :]):
            yield start, Unread(line.strip())


def _candidates(chunk: str) -> list[str]:
    """Split what stands between two spaces into links and the rest, where it is not one link as a whole.

    Links are pasted with commas between them and with the next word's letters behind them.
    """
    parts: list[str] = []
    for piece in _NEXT_LINK.split(chunk):
        whole = _without_tail(piece)
        if _read(_trimmed(whole)) is not None:
            parts += [whole, piece[len(whole) :]]
            continue
        for part in _SEPARATORS.split(piece):
            whole = _without_tail(part)
            parts += [whole, part[len(whole) :]]
    return parts


def _without_tail(piece: str) -> str:
    """Return a piece without the letters of the next word: other letters than ASCII, right behind one of its."""
    ascii_end = next((at for at, character in enumerate(piece) if character > "\x7f"), len(piece))
    tail = piece[ascii_end:]
    glued = ascii_end > 0 and piece[ascii_end - 1].isalnum()
    return piece[:ascii_end] if glued and _TAIL.fullmatch(tail) else piece


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
    return character in _EDGES or character.isspace() or unicodedata.category(character) in {"Cf", "Pi", "Pf"}


def _read(link: str) -> Reading | None:
    return read(link, rules().platforms.values()) if len(link) <= MAX_LINK else None


def _resolved(reading: Reading, verbatim: str) -> Resolved:
    rule = reading.location
    return Resolved(
        platform=reading.platform.id,
        kind=rule.kind,
        canonical=reading.canonical,
        verbatim=verbatim,
        private=rule.private or reading.asks_first,
        handle=reading.groups[rule.handle] if rule.handle else "",
        position=reading.groups.get(rule.position or "", ""),
    )
