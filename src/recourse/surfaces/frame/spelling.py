"""How a case code is read aloud: the international spelling alphabet, as each language writes its words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import pgettext_lazy

from recourse.base.vault.domain import normalise_case_code

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WORDS: Mapping[str, StrOrPromise] = MappingProxyType(
    {
        "0": pgettext_lazy("spelling", "zero"),
        "1": pgettext_lazy("spelling", "one"),
        "2": pgettext_lazy("spelling", "two"),
        "3": pgettext_lazy("spelling", "three"),
        "4": pgettext_lazy("spelling", "four"),
        "5": pgettext_lazy("spelling", "five"),
        "6": pgettext_lazy("spelling", "six"),
        "7": pgettext_lazy("spelling", "seven"),
        "8": pgettext_lazy("spelling", "eight"),
        "9": pgettext_lazy("spelling", "nine"),
        "A": pgettext_lazy("spelling", "Alfa"),
        "B": pgettext_lazy("spelling", "Bravo"),
        "C": pgettext_lazy("spelling", "Charlie"),
        "D": pgettext_lazy("spelling", "Delta"),
        "E": pgettext_lazy("spelling", "Echo"),
        "F": pgettext_lazy("spelling", "Foxtrot"),
        "G": pgettext_lazy("spelling", "Golf"),
        "H": pgettext_lazy("spelling", "Hotel"),
        "J": pgettext_lazy("spelling", "Juliett"),
        "K": pgettext_lazy("spelling", "Kilo"),
        "M": pgettext_lazy("spelling", "Mike"),
        "N": pgettext_lazy("spelling", "November"),
        "P": pgettext_lazy("spelling", "Papa"),
        "Q": pgettext_lazy("spelling", "Quebec"),
        "R": pgettext_lazy("spelling", "Romeo"),
        "S": pgettext_lazy("spelling", "Sierra"),
        "T": pgettext_lazy("spelling", "Tango"),
        "V": pgettext_lazy("spelling", "Victor"),
        "W": pgettext_lazy("spelling", "Whiskey"),
        "X": pgettext_lazy("spelling", "X-ray"),
        "Y": pgettext_lazy("spelling", "Yankee"),
        "Z": pgettext_lazy("spelling", "Zulu"),
    }
)


def spoken(code: str) -> list[tuple[str, str]]:
    """Return each group of a code with its words: `("7KM4", "seven, Kilo, Mike, four")`."""
    return [
        (group, ", ".join(str(WORDS[sign]) for sign in group))
        for group in normalise_case_code(code).split("-")
    ]
