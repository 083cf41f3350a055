"""Counting and publishing: each day what can still change is counted again, and every page's figures are replaced.

Once a day and not more often, and what is new only when its month is over and enough is in it: a notice reaches the
public ledger in a padded daily batch so that nobody can watch one go out, and a figure that moved by one would show
the same. What became of the notices that are published may change every day.

Refuses: to change which months a published block holds, and to mix measured and synthetic figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from django.db import transaction

from recourse.base.jobs import services as jobs
from recourse.base.jobs.domain import Priority
from recourse.work.statistics import selectors
from recourse.work.statistics.domain import disclosure
from recourse.work.statistics.domain.disclosure import FEW, NAMED_FROM, Held, close_blocks
from recourse.work.statistics.domain.figures import Source, read, written
from recourse.work.statistics.domain.figures import Tally as Counts
from recourse.work.statistics.domain.periods import Month, months_between
from recourse.work.statistics.domain.publication import UNITS, Counted, publication, unit_of, write_published
from recourse.work.statistics.domain.synthetic import history
from recourse.work.statistics.models import Block, Correction, Snapshot, Tally
from recourse.world.rules.load import rules

COUNT = "statistics.count"
AFTER_MIDNIGHT = timedelta(minutes=10)
SETTLED = timedelta(days=8)
"""How long after its end a month is counted: a form is recorded late, or taken back within a week."""
CHANGES_FOR = 30  # months in which a notice can still change; cases are erased before, and their counts stay
KEPT_MONTHS = 120
_log = structlog.get_logger(__name__)


def plan(*, now: datetime) -> None:
    """Have the figures counted and published soon after the next midnight, UTC; one job waits."""
    midnight = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
    jobs.enqueue(kind=COUNT, args={}, due_at=midnight + AFTER_MIDNIGHT, priority=Priority.LATER, key=COUNT)


def publish(*, now: datetime) -> int:
    """Count what can have changed, month by month, close blocks, and publish every period.

    Each month is a short transaction of its own; doing it again the same day changes nothing but the time. It does
    not wait for the first report: a page that appeared with it would tell of one person.

    Returns:
        How many periods were published.
    """
    current, open_from = Month.of(now), Month.of(now - SETTLED)
    known = [one for one in (selectors.first_month(), selectors.first_published(Source.MEASURED)) if one]
    first = max(min([*known, current]), current.before(KEPT_MONTHS))
    promising = _promising()
    for month in months_between(max(first, current.before(CHANGES_FOR)), current):
        _keep(month, selectors.count_month(month, promising=promising), now)
    for unit in UNITS:
        _close(unit, first, open_from, now, partial(selectors.people_of_month, unit), least=FEW + 1)
    for group, counts in _tallies(Source.MEASURED).items():
        held = partial(_notices_of_month, counts)
        _close(unit_of(group), first, open_from, now, held, least=NAMED_FROM)
    return publish_source(
        Source.MEASURED, months_between(first, current), open_from=open_from, promised=_promised(), now=now
    )


def load_synthetic(*, now: datetime) -> int:
    """Draw the demonstration's synthetic history anew and publish it, as a source of its own.

    Whoever calls this has made sure that this installation is a demonstration.

    Returns:
        How many periods it has.
    """
    drawn = history(until=Month.of(now))
    with transaction.atomic():
        Tally.objects.filter(source=Source.SYNTHETIC).delete()
        Block.objects.filter(source=Source.SYNTHETIC).delete()
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
    return publish_source(
        Source.SYNTHETIC, drawn.months, open_from=drawn.open_from, promised=drawn.promised, now=now
    )


def publish_source(
    source: Source, months: Sequence[Month], *, open_from: Month, promised: Mapping[str, int], now: datetime
) -> int:
    """Replace what is published of one source by what is counted of it."""
    oldest = Month.of(now).before(KEPT_MONTHS)
    with transaction.atomic():
        Tally.objects.filter(source=source, month__lt=oldest.key).delete()
        Block.objects.filter(source=source, last__lt=oldest.key).delete()
    counted = Counted(
        source,
        open_from,
        [month for month in months if month >= oldest],
        _tallies(source),
        _blocks(source),
        promised,
    )
    pages = publication(counted, now=now)
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


def _close(
    unit: str, first: Month, open_from: Month, now: datetime, held: Callable[[Month], Held], *, least: int
) -> None:
    """Close the blocks that the months which are over make."""
    with transaction.atomic():
        done = Block.objects.filter(source=Source.MEASURED, unit=unit).order_by("-last").first()
        begin = Month.parse(done.last).next() if done else first
        over = [month for month in months_between(begin, open_from) if month < open_from]
        blocks, _waiting = close_blocks([held(month) for month in over], least=least)
        _store_blocks(Source.MEASURED, {unit: blocks}, now)


def _notices_of_month(counts: Mapping[Month, Counts], month: Month) -> Held:
    asked = counts[month].asked if month in counts else 0
    return Held(month, asked, asked)


def _store_blocks(source: Source, blocks: Mapping[str, Sequence[disclosure.Block]], now: datetime) -> None:
    Block.objects.bulk_create(
        Block(
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


def _tallies(source: Source) -> dict[str, dict[Month, Counts]]:
    found: dict[str, dict[Month, Counts]] = {}
    for row in Tally.objects.filter(source=source):
        found.setdefault(row.platform, {})[Month.parse(row.month)] = read(row.counts)
    return found


def _blocks(source: Source) -> dict[str, list[disclosure.Block]]:
    found: dict[str, list[disclosure.Block]] = {}
    for one in Block.objects.filter(source=source).order_by("unit", "first"):
        block = disclosure.Block(Month.parse(one.first), Month.parse(one.last), one.count)
        found.setdefault(one.unit, []).append(block)
    return found


def _promising() -> frozenset[str]:
    """Return the channels for which their recipient itself promises a time, where its rules say so."""
    channels = (channel for recipient in rules().recipients.values() for channel in recipient.channel)
    return frozenset(channel.id for channel in channels if channel.promised_hours is not None)


def _promised() -> dict[str, int]:
    """Return the hours that a recipient itself promised; the longest, where its channels promise different ones."""
    found = {
        recipient.id: [one.promised_hours for one in recipient.channel if one.promised_hours is not None]
        for recipient in rules().recipients.values()
    }
    return {recipient_id: max(hours) for recipient_id, hours in found.items() if hours}
