"""A synthetic history for the demonstration: invented companies, drawn from a seed by the rules written here. Pure.

It exists so that a visitor of the demonstration sees full pages. It is stored as a source of its own, shown on pages
of its own that say what it is, and never added to anything measured. The model, whole:

* each company gets a number of notices a month, growing a little, more in spring;
* a notice names one to three places; its receipt is proven with a probability of the company's own, and then it is
  acknowledged, answered, answered late, refused or met by silence, each with a probability;
* a place goes after a time drawn from a log-normal distribution with the company's median and spread, or it is
  only hidden in one country, or it stays; a few that went come back; at two companies nobody can tell what was
  removed from what is only not public any more;
* nobody sees it go: we look after an hour, a day, a week, a month and then monthly, and once more within hours when
  they say it is removed, and know what those looks show.

The same seed gives the same history, whoever runs it.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

from recourse.base.core.marking import gettext_noop
from recourse.work.statistics.domain.disclosure import FEW, NAMED_FROM, Block, Held, close_blocks
from recourse.work.statistics.domain.figures import OTHER_KINDS, SEEN, Source, Tally, bracket
from recourse.work.statistics.domain.periods import Month, months_between
from recourse.work.statistics.domain.publication import Counted, unit_of
from recourse.work.statistics.domain.removal import NEVER, PLANNED, Interval

NOTE = gettext_noop("Synthetic history, made for this demonstration")
"""What every page, file and document of it says."""
SEED = 20240828
MONTHS = 14
HOURS_A_MONTH = 730.0


@dataclass(frozen=True, slots=True)
class Company:
    """An invented company and how it behaves; probabilities are shares of one."""

    name: str
    notices: int  # in the first month
    growth: float
    receipt: float
    answers: float  # of those with proof of receipt
    refuses: float  # of the answers
    late: float  # of the answers
    acknowledges: float  # of those without an answer
    says_removed: float  # of the places that were answered
    goes: float
    hides: float
    half_gone: float  # hours
    spread: float
    returns: float
    promised_hours: int | None
    tells: bool = True  # whether a look tells what it removed from what it hid


COMPANIES: Mapping[str, Company] = MappingProxyType(
    {
        "murmur": Company(
            "Murmur", 190, 1.03, 0.97, 0.93, 0.06, 0.3, 0.5, 0.8, 0.62, 0.27, 30, 1.4, 0.14, 24
        ),
        "kanal": Company("Kanal", 150, 1.02, 0.95, 0.96, 0.02, 0.08, 0.4, 0.93, 0.9, 0.03, 7, 1.2, 0.06, 24),
        "vidra": Company("Vidra", 80, 1.01, 0.98, 0.97, 0.03, 0.05, 0.5, 0.93, 0.92, 0.01, 12, 0.9, 0.05, 48),
        "lumo": Company(
            "Lumo", 45, 1.02, 0.9, 0.72, 0.41, 0.25, 0.6, 0.5, 0.5, 0.08, 60, 1.3, 0.0, None, tells=False
        ),
        "hostwork": Company(
            "Hostwork", 24, 1.0, 0.88, 0.07, 0.3, 0.5, 0.1, 0.3, 0.05, 0.0, 400, 1.5, 0.1, None
        ),
        "fotoly": Company(
            "Fotoly", 7, 1.02, 1.0, 1.0, 0.0, 0.02, 1.0, 0.98, 0.99, 0.0, 3, 0.7, 0.0, 72, tells=False
        ),
    }
)


@dataclass(slots=True)
class _Growing:
    counts: Counter[str] = field(default_factory=Counter)
    waits: Counter[Interval] = field(default_factory=Counter)


def history(*, until: Month, seed: int = SEED) -> Counted:
    """Return the history of the months before `until`, ready to be published under the same rules as any other."""
    months = months_between(until.before(MONTHS), until.before())
    tallies: dict[str, dict[Month, Tally]] = {}
    for key, company in COMPANIES.items():
        drawn = random.Random(f"{seed}:{key}")  # noqa: S311 - a story, no secret
        tallies[key] = {
            month: _month(company, drawn, index, months_left=len(months) - index)
            for index, month in enumerate(months)
        }
    tallies[OTHER_KINDS] = _others(months, seed)
    blocks = _people(months, seed) | {
        unit_of(group): close_blocks(
            [Held(month, counts[month].asked, counts[month].asked) for month in months], least=NAMED_FROM
        )[0]
        for group, counts in tallies.items()
    }
    promised = {key: one.promised_hours for key, one in COMPANIES.items() if one.promised_hours}
    return Counted(Source.SYNTHETIC, until, [*months, until], tallies, blocks, promised)


def _others(months: list[Month], seed: int) -> dict[Month, Tally]:
    """Draw the notices that ask for something else than removal: to block, to take out of results, to preserve."""
    drawn = random.Random(f"{seed}:others")  # noqa: S311
    return {
        month: Tally(asked=round(60 * 1.02**index * drawn.uniform(0.85, 1.15)))
        for index, month in enumerate(months)
    }


def _people(months: list[Month], seed: int) -> dict[str, list[Block]]:
    """Draw reports and assessments, with two months at the beginning that hold too few to be shown alone."""
    drawn = random.Random(f"{seed}:people")  # noqa: S311
    reports = [
        6,
        9,
        *(round(330 * 1.02**index * drawn.uniform(0.85, 1.15)) for index in range(2, len(months))),
    ]
    assessments = [4, 8, *(round(count * drawn.uniform(0.72, 0.86)) for count in reports[2:])]
    return {
        unit: close_blocks(
            [Held(month, count, count) for month, count in zip(months, counts, strict=True)], least=FEW + 1
        )[0]
        for unit, counts in (("reports", reports), ("assessments", assessments))
    }


def _month(company: Company, drawn: random.Random, index: int, *, months_left: int) -> Tally:
    spring = 1 + 0.18 * math.sin(index * math.tau / 12)
    growing = _Growing()
    for _ in range(round(company.notices * company.growth**index * spring * drawn.uniform(0.9, 1.1))):
        growing.counts.update(_notice(company, drawn))
        age = (months_left - drawn.random()) * HOURS_A_MONTH
        for _place in range(drawn.choice((1, 1, 1, 2, 3))):
            _add_place(growing, company, drawn, age)
    once = {state: growing.counts[state] for state in SEEN if growing.counts[state]}
    return Tally(**growing.counts, waits=dict(growing.waits), once=once)


def _notice(company: Company, drawn: random.Random) -> Iterator[str]:
    """Yield what a notice counts as."""
    yield "asked"
    if company.promised_hours:
        yield "promised"
    if drawn.random() >= company.receipt:
        return
    yield "receipt_proven"
    if drawn.random() < company.answers:
        yield "answered"
        if drawn.random() < company.refuses:
            yield "refused"
        if drawn.random() < company.late:
            yield "answered_late"
        return
    yield "silent"
    if drawn.random() < company.acknowledges:
        yield "acknowledged"


def _add_place(growing: _Growing, company: Company, drawn: random.Random, age: float) -> None:
    growing.counts["places"] += 1
    says = drawn.random() < company.answers * company.says_removed
    growing.counts["says_removed"] += says
    fate, wait = _fate(company, drawn, age, says=says)
    growing.counts[fate] += 1
    if wait[0] > 0 or wait[1] < NEVER:  # else no look after the notice tells anything yet
        growing.waits[wait] += 1


def _fate(company: Company, drawn: random.Random, age: float, *, says: bool) -> tuple[str, Interval]:
    """Return how a place stands at the end, and between which looks it went."""
    lot, last = drawn.random(), max(look for look in PLANNED if look <= max(age, 0.0))
    gone_at = drawn.lognormvariate(math.log(company.half_gone), company.spread)
    if lot >= company.goes or gone_at > last:
        hidden = company.goes <= lot < company.goes + company.hides
        unclear = not hidden and drawn.random() < 0.03  # noqa: PLR2004 - a page that could not be read
        return "hidden" if hidden else "unclear" if unclear else "still_up", bracket(last, NEVER)
    if drawn.random() < company.returns:
        return "returned", bracket(last, NEVER)
    before, after = next((low, high) for low, high in pairwise(PLANNED) if gone_at <= high)
    told = gone_at + drawn.uniform(0.2, 6) if says else after
    return "removed" if company.tells else "not_public", bracket(before, min(after, told))
