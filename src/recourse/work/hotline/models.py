"""Tables of the hotline: drafts that only a cookie opens, reports, safe contact, messages, new codes on their way.

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


class Message(models.Model):
    """One message between her and us, sealed under the case's key."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    from_her = models.BooleanField()
    by = models.UUIDField(null=True)
    label = models.CharField(max_length=60, blank=True, default="")
    sealed = models.BinaryField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["case", "at"], name="message_of_case"),
            models.Index(
                fields=["at"], name="message_unread", condition=models.Q(from_her=True, read_at=None)
            ),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class Outreach(models.Model):
    """One thing she is to be told outside her page, and how that went. Holds no word and no address."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=12)  # domain.Tell
    ref = models.CharField(max_length=80, blank=True, default="")
    state = models.CharField(max_length=16)  # domain.ReachState
    at = models.DateTimeField()
    state_since = models.DateTimeField()
    outbox_id = models.UUIDField(null=True)
    by = models.UUIDField(null=True)
    label = models.CharField(max_length=60, blank=True, default="")
    outcome = models.CharField(max_length=12, blank=True, default="")  # domain.Reached

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "what", "ref"], name="told_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["at"], name="outreach_for_a_person", condition=models.Q(state="for_a_person")
            ),
            models.Index(
                fields=["outbox_id"], name="outreach_of_outbox", condition=models.Q(outbox_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class Pickup(models.Model):
    """A new code on its way to her. The pick-up code stands nowhere; the new one is sealed for its holder."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=12)  # domain.PickupState
    by_mail = models.BooleanField()
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField()
    asked_label = models.CharField(max_length=60)
    confirmed = models.CharField(max_length=16, blank=True, default="")  # domain.Confirmed
    confirmed_by = models.UUIDField(null=True)
    confirmed_label = models.CharField(max_length=60, blank=True, default="")
    ready_at = models.DateTimeField()
    lookup = models.BinaryField(max_length=32, null=True, unique=True)
    key_id = models.UUIDField()
    sealed = models.BinaryField(default=bytes)
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at=None), name="one_pickup_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)
