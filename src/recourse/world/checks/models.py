"""Tables of what we saw: each probe, the availability they decide, controls, alarms, and who watches what."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from recourse.base.core import ids
from recourse.world.locations.models import Place


class Probe(models.Model):
    """One look at a place from one vantage point. Never changed; erasing the place blanks `body_digest`.

    A turn is the looks of one moment, one from each of the `vantages` points that there were.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="probes")
    turn = models.PositiveIntegerField()
    at = models.DateTimeField()
    vantage = models.CharField(max_length=40)
    vantages = models.PositiveSmallIntegerField(default=1)
    verdict = models.CharField(max_length=20)
    status = models.PositiveSmallIntegerField(null=True)
    marker = models.CharField(max_length=60)
    control_ok = models.BooleanField(null=True)
    body_digest = models.CharField(max_length=64, blank=True)
    state_after = models.CharField(max_length=30)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="probe_per_turn_and_vantage", fields=["place", "turn", "vantage"])
        ]
        indexes: ClassVar = [models.Index(name="probe_place_at", fields=["place", "at"])]

    def __str__(self) -> str:
        return f"{self.verdict} {self.id}"


class Availability(models.Model):
    """What our own probes decided about a place, and when we look again.

    `turn` counts the planned probes: a job whose turn is not the present one was overtaken and does nothing.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    place = models.OneToOneField(Place, on_delete=models.CASCADE, related_name="availability")
    state = models.CharField(max_length=30)
    since = models.DateTimeField()
    first_gone_at = models.DateTimeField(null=True)
    first_unseen_at = models.DateTimeField(null=True)
    first_hidden_at = models.DateTimeField(null=True)
    hidden_from = models.JSONField(default=list)
    up_from = models.JSONField(default=list)
    last_live_at = models.DateTimeField(null=True)
    removed_before = models.BooleanField(default=False)
    failures = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    turn = models.PositiveIntegerField(default=0)
    next_due_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.state} {self.place_id}"


class Watch(models.Model):
    """The timetable of one who watches a place; `watcher` is an opaque id of a room above."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="watches")
    watcher = models.UUIDField(unique=True)
    since = models.DateTimeField()
    closely_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(name="watch_due", fields=["place", "due_at"])]

    def __str__(self) -> str:
        return str(self.id)


class WatchedTurn(models.Model):
    """That a turn of looks counts for a watcher, because she was due."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    watch = models.ForeignKey(Watch, on_delete=models.CASCADE, related_name="turns")
    turn = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(name="turn_counted_once", fields=["watch", "turn"])]

    def __str__(self) -> str:
        return f"{self.turn} {self.watch_id}"


class Control(models.Model):
    """The last control probe of a platform from a vantage point: was a place known to be live seen live?"""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    platform = models.CharField(max_length=40)
    vantage = models.CharField(max_length=40)
    at = models.DateTimeField()
    ok = models.BooleanField()
    marker = models.CharField(max_length=60)
    failing_since = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="control_per_vantage", fields=["platform", "vantage"])
        ]

    def __str__(self) -> str:
        return f"{self.platform} from {self.vantage}"


class Unread(models.Model):
    """A place whose page no rule recognised at our last look; gone as soon as a page of its kind is read."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    place = models.OneToOneField(Place, on_delete=models.CASCADE, related_name="unread")
    platform = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(name="unread_of_a_kind", fields=["platform", "kind"])]

    def __str__(self) -> str:
        return f"{self.platform} {self.kind} {self.place_id}"


class Alarm(models.Model):
    """A platform's pages read no longer; open until they read again."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    platform = models.CharField(max_length=40)
    kind = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=40)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="alarm_open_once",
                fields=["platform", "kind", "reason"],
                condition=models.Q(ended_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.platform} {self.kind}"


class HostTurn(models.Model):
    """When a host may be asked again, in each of its two lines; the host is named by a keyed hash."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    lookup = models.BinaryField(max_length=32)
    urgent = models.BooleanField()
    free_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="host_turn_per_line", fields=["lookup", "urgent"])
        ]

    def __str__(self) -> str:
        return f"{'urgent' if self.urgent else 'planned'} {self.id}"
