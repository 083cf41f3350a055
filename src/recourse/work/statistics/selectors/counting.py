"""Counting one month from the tables of work. The daily job calls this and nothing else does: no page counts.

Bounded by the month, by the index on when a notice was handed over. Reads states, times and recipients; no key, no
address, no case.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from recourse.work.cases import selectors as cases
from recourse.work.hotline import selectors as hotline
from recourse.work.notices.domain import NO_ANSWER, AnswerKind, NoticeKind
from recourse.work.notices.models import Notice, NoticeLine
from recourse.work.statistics.domain.figures import Tally, bracket, group_of
from recourse.work.statistics.domain.periods import Month
from recourse.work.statistics.domain.removal import NEVER, Interval
from recourse.world.checks.domain import RESOLVED, AvailabilityState

HOUR = timedelta(hours=1)
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
    last_live_at: datetime | None
    first_gone_at: datetime | None
    checked_at: datetime | None
    known: bool  # another recipient was asked about it before


@dataclass(slots=True)
class _Growing:
    """A tally while it is counted."""

    counts: Counter[str] = field(default_factory=Counter)
    waits: Counter[Interval] = field(default_factory=Counter)

    def add(self, place: _Asked) -> None:
        """Count a place."""
        seen = SEEN_AS.get(AvailabilityState(place.state), "unclear") if place.state else "unclear"
        self.counts.update(("places", seen))
        if place.answer == AnswerKind.CLAIMS_REMOVED:
            self.counts["says_removed"] += 1
        wait = _wait(place, seen)
        if wait is not None:
            self.waits[wait] += 1

    def tally(self) -> Tally:
        """Return it finished."""
        return Tally(**self.counts, waits=dict(self.waits))


def first_month() -> Month | None:
    """Return the month in which the first notice was handed over or the first person told us, or Nplace."""
    notice = Notice.objects.filter(handed_over_at__isnull=False).aggregate(at=Min("handed_over_at"))["at"]
    times = [at for at in (notice, hotline.first_report_at(), cases.first_assessment_at()) if at is not None]
    return Month.of(min(times)) if times else None


def people_of_month(unit: str, month: Month) -> int:
    """Return how many reports or assessments a month has. Never published as it is."""
    count = {"reports": hotline.count_reports, "assessments": cases.count_assessments}[unit]
    return count(since=month.begin, until=month.end)


def count_month(month: Month) -> dict[str, Tally]:
    """Return what became of a month's notices, by group of recipients; "" is all of them, each place once.

    The groups hold requests for removal. All together hold every kind of notice, and the places of those.
    """
    sent = Notice.objects.filter(handed_over_at__gte=month.begin, handed_over_at__lt=month.end)
    found: dict[str, _Growing] = defaultdict(_Growing)
    for row in _notices(sent.filter(kind=NoticeKind.REMOVAL)):
        found[group_of(str(row.pop("recipient_id")))].counts.update(row)
    whole = found[""]
    whole.counts["asked"] = sent.count()
    seen: set[UUID] = set()
    for place in [*_first_asked(month), *_forgotten(month)]:
        found[group_of(place.recipient_id)].add(place)
        if not place.known and place.place_id not in seen:
            seen.add(place.place_id)
            whole.add(place)
    return {group: growing.tally() for group, growing in found.items()}


def _notices(sent: QuerySet[Notice]) -> Iterator[dict[str, Any]]:
    """Yield the counts of notices by recipient."""
    lines = NoticeLine.objects.filter(notice=OuterRef("pk"), dropped="")
    answered = Q(has_answer=True)
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
            receipt_proven=Count("id", filter=Q(receipt_proven_at__isnull=False)),
            acknowledged=Count("id", filter=Q(has_receipt=True) & ~answered),
            answered=Count("id", filter=answered),
            refused=Count("id", filter=Q(has_refusal=True)),
            silent=Count("id", filter=Q(silent_since__isnull=False) & ~answered),
            answered_late=Count("id", filter=Q(silent_since__isnull=False) & answered),
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
        "place__availability__state",
        "place__availability__last_live_at",
        "place__availability__first_gone_at",
        "place__availability__checked_at",
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
            live, gone, checked = (_read(kept[name]) for name in ("live", "gone", "checked"))
            yield _Asked(
                line_id, recipient_id, asked_at, answer, kept["state"], live, gone, checked, kept["known"]
            )


def _read(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _wait(place: _Asked, seen: str) -> Interval | None:
    """Return between which hours after the notice a place went; None if it was gone before we asked."""

    def hours(at: datetime | None) -> float:
        if at is None or place.asked_at is None:
            return 0.0
        return max((at - place.asked_at) / HOUR, 0.0)

    if seen == "removed" and place.first_gone_at is not None:
        gone = hours(place.first_gone_at)
        return bracket(min(hours(place.last_live_at), gone), gone) if gone > 0 else None
    # Hidden is there: the last look says so as much as one that sees it up.
    return bracket(hours(place.checked_at if seen == "hidden" else place.last_live_at), NEVER)
