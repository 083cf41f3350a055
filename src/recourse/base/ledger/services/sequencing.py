"""Giving leaves their index: one sequencer at a time, and none that was overtaken can write.

A lease (real time, short) keeps two from working at once; the fence, a number that grows with each lease, is in
the condition of every change of the head, so a sequencer that slept through its lease changes nothing.

Waiting leaves are closed into a batch, with padding, and sorted by their own bytes: the order inside a batch then
says nothing about the order of events, and anybody can check that it does not.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q

from recourse.base.ledger import selectors
from recourse.base.ledger.domain import LEASE, PADDING, LedgerBusyError, own_facts, padding_for
from recourse.base.ledger.models import Head, Leaf, LeafQueue
from recourse.base.ledger.services.recording import put

STEP = 32  # leaves in one transaction: on SQLite everybody else waits for it, so it stays near 5 ms
PAUSE = 0.001  # seconds between two, for the same reason
MOST_IN_BATCH = 5_000  # only a backlog is larger; it becomes several batches
_POLL = 0.05
_log = structlog.get_logger(__name__)


def sequence(*, limit: int = 256) -> int:
    """Give at most `limit` waiting leaves their index.

    Leaves of a closed batch come first; if there is none, what waits is closed into one, without padding.
    `publish` does all of this, with padding; use this to work off a backlog in small steps.

    Returns:
        How many got one; 0 also when another sequencer is at work.
    """
    try:
        with leased() as fence:
            if not LeafQueue.objects.filter(batch__isnull=False).exists():
                close_batch(fence=fence, now=datetime.now(UTC), pad_to=1, quiet=False)
            return _index(fence=fence, limit=limit)
    except LedgerBusyError:
        return 0


def gather(*, now: datetime, quiet: bool = True) -> int:
    """Close what waits into a padded batch and give all of it an index, in small transactions.

    Args:
        now: Business time; padding is dated with it.
        quiet: Close a batch of padding alone when nothing waits, so that a quiet day looks like a busy one.

    Returns:
        How many leaves were added, padding included.

    Raises:
        LedgerBusyError: another sequencer is at work.
    """
    with leased(wait=2 * LEASE) as fence:
        return gather_leased(fence=fence, now=now, quiet=quiet)


def gather_leased(*, fence: int, now: datetime, quiet: bool) -> int:
    """Do what `gather` does, under a lease that the caller holds."""
    pad_to, added = selectors.plan().pad_to, 0
    while close_batch(fence=fence, now=now, pad_to=pad_to, quiet=quiet and not added):
        added += _index(fence=fence)
    return added + _index(fence=fence)


@contextmanager
def leased(wait: timedelta = timedelta(0)) -> Iterator[int]:
    """Hold the sequencer's lease and give its fence.

    Args:
        wait: Real time to wait for another one; a dead one's lease runs out within `LEASE`.

    Raises:
        LedgerBusyError: another sequencer holds it.
    """
    deadline = time.monotonic() + wait.total_seconds()
    while (fence := _take()) is None:
        if time.monotonic() >= deadline:
            raise LedgerBusyError("another sequencer is at work")
        time.sleep(_POLL)
    try:
        yield fence
    finally:
        with transaction.atomic():
            Head.objects.filter(id=1, fence=fence).update(lease_until=None)


def renew(*, fence: int) -> None:
    """Lengthen the lease.

    Raises:
        LedgerBusyError: somebody took over.
    """
    with transaction.atomic():
        if not Head.objects.filter(id=1, fence=fence).update(lease_until=datetime.now(UTC) + LEASE):
            raise LedgerBusyError("another sequencer took over")


def close_batch(*, fence: int, now: datetime, pad_to: int, quiet: bool) -> int:
    """Close what waits into one batch, padded; later leaves wait for the next.

    Returns:
        How many leaves it has, padding included.
    """
    with transaction.atomic():
        head = Head.objects.select_for_update().get(id=1)
        if head.fence != fence:
            raise LedgerBusyError("another sequencer took over")
        batch = head.batch + 1
        unfinished = LeafQueue.objects.filter(batch__isnull=False).count()
        open_ones = LeafQueue.objects.filter(batch=None).values("entry_id")[:MOST_IN_BATCH]
        waiting = LeafQueue.objects.filter(entry_id__in=open_ones).update(batch=batch)
        quiet_now = quiet and not waiting and not unfinished and head.size == head.published
        if not waiting and not quiet_now:
            return 0
        padding = padding_for(head.size + unfinished + waiting, pad_to, quiet=quiet_now)
        for _ in range(padding):
            put(kind=PADDING, facts=own_facts(PADDING, now), now=now, about=None, batch=batch)
        Head.objects.filter(id=1, fence=fence).update(batch=batch)
    _log.info("ledger_batch_closed", batch=batch, waiting=waiting, padding=padding)
    return waiting + padding


def index_batch(*, fence: int, limit: int) -> int:
    """Give the next `limit` leaves of closed batches their index, conditional on fence and size of the head.

    Raises:
        LedgerBusyError: somebody took over; nothing was changed.
    """
    with transaction.atomic():
        rows = list(LeafQueue.objects.filter(batch__isnull=False).order_by("batch", "leaf")[:limit])
        if not rows:
            return 0
        size = Head.objects.values_list("size", flat=True).get(id=1)
        moved = Head.objects.filter(id=1, fence=fence, size=size).update(
            size=size + len(rows), lease_until=datetime.now(UTC) + LEASE
        )
        if moved != 1:
            raise LedgerBusyError("another sequencer took over")
        Leaf.objects.bulk_create(
            Leaf(index=size + place, entry_id=row.entry_id, leaf=bytes(row.leaf))
            for place, row in enumerate(rows)
        )
        LeafQueue.objects.filter(entry_id__in=[row.entry_id for row in rows]).delete()
    return len(rows)


def _index(*, fence: int, limit: int | None = None) -> int:
    """Give leaves of closed batches their index, in small transactions: `limit` of them, or all."""
    done = 0
    while limit is None or done < limit:
        step = index_batch(fence=fence, limit=STEP if limit is None else min(STEP, limit - done))
        if not step:
            break
        done += step
        time.sleep(PAUSE)
    return done


def _take() -> int | None:
    """Take the lease if it is free; the fence, or None."""
    real_now = datetime.now(UTC)
    free = Q(lease_until=None) | Q(lease_until__lt=real_now)
    if not Head.objects.filter(id=1).exists():
        with transaction.atomic():
            Head.objects.bulk_create([Head(id=1)], ignore_conflicts=True)
    elif not Head.objects.filter(free, id=1).exists():
        return None  # without a transaction: on SQLite each one is a writer
    with transaction.atomic():
        if not Head.objects.filter(free, id=1).update(fence=F("fence") + 1, lease_until=real_now + LEASE):
            return None
        return Head.objects.values_list("fence", flat=True).get(id=1)
