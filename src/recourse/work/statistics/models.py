"""Tables of figures: counts by month, blocks of months, what was published last, and corrections.

Counts and dates only: no row here names or leads to a person, a case, a place or a notice. So erasing a case
leaves its counts, and these rows have the retention of `domain.KEPT_MONTHS` and no other.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from recourse.base.core import ids
from recourse.work.statistics.domain.figures import Source

SOURCES = [(source.value, source.value) for source in Source]


class Tally(models.Model):
    """What became of the notices of one month to one platform, counted again each day while it can change."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    source = models.CharField(max_length=12, choices=SOURCES)
    month = models.CharField(max_length=7)
    platform = models.CharField(max_length=64, blank=True)  # a group of recipients, or `OTHER_KINDS`
    counts = models.JSONField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "month", "platform"], name="tally_once")
        ]

    def __str__(self) -> str:
        """Return what it counts."""
        return f"{self.source} {self.month} {self.platform}"


class Block(models.Model):
    """Months that are over, counted together so that they hold nothing or enough to be published. Never changed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    source = models.CharField(max_length=12, choices=SOURCES)
    unit = models.CharField(max_length=80)  # reports, assessments, or `publication.unit_of` a group
    first = models.CharField(max_length=7)
    last = models.CharField(max_length=7)
    count = models.PositiveIntegerField()
    closed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "unit", "first"], name="block_once")
        ]

    def __str__(self) -> str:
        """Return what it counts."""
        return f"{self.source} {self.unit} {self.first} to {self.last}"


class Snapshot(models.Model):
    """The figures of a period as they were last published; what every page and the API read."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    source = models.CharField(max_length=12, choices=SOURCES)
    period = models.CharField(max_length=8)
    published_at = models.DateTimeField()
    figures = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "period"], name="snapshot_of_period")
        ]

    def __str__(self) -> str:
        """Return what it holds."""
        return f"{self.source} {self.period}"


class Correction(models.Model):
    """Something published that was wrong, in words for the public."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    source = models.CharField(max_length=12, choices=SOURCES)
    at = models.DateTimeField()
    period = models.CharField(max_length=8)
    words = models.CharField(max_length=600)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["source", "-at"], name="correction_by_time")]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)
