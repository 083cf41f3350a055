"""What is counted and what is not, in the words that the public reads. The page and the docs are made from this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from recourse.base.core.marking import gettext_noop


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its paragraphs; message ids."""

    key: str
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of what is counted, from the day it holds."""

    version: str
    since: date
    words: str


CHANGES = (
    Change("1", date(2026, 11, 26), gettext_noop("First version of these methods.")),
    Change(
        "2",
        date(2026, 11, 27),
        gettext_noop(
            "What is not public any more is told apart from what is removed. Notices are published in blocks of whole "
            "months, as people were. Estimates leave out places that no look tells anything of."
        ),
    ),
)

SECTIONS = (
    Section(
        "counts",
        gettext_noop("Four counts, never added up"),
        (
            gettext_noop(
                "A report is one person or partner telling us something. An assessment is one decision by a person "
                "here, with its reasons. A notice is one request to one recipient. A verified outcome is one place "
                "that was gone when we looked ourselves."
            ),
            gettext_noop(
                "These are four different things. One report may name many places, one notice may name several, "
                "and two reports may lead to the same place. So we never add them up, and we publish no rate from one "
                "to another."
            ),
            gettext_noop(
                "A month, a quarter or all time means: the notices that left us then, and the places first asked "
                "about then. What became of them is shown as it stands today."
            ),
        ),
    ),
    Section(
        "notices",
        gettext_noop("What a platform did with a notice"),
        (
            gettext_noop(
                "Asked: the notice left us and their side took it. The scorecard counts requests to remove something. "
                "Requests to block, to take out of search results or to preserve are in the count of notices and not "
                "in the scorecard."
            ),
            gettext_noop(
                "Receipt proven: something of theirs shows that they have it, for example an answer or a reference "
                "of theirs. Without such proof we say that receipt is unproven, and we never call that silence."
            ),
            gettext_noop(
                "Acknowledged: they confirmed it and have said nothing more. Answered: they said what they do about "
                "it. Refused: they refused at least one place. Silent: receipt is proven, their deadline has "
                "passed, and nobody there has answered; an acknowledgement is no answer. A timer sets this, not a "
                "person. It is not set while nothing that was asked about is public."
            ),
        ),
    ),
    Section(
        "places",
        gettext_noop("What we saw when we looked"),
        (
            gettext_noop(
                "An answer from a platform changes nothing here. Removed means that our own looks found it gone twice, "
                "at least an hour apart, while another place on the same platform could be seen. Only this counts as "
                "a verified outcome."
            ),
            gettext_noop(
                "Some platforms answer alike for what was removed and for what only strangers cannot see any more. "
                "There we say: not public any more, removal unproven. It counts neither as removed nor as still there."
            ),
            gettext_noop(
                "Only hidden means blocked in a country, out of search results or hidden from some people. It still "
                "exists, so it does not count as removed. Came back means that it was gone and is there again. Could "
                "not be told means that the page could not be read, or that it was gone once and is not confirmed yet."
            ),
            gettext_noop(
                "A place is counted in the month in which its removal was first asked for. Where two recipients were "
                "asked about one place, it stands in the row of each, and once in the count of all."
            ),
        ),
    ),
    Section(
        "time",
        gettext_noop("How long it took"),
        (
            gettext_noop(
                "Nobody sees the moment of a removal. We look after 1 hour, 24 hours, 7 days and 30 days, then every "
                "month, so we know only between which two looks it went. The clock starts when the notice was handed "
                "over. We publish both ends of that interval, never a single hour."
            ),
            gettext_noop(
                "From these intervals we estimate how the times are spread (non-parametric maximum likelihood, "
                "Turnbull 1976). Places that are still there, only hidden or back again stay in the estimate: leaving "
                "them out would make the slow look fast. Places that no look after the notice tells anything of are "
                "not in it; how many places are in it stands beside it."
            ),
            gettext_noop(
                "Where no look can tell removed from hidden, the time is the time until it was gone or not public any "
                "more, and says so."
            ),
            gettext_noop(
                "When a platform says that it has removed something, we look at once. Such a look is made because of "
                "what it may find, so it does not enter the estimate. It can only narrow the bounds: what we saw "
                "gone by an hour was gone by that hour."
            ),
            gettext_noop(
                "A planned look can be late by an hour or two, after weeks by a day. It still counts at its planned "
                "hour, which is to the platform's favour."
            ),
            gettext_noop(
                "A promise is what a platform itself states for such requests. It is shown only where every notice "
                "that is counted went by a way for which it states it."
            ),
        ),
    ),
    Section(
        "privacy",
        gettext_noop("What we keep back, and why"),
        (
            gettext_noop(
                "Whatever is new is published in blocks of whole months. A month is counted on the 9th of the next "
                "one. A block of reports or assessments stands for nobody or for more than 10 people. A block of "
                "notices holds none, or at least 10 to one platform. A month with fewer is counted together with the "
                "months after it."
            ),
            gettext_noop(
                "Totals are sums of such blocks, and a block never changes which months it holds. So no subtraction, "
                "within a page, between two pages or between two days, shows a smaller group or a single notice."
            ),
            gettext_noop(
                "A platform is named for a period only from 10 notices on. All hosts of the open web are counted "
                "together."
            ),
            gettext_noop(
                "What became of the notices that are published is counted again once a day. A form that is recorded "
                "more than a week late can still change its month, by one among at least ten."
            ),
            gettext_noop(
                "When somebody has their case erased, the counts stay. They are numbers and lead to nobody."
            ),
        ),
    ),
    Section(
        "limits",
        gettext_noop("What these figures cannot say"),
        (
            gettext_noop(
                "We see that something is gone, not why: the platform, whoever posted it or somebody else may have "
                "taken it away."
            ),
            gettext_noop(
                "They count what came to us, not what exists. Private chats and closed groups are invisible to us. "
                "A place that we could not read is shown as such and counts as nothing else."
            ),
            gettext_noop(
                "Platforms differ in size and in what is reported to us, so the counts are no ranking. Shares within a "
                "platform can be compared, with care."
            ),
            gettext_noop(
                "The ledger makes it detectable if we rewrite the past, to everyone who kept an earlier checkpoint. It "
                "cannot show what was never recorded."
            ),
        ),
    ),
)


def markdown() -> str:
    """Return the methods as a page of the documentation."""
    lines = [
        "<!-- Written by `.venv/bin/python scripts/reference.py` from `work/statistics/domain/methods.py`. -->",
        "",
        "# Methods: what the public figures count, and what they do not",
        "",
        "The same words stand on the public page. In `work/statistics`, `domain/disclosure` decides what",
        "may be published, `domain/removal` holds the estimate, `selectors/counting` says what counts as what.",
    ]
    for section in SECTIONS:
        lines += ["", f"## {section.title}"]
        for paragraph in section.paragraphs:
            lines += ["", paragraph]
    lines += ["", "## Versions", "", "| version | since | what changed |", "|---|---|---|"]
    lines += [f"| {one.version} | {one.since.isoformat()} | {one.words} |" for one in CHANGES]
    return "\n".join(lines) + "\n"
