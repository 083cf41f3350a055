"""The order of names in lists, by the Unicode Collation Algorithm; Korean pages put Hangul before Latin letters.

Refuses: to sort by code point, which puts "Á" after "Z" and "a" after "B". pyuca knows the algorithm's common
order (DUCET), which is also that of English and Indonesian; Korean's one difference in CLDR is made here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

from django.utils.translation import get_language
from pyuca import Collator

_Thing = TypeVar("_Thing")
Key = tuple[tuple[int, int], ...]

_SIGNS, _HANGUL, _LETTERS = range(3)


@lru_cache(maxsize=1)
def _collator() -> Collator:
    return Collator()  # a tenth of a second: its table is read when the first list is sorted


@lru_cache(maxsize=1)
def _bounds() -> tuple[int, int, int]:
    """Return the weight of the first letter, and those between which Hangul lies."""
    first = _collator().sort_key
    return first("a")[0], first("\u1100")[0], first("\u11ff")[0]


def key(text: str) -> Key:
    """Return what to sort a text by, in the language of the page."""
    hangul_first = (get_language() or "").split("-")[0] == "ko"
    return tuple((_group(weight) if hangul_first else 0, weight) for weight in _collator().sort_key(text))


def _group(weight: int) -> int:
    letter, first, last = _bounds()
    if weight < letter:
        return _SIGNS
    return _HANGUL if first <= weight <= last else _LETTERS


def in_order(things: Iterable[_Thing], name: Callable[[_Thing], str]) -> list[_Thing]:
    """Return the things in the order of their names."""
    return sorted(things, key=lambda thing: key(name(thing)))
