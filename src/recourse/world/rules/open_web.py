"""Reads an address of the open web as a browser reads it, and refuses what is no public place.

Host by IDNA, default port, dot segments and percent-escapes come to one form; every query parameter stays in
its order, except those named as tracking. Refuses, by returning None: credentials, other ports, backslashes,
control characters and spaces, private or reserved numbers, names that only a local network knows. `.example`
leads nowhere either (RFC 2606), but documents, tests and the demo speak of it, so it is read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import ada_url

from recourse.base.core.fetch_errors import AddressRefusedError
from recourse.base.core.fetch_guard import check_host, is_public

MAX_LINK = 2_048
_SCHEME = re.compile(r"(https?)://([^/?#]{1,300})", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address in parts: `target` is path and query as they are sent; `fragment` is never sent."""

    scheme: str
    host: str
    target: str
    fragment: str


def parse(link: str, drop_query: Iterable[str] = ()) -> WebAddress | None:
    """Return the parts of a public web address, or None. Linear in its length, which is at most `MAX_LINK`."""
    head = _SCHEME.match(link)
    if head is None or "@" in head[2] or len(link) > MAX_LINK or any(map(_hides, link)):
        return None
    try:
        url = ada_url.URL(link)
    except ValueError:
        return None
    host = url.hostname.removesuffix(".")
    if url.port or url.username or url.password or not _public(host):
        return None
    query = _kept(url.search.removeprefix("?"), drop_query)
    target = _one_spelling(url.pathname + (f"?{query}" if query else ""))
    return WebAddress(url.protocol.removesuffix(":"), host, target, _one_spelling(url.hash.removeprefix("#")))


def _hides(character: str) -> bool:
    """Return whether a character makes an address read otherwise than it looks."""
    return character == "\\" or character.isspace() or unicodedata.category(character) in ("Cc", "Cf", "Cs")


def _public(host: str) -> bool:
    """Return whether a host could be anybody's to visit, by what the fetcher would refuse to dial."""
    try:
        check_host(host.strip("[]"))
    except AddressRefusedError:
        return False
    return is_public(host.strip("[]")) if host.startswith("[") or host[-1:].isdigit() else True


def _kept(query: str, drop: Iterable[str]) -> str:
    """Return a query without the parameters in `drop`; a name there that ends in * is a beginning."""
    exact = {name for name in drop if not name.endswith("*")}
    begins = tuple(name[:-1] for name in drop if name.endswith("*"))

    def tracks(part: str) -> bool:
        name = part.partition("=")[0].lower()
        return name in exact or (bool(begins) and name.startswith(begins))

    return "&".join(part for part in query.split("&") if not tracks(part))


def _one_spelling(text: str) -> str:
    """Write percent-escapes in capitals, and as themselves where they need none (RFC 3986, 6.2.2)."""

    def spell(found: re.Match[str]) -> str:
        character = chr(int(found[1], 16))
        return character if character in _UNRESERVED else found[0].upper()

    return _ESCAPE.sub(spell, text)
