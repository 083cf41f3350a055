"""The table of places: one row per canonical location in the world, no person attached."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from recourse.base.core import ids
from recourse.base.core.personal import personal

personal("canonical", "verbatim", "lookup", "handle_lookup")


class Place(models.Model):
    """A place outside. Its address is sealed under its own key and found by a keyed hash.

    `handle_lookup` is the keyed hash of the account or channel name in its canonical form, where it has one.
    The look-ups and `canonical` go when the place is erased; the row stays so that counts stay.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    platform = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    lookup = models.BinaryField(max_length=32, unique=True, null=True)
    handle_lookup = models.BinaryField(max_length=32, null=True, db_index=True)
    key_id = models.UUIDField()
    canonical = models.BinaryField()
    private = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="place_erased_has_no_lookup",
                condition=Q(erased_at__isnull=True, lookup__isnull=False)
                | Q(erased_at__isnull=False, lookup__isnull=True, handle_lookup__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.kind} {self.id}"
