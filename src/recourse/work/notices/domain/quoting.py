"""What answers quote of a letter: addresses of pages, one of which may have been erased since. Pure.

Refuses: to guess whose an address is. All are cut but those that are known still to be asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

CUT = "[erased]"
_SCHEME = r"\bh[tx]{2}ps?:\s?//"
_REST = r"(?:\[\.\]|[^\s<>\"')\]])+"
# With a scheme, or a host with a path: what a program or a person makes of a page's address.
_ADDRESS = re.compile(
    rf"{_SCHEME}{_REST}|(?:[\w-]{{1,63}}(?:\.|\[\.\])){{1,10}}[^\W\d_][\w-]{{1,62}}(?::\d{{1,5}})?/{_REST}",
    re.IGNORECASE,
)
_LOOSE_ENDS = ".,;:!?/"


def without_addresses(text: str, kept: Iterable[str]) -> str:
    """Return a text in which every address of a page is cut, but the kept ones."""
    spared = {_bare(address) for address in kept}
    return _ADDRESS.sub(lambda found: found[0] if _bare(found[0]) in spared else CUT, text)


def _bare(address: str) -> str:
    plain = address.replace("[.]", ".")
    return re.sub(_SCHEME, "", plain, flags=re.IGNORECASE).rstrip(_LOOSE_ENDS)
