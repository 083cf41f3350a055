"""Reads one link by the rules of the platforms: which place it names, in its one canonical form.

Refuses, by returning None: anything it does not understand with certainty. It never resolves a name, follows
a redirect or fetches. A link with embedded credentials, an odd port, control characters or a backslash is not
understood: what a browser makes of it and what a person sees may differ. The open web comes last, and only for
hosts that no platform of ours runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from recourse.world.rules import open_web
from recourse.world.rules.open_web import MAX_LINK
from recourse.world.rules.schema import Form, Location, Platform

__all__ = ["MAX_LINK", "Reading", "read"]

_WEB = re.compile(
    r"(?:https?:)//(?P<host>[A-Za-z0-9._-]{1,253})(?::(?P<port>[0-9]{1,5}))?(?P<path>/[^?#]*)?"
    r"(?:\?(?P<query>[^#]*))?(?:\#(?P<fragment>.*))?",
    re.IGNORECASE,
)
_TG = re.compile(r"tg:(?://)?(?P<host>[A-Za-z]{1,40})/?(?:\?(?P<query>[^#]*))?", re.IGNORECASE)
_BARE = re.compile(r"(?P<host>[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4})(?::[0-9]{1,5})?(?:[/?#].*)?")
_PRINTABLE = re.compile(r"[\x21-\x5b\x5d-\x7e]{1,2048}")  # ASCII without space and backslash
_DEFAULT_PORTS = frozenset({None, "80", "443"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What a link names."""

    platform: Platform
    location: Location
    groups: Mapping[str, str]
    canonical: str

    @property
    def asks_first(self) -> bool:
        """Return whether the link may have been made for one person, so that she is asked before it is fetched."""
        return _below(self.groups.get("host", ""), self.platform.asked_hosts)


@dataclass(frozen=True, slots=True)
class _Address:
    """A link in parts: scheme family, host in lower case, path and query (decoded, but for the open web)."""

    scheme: str
    host: str
    path: str
    query: Mapping[str, str]
    fragment: str
    web_scheme: str = ""


def read(link: str, platforms: Iterable[Platform]) -> Reading | None:
    """Return what `link` names, or None. Linear in its length, which is at most `MAX_LINK`."""
    known = sorted(platforms, key=lambda platform: platform.is_open_web)
    address = _address(link)
    for platform in known:
        if platform.is_open_web:
            address = _open_address(link, platform, known)
        if address is None or (address.scheme == "web" and not _runs(platform, address.host)):
            continue
        for location in platform.location:
            groups = _match(address, location)
            if groups is not None:
                return _reading(platform, location, groups)
    return None


def _reading(platform: Platform, location: Location, groups: Mapping[str, str]) -> Reading | None:
    canonical = location.canonical.format(**groups)
    return Reading(platform, location, groups, canonical) if len(canonical) <= MAX_LINK else None


def _open_address(link: str, platform: Platform, known: Iterable[Platform]) -> _Address | None:
    """Take an address of the open web apart; None on a host that another platform runs."""
    if link[:4].lower() == "www.":
        link = "https://" + link
    found = open_web.parse(link, platform.drop_query)
    if found is None or any(_runs(one, found.host) for one in known):
        return None
    return _Address("open", found.host, found.target, {}, found.fragment, found.scheme)


def _runs(platform: Platform, host: str) -> bool:
    """Return whether a platform runs this host, as its own domain or below it."""
    return _below(host, platform.hosts)


def _below(host: str, domains: Iterable[str]) -> bool:
    return any(host == domain or host.endswith("." + domain) for domain in domains)


def _address(link: str) -> _Address | None:
    """Take a link apart, strictly."""
    if len(link) > MAX_LINK or not _PRINTABLE.fullmatch(link):
        return None
    custom = _TG.fullmatch(link)
    if custom:
        return _Address("tg", custom["host"].lower(), "", _query(custom["query"]), "")
    if "://" not in link.split("?", 1)[0] and _BARE.fullmatch(link):
        link = "https://" + link
    found = _WEB.fullmatch(link)
    if found is None or found["port"] not in _DEFAULT_PORTS:
        return None
    path = _path(found["path"] or "/")
    if path is None:
        return None
    host = found["host"].lower().removesuffix(".").removeprefix("www.")
    return _Address("web", host, path, _query(found["query"]), unquote(found["fragment"] or ""))


def _path(raw: str) -> str | None:
    """Decode each segment once; one that hides a slash, a dot segment, other bytes or more encoding is no path."""
    try:
        segments = [
            unquote(segment, errors="strict") if "%" in segment else segment for segment in raw.split("/")
        ]
    except UnicodeDecodeError:
        return None
    if any("/" in segment or "%" in segment or segment in {".", ".."} for segment in segments):
        return None
    return "/".join(segments)


def _query(raw: str | None) -> dict[str, str]:
    """Return the first value of each of the first 50 parameters, decoded."""
    pairs: dict[str, str] = {}
    for part in (raw or "").split("&", 50)[:50]:
        name, _equals, value = part.partition("=")
        pairs.setdefault(unquote(name), unquote(value))
    return pairs


def _match(address: _Address, location: Location) -> dict[str, str] | None:
    """Return the normalised groups of the first form that fits."""
    for form in location.form:
        groups = _fit(address, form)
        if groups is None:
            continue
        groups = _normalised(groups, location)
        if any(groups.get(name) in words for name, words in location.reserved.items()):
            continue
        return groups
    return None


def _fit(address: _Address, form: Form) -> dict[str, str] | None:
    """Match one form as a whole; every query parameter and fragment it names must fit too, but for `optional`."""
    if address.scheme != form.scheme:
        return None
    wanted: list[tuple[re.Pattern[str], str | None]] = [(form.path, address.path)]
    if form.host is not None:
        wanted.append((form.host, address.host))
    elif address.host not in form.hosts:
        return None
    wanted += [(pattern, address.query.get(name)) for name, pattern in form.query.items()]
    if form.fragment is not None:
        wanted.append((form.fragment, address.fragment))
    groups = {"scheme": address.web_scheme} if address.web_scheme else {}
    for name, pattern in form.optional.items():
        extra = pattern.fullmatch(address.query.get(name, ""))
        groups |= _given(extra) if extra else {}
    for pattern, text in wanted:
        found = pattern.fullmatch(text) if text is not None else None
        if found is None:
            return None
        groups |= _given(found)
    return groups


def _given(found: re.Match[str]) -> dict[str, str]:
    """Return the named groups that took part in a match."""
    return {name: value for name, value in found.groupdict().items() if value is not None}


def _normalised(groups: dict[str, str], location: Location) -> dict[str, str]:
    """Bring names to lower case and numbers to their shortest form, where the rule says so."""
    for name in location.lower:
        if name in groups:
            groups[name] = groups[name].lower()
    for name in location.number:
        if name in groups:
            groups[name] = groups[name].lstrip("0") or "0"
    return groups
