"""Tables of the hotline: drafts that only a cookie opens, reports, what in them waits for a person, safe contact.

In clear: ids, states, times, the channel. Refuses: an address of a survivor anywhere but sealed.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from recourse.base.core import ids


class Draft(models.Model):
    """A report being written. The secret that opens it is in her browser's cookie and nowhere else."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    sealed = models.BinaryField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    submitted_case = models.UUIDField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="draft_expiry")]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class Report(models.Model):
    """One telling, sealed whole under the case's key."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    sealed = models.BinaryField()
    channel = models.CharField(max_length=16)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class Mention(models.Model):
    """Something in a report that no rule could read as a place."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="mentions")
    ordinal = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    sealed = models.BinaryField()
    state = models.CharField(max_length=24)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "ordinal"], name="mention_ordinal"),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class SafeContact(models.Model):
    """How and when she may be reached, one live row per case."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="+")
    how = models.CharField(max_length=12)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)
