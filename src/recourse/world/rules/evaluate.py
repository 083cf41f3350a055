"""Reads an answer by a probe's rule: live, gone, or not to be known. Pure; markup is matched by the caller.

Status, redirect and JSON are matched here; everything that needs HTML goes through `match`, which in the
product is the sandbox. Refuses: to guess. If no `shows` holds, the verdict is unknown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from recourse.world.rules.basis import Verdict
from recourse.world.rules.matchers import (
    JsonMatcher,
    Matcher,
    RedirectMatcher,
    StatusMatcher,
    StaysMatcher,
    plain_matcher,
)
from recourse.world.rules.schema import Probe

MAX_JSON = 1_000_000
UNKNOWN_MARKUP = "unknown_markup"
HtmlMatch = Callable[[bytes, list[dict[str, str]]], list[bool]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, the address it ended at, the unpacked body."""

    status: int
    final_url: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """What an answer shows, and the code of the marker that showed it."""

    verdict: Verdict
    marker: str


def evaluate(probe: Probe, groups: Mapping[str, str], answer: Answer, *, match: HtmlMatch) -> Finding:
    """Return what `answer` shows by `probe`; the first `shows` that holds decides.

    Args:
        probe: the rule.
        groups: the names in the place's address, filled into the rule's values.
        answer: what came back.
        match: says for each HTML matcher whether it holds in the body; asked at most once.
    """
    wanted = html_matchers(probe, groups)
    held: dict[str, bool] = {}
    if wanted and answer.body:
        held = dict(zip(map(_key, wanted), match(answer.body, wanted), strict=True))
    asks_json = any(isinstance(one, JsonMatcher) for one in _all(probe))
    seen = _Seen(probe.url.format(**groups), groups, answer, held, _json(answer.body) if asks_json else None)
    for shown in probe.shows:
        if all(seen.holds(one) for one in shown.all) and not any(seen.holds(one) for one in shown.none):
            return Finding(shown.verdict, shown.marker)
    return Finding(Verdict.UNKNOWN, UNKNOWN_MARKUP)


def html_matchers(probe: Probe, groups: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the matchers of a probe that need the page, each once, with the place's names filled in."""
    plain = (plain_matcher(one, groups) for one in _all(probe))
    return list({_key(one): one for one in plain if one is not None}.values())


def _all(probe: Probe) -> Iterator[Matcher]:
    for shown in probe.shows:
        yield from shown.all
        yield from shown.none


def _key(matcher: Mapping[str, str]) -> str:
    return json.dumps(matcher, sort_keys=True)


@dataclass(frozen=True, slots=True)
class _Seen:
    """An answer made ready for matching: the address asked, what holds in its page, its JSON."""

    asked: str
    groups: Mapping[str, str]
    answer: Answer
    held: Mapping[str, bool]
    document: Any

    def holds(self, matcher: Matcher) -> bool:
        """Return whether one matcher holds."""
        if isinstance(matcher, StatusMatcher):
            return self.answer.status in matcher.any_of
        if isinstance(matcher, RedirectMatcher):
            return matcher.to.fullmatch(self.answer.final_url) is not None
        if isinstance(matcher, StaysMatcher):
            return _place_of(self.answer.final_url) == _place_of(self.asked)
        if isinstance(matcher, JsonMatcher):
            return _json_holds(matcher, self.document, self.groups)
        plain = plain_matcher(matcher, self.groups)
        return plain is not None and self.held.get(_key(plain), False)


def _place_of(url: str) -> tuple[str, str]:
    """Return host and target of an address, without what does not change which page it is."""
    parts = urlsplit(url)
    target = parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
    return (parts.hostname or "").removeprefix("www."), target


def _json(body: bytes) -> Any:  # noqa: ANN401 - whatever the JSON was
    """Return the body as JSON; None if it is none, too large or nested too deeply to read."""
    if len(body) > MAX_JSON:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _json_holds(
    matcher: JsonMatcher,
    document: Any,  # noqa: ANN401 - whatever the JSON was
    groups: Mapping[str, str],
) -> bool:
    """Follow the path through objects and lists, and test what is there."""
    for step in matcher.path.split("."):
        if isinstance(document, dict) and step in document:
            document = document[step]
        elif isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return False
    if matcher.contains is not None:
        return isinstance(document, str) and matcher.contains.format(**groups) in document
    if matcher.ends_with is not None:
        return isinstance(document, str) and document.endswith(matcher.ends_with.format(**groups))
    if matcher.equals is None:
        return True
    return type(document) is type(matcher.equals) and document == matcher.equals
