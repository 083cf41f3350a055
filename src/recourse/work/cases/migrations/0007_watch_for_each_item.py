"""Give each item that stood before the timetables one of its own, with the looks made since it was reported.

Written anew after it was released inside our own repository: in batches along the primary key, where it was row by
row. What it leaves behind in an upgraded database is the same, row for row, but for the random ids of the new rows.
Memory holds one batch of items and the turns of their places.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import migrations
from django.db.models import Max

ITEMS = 1000  # at a time
TURNS = 5000  # at a time

Row = tuple[UUID, UUID, datetime, datetime]  # item, place, reported at, next look


def give_timetables(apps: Any, _editor: Any) -> None:  # noqa: ANN401 - Django's signature
    """Begin a timetable for each item whose place we look at; what was seen since it came in counts for it."""
    watches, turns = apps.get_model("checks", "Watch"), apps.get_model("checks", "WatchedTurn")
    for page in _pages(apps.get_model("cases", "Item")):
        made = [
            watches(place_id=place_id, watcher=item_id, since=since, due_at=due_at)
            for item_id, place_id, since, due_at in page
        ]
        watches.objects.bulk_create(made)
        seen = _turns_at(apps.get_model("checks", "Probe"), {place_id for _item, place_id, *_ in page})
        counted = (
            turns(watch=watch, turn=turn)
            for watch in made
            for turn, at in seen[watch.place_id]
            if at >= watch.since
        )
        while batch := list(islice(counted, TURNS)):
            turns.objects.bulk_create(batch)


def _pages(items: Any) -> Iterator[list[Row]]:  # noqa: ANN401 - a historical model
    """Walk the items whose place is looked at along their key."""
    looked_at = items.objects.filter(place__availability__next_due_at__isnull=False).order_by("id")
    rows = looked_at.values_list("id", "place_id", "created_at", "place__availability__next_due_at")
    page: list[Row] = list(rows[:ITEMS])
    while page:
        yield page
        page = list(rows.filter(id__gt=page[-1][0])[:ITEMS])


def _turns_at(probes: Any, place_ids: Iterable[UUID]) -> dict[UUID, list[tuple[int, datetime]]]:  # noqa: ANN401
    """Return each place's turns with when they were made, in order."""
    made: dict[UUID, list[tuple[int, datetime]]] = defaultdict(list)
    looks = probes.objects.filter(place_id__in=list(place_ids)).values_list("place_id", "turn")
    for place_id, turn, at in looks.annotate(at_last=Max("at")).order_by("place_id", "turn").iterator():
        made[place_id].append((turn, at))
    return made


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_hand_over"),
        ("checks", "0003_watchers"),
    ]

    operations = [migrations.RunPython(give_timetables, migrations.RunPython.noop)]
