"""The table of fingerprints. In clear: ids, kind, counts, quality, states, times. Sealed: every hash.

The hash is sealed under the key of its case, because a perceptual hash gives away the rough picture (reference,
section 7). Refuses: a look-up that says whether two cases hold the same picture; the keyed hash has the case in it.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from recourse.base.core import ids
from recourse.base.core.personal import personal

personal("fingerprint", "fingerprints", "lookup")


class Fingerprint(models.Model):
    """The hashes of one picture or video of a case, made on her device."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case_id = models.UUIDField()
    kind = models.CharField(max_length=8)  # domain.Kind
    parts = models.PositiveIntegerField()
    quality = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12)  # domain.FingerprintState
    state_since = models.DateTimeField()
    because = models.CharField(max_length=12, blank=True, default="")  # domain.Because, of a withdrawn one
    made_at = models.DateTimeField()
    shared_at = models.DateTimeField(null=True)  # since when platforms may hold it; null: it never left us
    sealed = models.BinaryField()  # domain.written
    lookup = models.BinaryField(max_length=32, null=True, unique=True)
    retain_until = models.DateTimeField(null=True)  # of a withdrawn one; any other goes with its case

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["case_id", "made_at"], name="fingerprint_of_case"),
            models.Index(
                fields=["retain_until"],
                name="fingerprint_retention",
                condition=models.Q(retain_until__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="fingerprint_withdrawn_ends",
                condition=models.Q(state="withdrawn", retain_until__isnull=False)
                | (~models.Q(state="withdrawn") & models.Q(retain_until__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)
