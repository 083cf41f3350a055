"""Goes and looks: fetches a place by its rule and reads the answer. No database, no transaction.

The markup is read in the sandbox. Refuses: private places, places without a rule, and to call anything gone
that a rule does not say is gone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from recourse.base.core import wiring
from recourse.base.core.errors import OutsideError
from recourse.base.core.fetch import Fetched, Fetcher
from recourse.base.core.markup import match_request
from recourse.base.core.sandbox import Sandbox
from recourse.world.checks.domain import Look
from recourse.world.rules.evaluate import Answer, Finding, evaluate
from recourse.world.rules.load import rules
from recourse.world.rules.reading import Reading, read
from recourse.world.rules.schema import Platform, Probe, Verdict

HOME = "home"
TOO_MANY = 429
SERVER_ERROR = 500
_GONE = (Verdict.GONE, Verdict.CHANNEL_GONE)


def vantages() -> tuple[str, ...]:
    """Return the names of our vantage points; one, called "home", where the fetcher knows no others."""
    fetcher = wiring.resolve(Fetcher)  # type: ignore[type-abstract]
    return tuple(getattr(fetcher, "vantages", ())) or (HOME,)


def look(reading: Reading | None, *, vantage: str, now: datetime) -> Look:
    """Look at a place through each of its rule's probes, until one says something certain."""
    if reading is None or reading.location.private or not reading.location.probe:
        return Look(Verdict.UNKNOWN, "no_rule")
    last = Look(Verdict.UNKNOWN, "no_rule")
    for number, probe in enumerate(reading.location.probe):
        seen = _one(probe, reading.groups, vantage=vantage, now=now)
        if seen.verdict in (Verdict.LIVE, *_GONE):
            return seen
        # The first probe's reason is the one worth keeping; a second that saw nothing adds nothing.
        last = seen if number == 0 else last
    return last


def control_places(platform: Platform) -> list[Reading]:
    """Return the platform's places known to be live, as its own rules read them."""
    return [reading for link in platform.control if (reading := read(link, [platform])) is not None]


def look_at_control(platform_id: str, *, vantage: str, now: datetime) -> Look:
    """Look at the platform's control places in turn until one is seen live."""
    platform = rules().platforms[platform_id]
    seen = Look(Verdict.UNKNOWN, "no_control")
    for reading in control_places(platform):
        seen = look(reading, vantage=vantage, now=now)
        if seen.verdict is Verdict.LIVE:
            return seen
    return seen


def _one(probe: Probe, groups: Mapping[str, str], *, vantage: str, now: datetime) -> Look:
    """Fetch once and read the answer."""
    fetcher = wiring.resolve(Fetcher)  # type: ignore[type-abstract]
    try:
        fetched = fetcher.fetch(probe.url.format(**groups), now=now, vantage=vantage)
    except OutsideError as error:
        return Look(Verdict.UNREACHABLE, error.code)
    finding = _read(probe, groups, fetched)
    return Look(finding.verdict, finding.marker, fetched.status, fetched.wire_digest)


def _read(probe: Probe, groups: Mapping[str, str], fetched: Fetched) -> Finding:
    """Read an answer by the rule; half an answer, a refusal or a page in trouble proves nothing."""
    if fetched.status >= SERVER_ERROR:
        return Finding(Verdict.UNREACHABLE, "server_error")
    if fetched.status == TOO_MANY:
        return Finding(Verdict.UNKNOWN, "rate_limited")
    answer = Answer(fetched.status, fetched.final_url, fetched.body)
    try:
        finding = evaluate(probe, groups, answer, match=match_in_sandbox)
    except OutsideError as error:
        return Finding(Verdict.UNKNOWN, error.code)
    if fetched.truncated and finding.verdict in _GONE:
        return Finding(Verdict.UNKNOWN, "truncated")
    return finding


def match_in_sandbox(html: bytes, matchers: list[dict[str, str]]) -> list[bool]:
    """Ask the sandbox which matchers hold; the page is hostile and never parsed in this process."""
    sandbox = wiring.resolve(Sandbox)  # type: ignore[type-abstract]
    answer = json.loads(sandbox.run("match", match_request(html, matchers)))
    return [held is True for held in answer["held"]]
