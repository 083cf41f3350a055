"""How a mail's bytes become text: transfer encodings and character sets, each bounded. Pure; runs in the child.

Refuses: a codec that costs more than the length of its input. What cannot be read is read as well as it can be, and
the caller is told which defect it had; nothing raises.
"""

from __future__ import annotations

import base64
import codecs
import quopri
import string
from collections.abc import Callable
from typing import Final

Defect = Callable[[str], None]

_NOT_BASE64: Final = bytes(
    set(range(256)) - set(string.ascii_letters.encode() + string.digits.encode() + b"+/")
)
# Codecs that turn bytes into text and cost no more than their length; idna, punycode and the escapes are
# not among them. The names are those that Python gives them.
_CHARSETS: Final = frozenset(
    """
    ascii utf-8 utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be utf-8-sig iso8859-1 iso8859-2
    iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9 iso8859-10 iso8859-11
    iso8859-13 iso8859-14 iso8859-15 iso8859-16 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256
    cp1257 cp1258 cp437 cp850 cp852 cp866 cp874 cp932 cp949 cp950 koi8-r koi8-u koi8-t kz1048
    tis-620 mac-roman mac-cyrillic gb2312 gbk gb18030 hz big5 big5hkscs euc_jp euc_jis_2004
    euc_jisx0213 euc_kr johab shift_jis shift_jis_2004 shift_jisx0213 iso2022_jp iso2022_jp_1
    iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext iso2022_kr
    """.split()  # noqa: SIM905 - one name a line would be four screens
)


def unpacked(packing: str, body: bytes, defect: Defect) -> bytes:
    """Undo the transfer encoding; what cannot be undone is left as it is."""
    if packing == "base64":
        digits = body.translate(None, _NOT_BASE64)
        try:
            return base64.b64decode(digits + b"==")
        except ValueError:
            defect("bad_base64")
            return body
    if packing == "quoted-printable":
        return quopri.decodestring(body)
    if packing not in {"", "7bit", "8bit", "binary"}:
        defect("strange_packing")
    return body


def decoded(content: bytes, charset: str, defect: Defect) -> str:
    """Decode text: as it says, else as UTF-8, else with signs of replacement. Nothing raises."""
    declared = _known(charset)
    if charset and not declared:
        defect("strange_charset")
    for name in dict.fromkeys((declared or "utf-8", "utf-8")):
        try:
            return content.decode(name)
        except (UnicodeError, ValueError):
            defect("wrong_charset")
    return content.decode(declared or "utf-8", "replace")


def _known(charset: str) -> str:
    try:
        name = codecs.lookup(charset.strip()).name if charset.isascii() else ""
    except (LookupError, ValueError):
        return ""
    return name if name in _CHARSETS else ""
