"""Tables of what we saw: each probe, the availability they decide, and the controls."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from recourse.base.core import ids
from recourse.world.locations.models import Place


class Probe(models.Model):
    """One look at a place. Never changed; erasing the place blanks `body_digest`."""

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
            models.UniqueConstraint(name="probe_once_per_turn", fields=["place", "turn"])
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
    first_gone_vantage = models.CharField(max_length=40, blank=True)
    last_live_at = models.DateTimeField(null=True)
    removed_before = models.BooleanField(default=False)
    failures = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField()
    watch_since = models.DateTimeField(null=True)
    turn = models.PositiveIntegerField(default=0)
    next_due_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.state} {self.place_id}"


class Control(models.Model):
    """The last control probe of a platform from a vantage point: was a place known to be live seen live?"""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    platform = models.CharField(max_length=40)
    vantage = models.CharField(max_length=40)
    at = models.DateTimeField()
    ok = models.BooleanField()
    marker = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="control_per_vantage", fields=["platform", "vantage"])
        ]

    def __str__(self) -> str:
        return f"{self.platform} from {self.vantage}"
