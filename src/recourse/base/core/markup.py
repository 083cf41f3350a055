"""What a page says: its text, and whether given markers are on it. Pure; nothing is executed or fetched.

Runs in the sandbox's child, because pages are hostile: a deeply nested one costs the parser quadratic time,
and the sandbox's clock ends that.

A matcher is a dict of strings:

    {"type": "css", "select": "div.tgme_page_title"}                               such an element exists
    {"type": "css_text", "select": "div.error", "contains": "Post not found"}      one of them says so
    {"type": "attribute", "select": "div", "name": "data-post", "equals": "a/12"}  one of them has this
    {"type": "text", "contains": "Post not found"}                                 the visible text says so

Words and values are compared without regard to case, with white space collapsed. Refuses: any other type or
field, because a rule that is not understood must not count as "does not hold".
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

MAX_TEXT: Final = 20_000
MAX_TITLE: Final = 500
MAX_MATCHERS: Final = 64
MAX_MARKERS: Final = 20
FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "css": frozenset({"select"}),
    "css_text": frozenset({"select", "contains"}),
    "attribute": frozenset({"select", "name", "equals"}),
    "text": frozenset({"contains"}),
}
_UNSEEN: Final = [
    "script",
    "style",
    "noscript",
    "template",
    "head",
    "svg",
    "iframe",
    "object",
    "video",
    "audio",
]
_BREAKS: Final = (
    "p,div,br,hr,li,tr,table,section,article,header,footer,blockquote,pre,h1,h2,h3,h4,h5,h6,dt,dd,form"
)
_BREAK: Final = "\ue000"  # private use; taken out of the page before it is put in
_META_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_METAS: Final = ("og:title", "og:description", "og:url", "og:type", "og:site_name", "robots", "twitter:title")


class BadMatcherError(ValueError):
    """A matcher has an unknown type or field, or no readable selector: the rule is wrong, not the page."""


def check_matcher(matcher: Mapping[str, Any]) -> None:
    """Raise `BadMatcherError`, naming the field, unless the matcher can be evaluated; for loading rules."""
    kind = matcher.get("type")
    if not isinstance(kind, str) or kind not in FIELDS:
        raise BadMatcherError(f"type: not one of {sorted(FIELDS)}")
    fields = FIELDS[kind]
    strange = set(matcher) - fields - {"type"}
    if strange:
        raise BadMatcherError(f"{min(strange)}: not a field of {kind}")
    for name in sorted(fields):
        if not isinstance(matcher.get(name), str) or not matcher[name].strip():
            raise BadMatcherError(f"{name}: {kind} needs it, as text")
    if "select" in fields:
        try:
            LexborHTMLParser("<p>").css(matcher["select"])
        except SelectolaxError:
            raise BadMatcherError("select: not a selector") from None


def decode_html(html: bytes) -> str:
    """Decode a page: byte order mark, then UTF-8, then its own declaration; nothing raises."""
    for mark, charset in _BYTE_ORDER_MARKS:
        if html.startswith(mark):
            return html[len(mark) :].decode(charset, "replace")
    try:
        return html.decode("utf-8")
    except UnicodeDecodeError:
        declared = _META_CHARSET.search(html[:2048])
    try:
        return html.decode(declared[1].decode("ascii") if declared else "utf-8", "replace")
    except (LookupError, UnicodeError, ValueError):
        return html.decode("utf-8", "replace")


def clean(text: str) -> str:
    """Return text without control characters and lone surrogates: neither database nor page may meet them."""
    return _CONTROL.sub("", text)


def _line(text: str) -> str:
    """Return a text on one line, as it is shown."""
    return " ".join(clean(text.replace("\x0c", " ").replace(_BREAK, " ")).split())


def _collapsed(text: str) -> str:
    return _line(text).casefold()


def evaluate(html: bytes, matchers: Sequence[Mapping[str, Any]]) -> list[bool]:
    """Say for each matcher whether it holds on the page.

    Raises:
        BadMatcherError: a matcher is not one, or there are more than 64.
    """
    if len(matchers) > MAX_MATCHERS:
        raise BadMatcherError("too many matchers")
    for matcher in matchers:
        check_matcher(matcher)
    page = LexborHTMLParser(decode_html(html))
    return [_holds(page, matcher) for matcher in matchers]


def _holds(page: LexborHTMLParser, matcher: Mapping[str, Any]) -> bool:
    if matcher["type"] == "text":
        shown = page.clone()
        shown.strip_tags(_UNSEEN)
        return _collapsed(matcher["contains"]) in _collapsed(shown.body.text() if shown.body else "")
    found: list[LexborNode] = page.css(matcher["select"])
    if matcher["type"] == "css_text":
        wanted = _collapsed(matcher["contains"])
        return any(wanted in _collapsed(node.text()) for node in found)
    if matcher["type"] == "attribute":
        wanted = _collapsed(matcher["equals"])
        values = (node.attributes.get(matcher["name"]) for node in found)
        return any(value is not None and _collapsed(value) == wanted for value in values)
    return bool(found)


def html_text(html: str, limit: int = MAX_TEXT) -> tuple[str, bool]:
    """Return the visible text, a line per block, without link targets; and whether it was cut off."""
    page = LexborHTMLParser(html.replace(_BREAK, " "))
    page.strip_tags(_UNSEEN)
    for node in page.css(_BREAKS):
        node.insert_before(_BREAK)
        node.insert_after(_BREAK)
    raw = (page.body.text() or "") if page.body else ""
    lines = (_line(line) for line in raw.split(_BREAK))
    text = "\n".join(line for line in lines if line)
    return text[:limit], len(text) > limit


def page_text(html: bytes) -> dict[str, Any]:
    """Return title, visible text (at most 20,000 characters) and markers of a page, ready for JSON.

    Keys: title, og_title, text, truncated, canonical (the address the page gives itself, or ""), markers
    (meta name -> content; `data-post` -> list of values, at most 20).
    """
    source = decode_html(html)
    page = LexborHTMLParser(source)
    title = page.css_first("title")
    canonical = page.css_first("link[rel=canonical]")
    metas = {name: value for name in _METAS if (value := _meta(page, name))}
    posts = [node.attributes.get("data-post") or "" for node in page.css("[data-post]")[:MAX_MARKERS]]
    text, truncated = html_text(source)
    return {
        "title": _short(title.text() if title else ""),
        "og_title": metas.get("og:title", ""),
        "text": text,
        "truncated": truncated,
        "canonical": _short((canonical.attributes.get("href") or "") if canonical else ""),
        "markers": {**metas, "data-post": [_short(post) for post in posts]},
    }


def _short(text: str) -> str:
    return _line(text)[:MAX_TITLE]


def _meta(page: LexborHTMLParser, name: str) -> str:
    for kind in ("property", "name"):
        found = page.css_first(f'meta[{kind}="{name}"]')
        if found is not None:
            return _short(found.attributes.get("content") or "")
    return ""


def match_request(html: bytes, matchers: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the input of the sandbox's task "match": one line of JSON, then the page."""
    return json.dumps({"matchers": list(matchers)}).encode("ascii") + b"\n" + html


def match_answer(request: bytes) -> bytes:
    """Do the task "match": return JSON {"held": [true, ...]} in the order of the matchers."""
    head, _, html = request.partition(b"\n")
    return json.dumps({"held": evaluate(html, json.loads(head)["matchers"])}).encode("ascii")
