"""Counting and publishing: each day what can still change is counted again, and every page's figures are replaced.

Once a day and not more often: a notice reaches the public ledger in a padded daily batch so that nobody can watch
one go out, and a figure that moved by the hour would show the same.

Refuses: to change a block of people that was published, and to mix measured and synthetic figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from django.db import transaction

from recourse.base.jobs import services as jobs
from recourse.base.jobs.domain import Priority
from recourse.work.statistics import selectors
from recourse.work.statistics.domain.disclosure import Block, close_blocks
from recourse.work.statistics.domain.figures import Source, read, written
from recourse.work.statistics.domain.figures import Tally as Counts
from recourse.work.statistics.domain.periods import Month, months_between
from recourse.work.statistics.domain.publication import UNITS, Counted, publication, write_published
from recourse.work.statistics.domain.synthetic import history
from recourse.work.statistics.models import Correction, PeopleBlock, Snapshot, Tally
from recourse.world.rules.load import rules

COUNT = "statistics.count"
AFTER_MIDNIGHT = timedelta(minutes=10)
CHANGES_FOR = 30  # months in which a notice can still change; cases are erased before, and their counts stay
KEPT_MONTHS = 120
_log = structlog.get_logger(__name__)


def plan(*, now: datetime) -> None:
    """Have the figures counted and published soon after the next midnight, UTC; one job waits."""
    midnight = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
    jobs.enqueue(kind=COUNT, args={}, due_at=midnight + AFTER_MIDNIGHT, priority=Priority.LATER, key=COUNT)


def publish(*, now: datetime) -> int:
    """Count what can have changed, month by month, close blocks of people, and publish every period.

    Each month is a short transaction of its own; doing it again the same day changes nothing but the time.

    Returns:
        How many periods were published; none before anything happened.
    """
    first = selectors.first_month()
    if first is None:
        return 0
    current = Month.of(now)
    for month in months_between(max(first, current.before(CHANGES_FOR)), current):
        _keep(month, selectors.count_month(month), now)
    for unit in UNITS:
        _close(unit, first, current, now)
    return publish_source(Source.MEASURED, promised=_promised(), now=now)


def load_synthetic(*, now: datetime) -> int:
    """Draw the demonstration's synthetic history anew and publish it, as a source of its own.

    Whoever calls this has made sure that this installation is a demonstration.

    Returns:
        How many periods it has.
    """
    drawn = history(until=Month.of(now))
    with transaction.atomic():
        Tally.objects.filter(source=Source.SYNTHETIC).delete()
        PeopleBlock.objects.filter(source=Source.SYNTHETIC).delete()
        Tally.objects.bulk_create(
            Tally(
                source=Source.SYNTHETIC,
                month=month.key,
                platform=platform,
                counts=written(tally),
                counted_at=now,
            )
            for platform, months in drawn.tallies.items()
            for month, tally in months.items()
        )
        _store_blocks(Source.SYNTHETIC, drawn.blocks, now)
    return publish_source(Source.SYNTHETIC, promised=dict(drawn.promised), now=now)


def publish_source(source: Source, *, promised: dict[str, int], now: datetime) -> int:
    """Replace what is published of one source by what is counted of it."""
    current = Month.of(now)
    too_old = current.before(KEPT_MONTHS).key
    with transaction.atomic():
        Tally.objects.filter(source=source, month__lt=too_old).delete()
        PeopleBlock.objects.filter(source=source, last__lt=too_old).delete()
    pages = publication(_counted(source, current, promised), now=now)
    with transaction.atomic():
        Snapshot.objects.filter(source=source).delete()
        Snapshot.objects.bulk_create(
            Snapshot(source=source, period=page.period, published_at=now, figures=write_published(page))
            for page in pages
        )
    _log.info("figures_published", source=source.value, periods=len(pages))
    return len(pages)


def record_correction(*, period: str, words: str, now: datetime, source: Source = Source.MEASURED) -> None:
    """Write into the public log of corrections what was published wrong, and what is right."""
    Correction.objects.create(source=source, at=now, period=period, words=words)


def _keep(month: Month, counted: dict[str, Counts], now: datetime) -> None:
    """Store a month's tallies; a platform that has none any more keeps its row with zeros."""
    with transaction.atomic():
        known = set(
            Tally.objects.filter(source=Source.MEASURED, month=month.key).values_list("platform", flat=True)
        )
        for platform in known | set(counted):
            Tally.objects.update_or_create(
                source=Source.MEASURED,
                month=month.key,
                platform=platform,
                defaults={"counts": written(counted.get(platform, Counts())), "counted_at": now},
            )


def _close(unit: str, first: Month, current: Month, now: datetime) -> None:
    """Close the blocks that the months which are over make."""
    with transaction.atomic():
        done = PeopleBlock.objects.filter(source=Source.MEASURED, unit=unit).order_by("-last").first()
        begin = Month.parse(done.last).next() if done else first
        over = [month for month in months_between(begin, current) if month < current]
        blocks, _waiting = close_blocks([(month, selectors.people_of_month(unit, month)) for month in over])
        _store_blocks(Source.MEASURED, {unit: blocks}, now)


def _store_blocks(source: Source, blocks: Mapping[str, Sequence[Block]], now: datetime) -> None:
    PeopleBlock.objects.bulk_create(
        PeopleBlock(
            source=source,
            unit=unit,
            first=block.first.key,
            last=block.last.key,
            count=block.count,
            closed_at=now,
        )
        for unit, many in blocks.items()
        for block in many
    )


def _counted(source: Source, current: Month, promised: dict[str, int]) -> Counted:
    tallies: dict[str, dict[Month, Counts]] = {}
    for row in Tally.objects.filter(source=source):
        tallies.setdefault(row.platform, {})[Month.parse(row.month)] = read(row.counts)
    blocks: dict[str, list[Block]] = {unit: [] for unit in UNITS}
    for one in PeopleBlock.objects.filter(source=source).order_by("first"):
        blocks[one.unit].append(Block(Month.parse(one.first), Month.parse(one.last), one.count))
    return Counted(source, current, tallies, blocks, promised)


def _promised() -> dict[str, int]:
    """Return the hours that a recipient itself promised, where its rules say so."""
    found: dict[str, int] = {}
    for recipient in rules().recipients.values():
        hours = [one.promised_hours for one in recipient.channel if one.promised_hours is not None]
        if hours:
            found[recipient.id] = min(hours)
    return found
