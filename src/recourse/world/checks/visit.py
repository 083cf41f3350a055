"""Goes and looks: fetches a place by its rule and reads the answer. No database, no transaction.

The markup is read in the sandbox. Refuses: private places, places without a rule, and to call anything gone
that a rule does not say is gone.
"""

from __future__ import annotations

import json
from datetime import datetime
from urllib.parse import urlsplit

from recourse.base.core import wiring
from recourse.base.core.errors import OutsideError
from recourse.base.core.fetch import Fetched, Fetcher, NoSuchNameError
from recourse.base.core.markup import match_request
from recourse.base.core.sandbox import Sandbox
from recourse.world.checks.domain import UNSEEN, Look
from recourse.world.rules.evaluate import Answer, Finding, evaluate
from recourse.world.rules.load import rules
from recourse.world.rules.reading import Reading, read
from recourse.world.rules.schema import Platform, Probe, Verdict

HOME = "home"
TOO_MANY = 429
SERVER_ERROR = 500
OK = 200
NO_SUCH_NAME = "no_such_name"
_UNCERTAIN = (Verdict.UNKNOWN, Verdict.UNREACHABLE)


def vantages() -> tuple[str, ...]:
    """Return the names of our vantage points; one, called "home", where the fetcher knows no others."""
    fetcher = wiring.resolve(Fetcher)  # type: ignore[type-abstract]
    return tuple(getattr(fetcher, "vantages", ())) or (HOME,)


def host_asked(reading: Reading) -> str:
    """Return the host that a look at this place asks first."""
    probes = reading.location.probe
    return (urlsplit(probes[0].url.format(**reading.groups)).hostname or "") if probes else ""


def look(reading: Reading | None, *, vantage: str, now: datetime) -> Look:
    """Look at a place through each of its rule's probes, until one says something certain."""
    if reading is None or reading.location.private or not reading.location.probe:
        return Look(Verdict.UNKNOWN, "no_rule")
    last = Look(Verdict.UNKNOWN, "no_rule")
    for number, probe in enumerate(reading.location.probe):
        seen = _one(probe, reading, vantage=vantage, now=now)
        if seen.verdict not in _UNCERTAIN:
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


def front_page_is_up(reading: Reading, *, vantage: str, now: datetime) -> bool:
    """Tell whether the front page of a place's own host answers: then a page that it says it has not is gone."""
    where = urlsplit(reading.canonical)
    if where.path in ("", "/") and not where.query:
        return False  # the place is the front page; it cannot vouch for itself
    fetcher = wiring.resolve(Fetcher)  # type: ignore[type-abstract]
    try:
        fetched = fetcher.fetch(f"{where.scheme}://{where.netloc}/", now=now, vantage=vantage)
    except OutsideError:
        return False
    same = _bare(urlsplit(fetched.final_url).hostname) == _bare(where.hostname)
    return fetched.status == OK and same


def _bare(host: str | None) -> str:
    return (host or "").removeprefix("www.")


def _one(probe: Probe, reading: Reading, *, vantage: str, now: datetime) -> Look:
    """Fetch once and read the answer. A name that is no more takes its pages along, where hosts are places' own."""
    fetcher = wiring.resolve(Fetcher)  # type: ignore[type-abstract]
    try:
        fetched = fetcher.fetch(probe.url.format(**reading.groups), now=now, vantage=vantage)
    except NoSuchNameError as error:
        own_host = reading.platform.control_front_page
        return Look(Verdict.GONE if own_host else Verdict.UNREACHABLE, error.code)
    except OutsideError as error:
        return Look(Verdict.UNREACHABLE, error.code)
    finding = _read(probe, reading, fetched)
    return Look(finding.verdict, finding.marker, fetched.status, fetched.wire_digest)


def _read(probe: Probe, reading: Reading, fetched: Fetched) -> Finding:
    """Read an answer by the rule; half an answer, a refusal or a page in trouble proves nothing."""
    if fetched.status >= SERVER_ERROR:
        return Finding(Verdict.UNREACHABLE, "server_error")
    if fetched.status == TOO_MANY:
        return Finding(Verdict.UNKNOWN, "rate_limited")
    answer = Answer(fetched.status, fetched.final_url, fetched.body)
    try:
        finding = evaluate(probe, reading.groups, answer, match=match_in_sandbox)
    except OutsideError as error:
        return Finding(Verdict.UNKNOWN, error.code)
    if fetched.truncated and finding.verdict in UNSEEN:
        return Finding(Verdict.UNKNOWN, "truncated")
    return finding


def match_in_sandbox(html: bytes, matchers: list[dict[str, str]]) -> list[bool]:
    """Ask the sandbox which matchers hold; the page is hostile and never parsed in this process."""
    sandbox = wiring.resolve(Sandbox)  # type: ignore[type-abstract]
    answer = json.loads(sandbox.run("match", match_request(html, matchers)))
    return [held is True for held in answer["held"]]
