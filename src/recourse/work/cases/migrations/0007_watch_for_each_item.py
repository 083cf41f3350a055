"""Give each item that stood before the timetables one of its own, with the looks made since it was reported."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def give_timetables(apps: Any, _editor: Any) -> None:  # noqa: ANN401 - Django's signature
    """Begin a timetable for each item whose place we look at; what was seen since it came in counts for it."""
    watches, turns = apps.get_model("checks", "Watch"), apps.get_model("checks", "WatchedTurn")
    probes = apps.get_model("checks", "Probe")
    for item in apps.get_model("cases", "Item").objects.filter(place__availability__isnull=False).iterator():
        due_at = item.place.availability.next_due_at
        if due_at is None:
            continue
        watch = watches.objects.create(
            place_id=item.place_id, watcher=item.id, since=item.created_at, due_at=due_at
        )
        seen = probes.objects.filter(place_id=item.place_id, at__gte=item.created_at)
        turns.objects.bulk_create(
            turns(watch=watch, turn=turn) for turn in sorted(set(seen.values_list("turn", flat=True)))
        )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_hand_over"),
        ("checks", "0003_watchers"),
    ]

    operations = [migrations.RunPython(give_timetables, migrations.RunPython.noop)]
