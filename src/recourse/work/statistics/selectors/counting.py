"""Counting one month from the tables of work. The daily job calls this and nothing else does: no page counts.

Bounded by the month, by the index on when a notice was handed over. Reads states, times and recipients; no key, no
address, no case.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from recourse.work.cases import selectors as cases
from recourse.work.hotline import selectors as hotline
from recourse.work.notices.domain import NO_ANSWER, AnswerKind, NoticeKind
from recourse.work.notices.models import Notice, NoticeLine
from recourse.work.statistics.domain.disclosure import Held
from recourse.work.statistics.domain.figures import OTHER_KINDS, Tally, bracket, group_of
from recourse.work.statistics.domain.periods import Month
from recourse.work.statistics.domain.removal import NEVER, Interval
from recourse.world.checks.domain import RESOLVED, AvailabilityState

HOUR = timedelta(hours=1)
_LOOKS = ("state", "since", "last_live_at", "first_gone_at", "first_unseen_at", "checked_at", "failures")
_KEPT = {
    "live": "last_live_at",
    "gone": "first_gone_at",
    "unseen": "first_unseen_at",
    "checked": "checked_at",
}
HIDDEN = frozenset(
    {
        AvailabilityState.GEO_BLOCKED,
        AvailabilityState.ISP_BLOCKED,
        AvailabilityState.DEINDEXED,
        AvailabilityState.RESTRICTED,
    }
)
SEEN_AS = {
    **dict.fromkeys(RESOLVED, "removed"),
    **dict.fromkeys(HIDDEN, "hidden"),
    AvailabilityState.NOT_PUBLIC: "not_public",
    AvailabilityState.AVAILABLE: "still_up",
    AvailabilityState.REAPPEARED: "returned",
}
"""What a state counts as; every other is `unclear`."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A place in the notice that first asked for its removal, and where it stands now."""

    place_id: UUID
    recipient_id: str
    asked_at: datetime | None
    answer: str
    state: str | None
    since: datetime | None
    last_live_at: datetime | None
    first_gone_at: datetime | None
    first_unseen_at: datetime | None
    checked_at: datetime | None
    failures: int | None
    known: bool  # another recipient was asked about it before


@dataclass(slots=True)
class _Growing:
    """A tally while it is counted."""

    counts: Counter[str] = field(default_factory=Counter)
    waits: Counter[Interval] = field(default_factory=Counter)
    once: Counter[str] = field(default_factory=Counter)

    def add(self, place: _Asked, *, known: bool) -> None:
        """Count a place; `known` says that another recipient's tally has it already."""
        seen = SEEN_AS.get(AvailabilityState(place.state), "unclear") if place.state else "unclear"
        self.counts.update(("places", seen))
        if not known:
            self.once[seen] += 1
        if place.answer == AnswerKind.CLAIMS_REMOVED:
            self.counts["says_removed"] += 1
        wait = _wait(place, seen)
        if wait is not None:
            self.waits[wait] += 1

    def tally(self) -> Tally:
        """Return it finished."""
        return Tally(**self.counts, waits=dict(self.waits), once=dict(self.once))


def first_month() -> Month | None:
    """Return the month in which the first notice was handed over or the first person told us, or None."""
    notice = Notice.objects.filter(handed_over_at__isnull=False).aggregate(at=Min("handed_over_at"))["at"]
    times = [at for at in (notice, hotline.first_report_at(), cases.first_assessment_at()) if at is not None]
    return Month.of(min(times)) if times else None


def people_of_month(unit: str, month: Month) -> Held:
    """Return how many reports or assessments a month has, and of how many new people. Never published as it is."""
    count, people = {
        "reports": (hotline.count_reports, hotline.count_new_people),
        "assessments": (cases.count_assessments, cases.count_newly_assessed),
    }[unit]
    span = {"since": month.begin, "until": month.end}
    return Held(month, count(**span), people(**span))


def count_month(month: Month, *, promising: Collection[str] = ()) -> dict[str, Tally]:
    """Return what became of a month's notices: requests for removal by group of recipients, all others together.

    Args:
        month: which.
        promising: the channels for which their recipient promises a time.
    """
    sent = Notice.objects.filter(handed_over_at__gte=month.begin, handed_over_at__lt=month.end)
    found: dict[str, _Growing] = defaultdict(_Growing)
    for row in _notices(sent.filter(kind=NoticeKind.REMOVAL), promising):
        found[group_of(str(row.pop("recipient_id")))].counts.update(row)
    found[OTHER_KINDS].counts["asked"] = sent.exclude(kind=NoticeKind.REMOVAL).count()
    counted: set[UUID] = set()
    for place in [*_first_asked(month), *_forgotten(month)]:
        found[group_of(place.recipient_id)].add(place, known=place.known or place.place_id in counted)
        counted.add(place.place_id)
    return {group: growing.tally() for group, growing in found.items()}


def _notices(sent: QuerySet[Notice], promising: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield the counts of notices by recipient."""
    lines = NoticeLine.objects.filter(notice=OuterRef("pk"), dropped="")
    answered = Q(has_answer=True)
    silent = Q(silent_since__isnull=False, receipt_proven_at__isnull=False)  # never scored without proof
    rows = (
        sent.annotate(
            has_answer=Exists(lines.exclude(answer__in=NO_ANSWER)),
            has_refusal=Exists(lines.filter(answer=AnswerKind.REFUSED)),
            has_receipt=Exists(lines.filter(answer=AnswerKind.ACKNOWLEDGED)),
        )
        .order_by()
        .values("recipient_id")
        .annotate(
            asked=Count("id"),
            promised=Count("id", filter=Q(channel_id__in=list(promising))),
            receipt_proven=Count("id", filter=Q(receipt_proven_at__isnull=False)),
            acknowledged=Count("id", filter=Q(has_receipt=True) & ~answered),
            answered=Count("id", filter=answered),
            refused=Count("id", filter=Q(has_refusal=True)),
            silent=Count("id", filter=silent & ~answered),
            answered_late=Count("id", filter=silent & answered),
        )
    )
    yield from (dict(row) for row in rows)


def _first_asked(month: Month) -> Iterator[_Asked]:
    """Yield the places first asked about in a month, once per recipient."""
    asked = NoticeLine.objects.filter(kind=NoticeKind.REMOVAL, dropped="")
    earlier = asked.filter(
        place=OuterRef("place"), notice__handed_over_at__lt=OuterRef("notice__handed_over_at")
    )
    lines = asked.annotate(known=Exists(earlier)).filter(
        ~Exists(earlier.filter(recipient_id=OuterRef("recipient_id"))),
        place__isnull=False,
        notice__handed_over_at__gte=month.begin,
        notice__handed_over_at__lt=month.end,
    )
    rows = lines.values_list(
        "place_id",
        "recipient_id",
        "notice__handed_over_at",
        "answer",
        *(f"place__availability__{name}" for name in _LOOKS),
        "known",
    )
    for row in rows.iterator(chunk_size=2000):
        yield _Asked(*row)


def _forgotten(month: Month) -> Iterator[_Asked]:
    """Yield the places whose link was erased since, as they stood then."""
    lines = NoticeLine.objects.filter(
        kind=NoticeKind.REMOVAL,
        dropped="",
        place__isnull=True,
        counted_as__isnull=False,
        notice__handed_over_at__gte=month.begin,
        notice__handed_over_at__lt=month.end,
    )
    rows = lines.values_list("id", "recipient_id", "notice__handed_over_at", "answer", "counted_as")
    for line_id, recipient_id, asked_at, answer, kept in rows:
        if kept and kept["first"]:
            times = {name: _read(kept.get(short)) for short, name in _KEPT.items()}
            yield _Asked(
                line_id,
                recipient_id,
                asked_at,
                answer,
                state=kept["state"],
                since=times["checked_at"],
                failures=0,
                known=kept["known"],
                **times,
            )


def _read(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _wait(place: _Asked, seen: str) -> Interval | None:
    """Return between which hours after the notice a place went out of sight; None where no look after it tells.

    A place that was gone before we asked, or that nobody could look at since, says nothing of how long it took.
    """

    def hours(at: datetime | None) -> float:
        if at is None or place.asked_at is None:
            return 0.0
        return max((at - place.asked_at) / HOUR, 0.0)

    went = {"removed": place.first_gone_at, "not_public": place.first_unseen_at}.get(seen)
    if went is not None:
        gone = hours(went)
        return bracket(min(hours(place.last_live_at), gone), gone) if gone > 0 else None
    # Hidden is there: the last look that could read it says so as much as one that sees it up.
    read_at = place.since if place.failures else place.checked_at
    after = max(hours(place.last_live_at), hours(read_at) if seen == "hidden" else 0.0)
    span = bracket(after, NEVER)
    return span if span[0] > 0 else None
