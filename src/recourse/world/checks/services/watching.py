"""Whose look is it: everybody who reported a place has a timetable of her own, kept beside everybody else's.

A turn is made when the first of them is due, and counts for those who are due then, and for nobody else. So what
one of them is shown is what she would be shown if she were alone, to the minute (decision 0027).

Refuses: to know who watches. A watcher is an opaque id; the rooms above know which item it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Min, QuerySet

from recourse.world.checks.domain import next_due, replay
from recourse.world.checks.models import Watch, WatchedTurn
from recourse.world.checks.selectors import turns_of


def start_watching(place_id: UUID, watcher: UUID, now: datetime) -> None:
    """Begin a timetable with a look now; for a watcher who has one already, begin it anew."""
    Watch.objects.update_or_create(
        watcher=watcher, defaults={"place_id": place_id, "since": now, "closely_since": None, "due_at": now}
    )
    WatchedTurn.objects.filter(watch__watcher=watcher).delete()


def make_due(place_id: UUID, watchers: Iterable[UUID], now: datetime) -> None:
    """Let the next turn count for these watchers."""
    Watch.objects.filter(place_id=place_id, watcher__in=list(watchers)).update(due_at=now)


def look_more_often(place_id: UUID, watchers: Iterable[UUID], now: datetime) -> datetime | None:
    """Begin the timetable after a notice for these watchers; return when the first of all is due."""
    for watch in _locked(place_id).filter(watcher__in=list(watchers)):
        standing = replay(watch.since, turns_of([watch.watcher])[watch.watcher])
        due = next_due(standing, now=now, watch_since=now)
        watch.closely_since = now
        watch.due_at = min(watch.due_at, due)
        watch.save(update_fields=["closely_since", "due_at"])
    return first_due(place_id)


def count_turn(place_id: UUID, turn: int, now: datetime) -> datetime | None:
    """Count a turn for whoever is due, give each her next date, and return when the first of all is due."""
    for watch in _locked(place_id).filter(due_at__lte=now):
        WatchedTurn.objects.create(watch=watch, turn=turn)
        standing = replay(watch.since, turns_of([watch.watcher])[watch.watcher])
        watch.due_at = next_due(standing, now=now, watch_since=watch.closely_since)
        watch.save(update_fields=["due_at"])
    return first_due(place_id)


def stop_watching(*, watchers: Iterable[UUID]) -> None:
    """End timetables; looks that are planned for nobody else are made once more and then no longer counted."""
    Watch.objects.filter(watcher__in=list(watchers)).delete()


def first_due(place_id: UUID) -> datetime | None:
    """Return when the first of a place's watchers is due; None when nobody watches it."""
    first: datetime | None = Watch.objects.filter(place_id=place_id).aggregate(first=Min("due_at"))["first"]
    return first


def _locked(place_id: UUID) -> QuerySet[Watch]:
    return Watch.objects.select_for_update().filter(place_id=place_id).order_by("id")
