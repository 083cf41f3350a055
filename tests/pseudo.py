"""A language nobody speaks: each text of ours accented, two fifths longer and in brackets, made as it is asked for.

What stands on a page outside the brackets did not go through gettext. No catalogue is needed, so a text is found
on the day it is written.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.test import override_settings
from django.utils.translation import trans_real
from selectolax.lexbor import LexborHTMLParser, LexborNode

CODE = "en-xa"
OPEN, CLOSE = "⟦", "⟧"
ACCENTS = str.maketrans("AEIOUaeiouncyNCY", "ÅÉÎÕÛåéîõûñçýÑÇÝ")
# Placeholders, markup and entities stay as they are.
KEPT = re.compile(r"(%\(\w+\)[sdif]|%[sd%]|\{\w*\}|<[^>]+>|&#?\w+;)")
INLINE = {"a", "b", "strong", "em", "i", "span", "small", "abbr", "q", "br"}
# Not ours to translate: what people typed, what machines read, names, and text in another language.
NOT_OURS = {"script", "style", "time", "textarea", "code", "kbd", "symbol", "template"}
DATA = re.compile(
    r"Recourse|Harbour Line|Telegram|X|Facebook|Instagram|YouTube|UTC|English|Korean|Indonesian"  # names
    r"|(Operator|Analyst|Officer|Supervisor|Liaison|Administrator) \d\d|[a-z]+-\d\d|[a-z]{2}-[a-z0-9-]+"  # staff, laws
    r"|[CN]-[0-9A-Z]{6,8}|[0-9A-Z]{4}"  # numbers of cases and notices, groups of a code
    r"|https?://\S+|[a-z0-9.-]+@[a-z0-9.-]+|a group my neighbour named|A harbour at dusk|Nothing more"
    r"|As she says|after 16:00"
    r"|(January|February|March|April|May|June|July|August|September|October|November|December) \d{4}|and"  # CLDR's
)
READ_ALOUD = (
    "aria-label",
    "title",
    "placeholder",
    "alt",
    "data-done",
    "data-one",
    "data-two",
    "data-on",
    "data-off",
)


class Pseudo(gettext.NullTranslations):
    """Translates any text at all."""

    def gettext(self, message: str) -> str:
        return pseudo(message.rpartition(trans_real.CONTEXT_SEPARATOR)[2])

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def to_language(self) -> str:
        return CODE

    def language(self) -> str:
        return CODE


def pseudo(message: str) -> str:
    """Return the text accented, longer and in brackets."""
    if not message.strip():
        return message
    parts = KEPT.split(message)
    words = "".join(part if at % 2 else part.translate(ACCENTS) for at, part in enumerate(parts))
    more = -(-2 * sum(map(len, parts[::2])) // 5)
    padding = " ".join("~" * min(5, more - at) for at in range(0, more, 6))
    return f"{OPEN}{words} {padding}{CLOSE}"


def catalogue(folder: Path) -> Path:
    """Write the file by which Django knows that there is such a language; `Pseudo` answers in its place."""
    place = folder / "en_XA" / "LC_MESSAGES"
    place.mkdir(parents=True)
    file = polib.POFile()
    file.metadata = {"Language": "en_XA", "Content-Type": "text/plain; charset=UTF-8"}
    file.save_as_mofile(str(place / "django.mo"))
    return folder


@contextmanager
def offered() -> Iterator[None]:
    """Offer the language beside the others for a while."""
    languages: list[Any] = [*settings.LANGUAGES, (CODE, pseudo("Pseudo"))]
    with override_settings(LANGUAGES=languages):
        trans_real._translations[CODE] = Pseudo()  # type: ignore[index]
        yield


def untranslated(html: str) -> list[str]:
    """Return every piece of text on a page, attributes that are read aloud included, outside the brackets."""
    root = LexborHTMLParser(html).root
    assert root is not None
    found: list[str] = []
    _walk(root, [0], found)
    pieces = (piece.strip(" .,:;()\u2013") for text in found for piece in re.split(r"[·,;]", text))
    return [piece for piece in pieces if re.search(r"[^\W\d_]{2}", piece) and not DATA.fullmatch(piece)]


def _walk(node: LexborNode, depth: list[int], found: list[str]) -> None:
    """Collect what stands outside; a block begins with no bracket open, so that a lost one spoils one block only."""
    for child in node.iter(include_text=True):
        if child.is_text_node:
            found.append(_outside(child.text_content or "", depth))
            continue
        if child.tag in NOT_OURS or child.attributes.get("translate") == "no" or _foreign(child):
            continue
        found += [_outside(child.attributes.get(name) or "", [0]) for name in READ_ALOUD]
        _walk(child, depth if child.tag in INLINE else [0], found)


def _foreign(node: LexborNode) -> bool:
    return node.attributes.get("lang") not in {None, CODE}


def _outside(text: str, depth: list[int]) -> str:
    outside = []
    for sign in text:
        if sign == OPEN:
            depth[0] += 1
        elif sign == CLOSE:
            depth[0] = max(depth[0] - 1, 0)
        elif not depth[0]:
            outside.append(sign)
    return " ".join("".join(outside).split())
