"""Tables of captures and of who did what with each."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from recourse.base.core import ids
from recourse.base.core.personal import personal
from recourse.world.locations.models import Place

personal("record", "sealed", "identifiers", "final_url", "redirects", "body_sha256")


class Capture(models.Model):
    """The minimum that proves what was at a place: asked for, then made or failed.

    `sealed` is a JSON record under the place's key. Erasing the place blanks it and both digests.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="captures")
    kind = models.CharField(max_length=20, default="page")
    state = models.CharField(max_length=20)
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField()
    at = models.DateTimeField(null=True)
    key_id = models.UUIDField()
    sealed = models.BinaryField(default=b"")
    record_digest = models.CharField(max_length=64, blank=True)
    body_sha256 = models.CharField(max_length=64, blank=True)
    failed_code = models.CharField(max_length=60, null=True)  # noqa: DJ001 - null means it did not fail
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="capture_one_open_per_place",
                fields=["place"],
                condition=models.Q(state="requested"),
            ),
        ]
        indexes: ClassVar = [models.Index(name="capture_place_at", fields=["place", "at"])]

    def __str__(self) -> str:
        return f"{self.state} {self.id}"


class Custody(models.Model):
    """One thing that happened to a capture. Only added to; numbered from 0, so that a gap shows."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    capture = models.ForeignKey(Capture, on_delete=models.CASCADE, related_name="custody")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    event = models.CharField(max_length=20)
    code = models.CharField(max_length=60, blank=True)
    by = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="custody_numbered", fields=["capture", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.capture_id}"
