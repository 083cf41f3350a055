"""Media hidden in words: data addresses in HTML, uuencoded files and long runs of base 64 in plain text. Pure.

They are cut out and digested like attachments, so that no picture is kept because it came as text. Linear in the
length of the text. Refuses: to decode anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

Attach = Callable[[str, bytes], None]

CUT: Final = "[…]"
UNKNOWN: Final = "application/octet-stream"
MAX_CUT: Final = 50
_DATA_ADDRESS = re.compile(
    r"data:([a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,60})?(?:;[a-z0-9=_.-]{1,40}){0,4},", re.IGNORECASE
)
_ADDRESS_ENDS = re.compile(r"[\s\"'<>)]")
_UU_BEGINS = re.compile(r"^(?:begin(?:-base64)? [0-7]{3,4} \S.{0,200}|=ybegin .{0,300})\r?$", re.MULTILINE)
_UU_ENDS = re.compile(r"^(?:end|====|=yend .{0,200})\r?$", re.MULTILINE)
# Eight lines or more without a blank in them, each longer than any word; or one line of a thousand such signs.
_RUN = re.compile(
    r"(?:^[A-Za-z0-9+/=_-]{40,1000}[ \t]*\r?\n){8,}[A-Za-z0-9+/=_-]*|(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/=_-]{1000,}",
    re.MULTILINE,
)


def cut_addresses(html: str, attach: Attach) -> None:
    """Digest what data addresses of a page carry; the page's text never shows them."""
    for number, found in enumerate(_DATA_ADDRESS.finditer(html)):
        if number >= MAX_CUT:
            return
        ends = _ADDRESS_ENDS.search(html, found.end())
        content = html[found.end() : ends.start() if ends else len(html)]
        attach((found[1] or UNKNOWN).lower(), content.encode("utf-8", "replace"))


def cut_files(text: str, attach: Attach) -> str:
    """Return the text without files that were written into it; each is digested as it was written."""
    kept, position = [], 0
    for _ in range(MAX_CUT):
        begins = _UU_BEGINS.search(text, position)
        if begins is None:
            break
        ends = _UU_ENDS.search(text, begins.end())
        stop = ends.end() if ends else len(text)
        attach(UNKNOWN, text[begins.start() : stop].encode("utf-8", "replace"))
        kept += [text[position : begins.start()], CUT]
        position = stop
    kept.append(text[position:])

    def cut(run: re.Match[str]) -> str:
        attach(UNKNOWN, run[0].encode("ascii"))
        return CUT + "\n"

    return _RUN.sub(cut, "".join(kept))
