"""Tables of cases: the case, its places, the permission to act, the decisions, and who opened it.

In clear: ids, states, times, choices from fixed lists. Sealed under the case's key: the address as it was
written, reasons, words given as a purpose. Refuses: names, contacts and free text in a clear column.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from recourse.base.core import ids
from recourse.work.cases.domain import Urgency


class Case(models.Model):
    """One survivor's matter. What identifies her is sealed elsewhere; this row holds states and times."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    number = models.CharField(max_length=12, unique=True)
    state = models.CharField(max_length=24)
    state_since = models.DateTimeField()
    code_lookup = models.BinaryField(max_length=32, null=True, unique=True)
    key_id = models.UUIDField()
    language = models.CharField(max_length=12)
    age_band = models.CharField(max_length=12)
    for_whom = models.CharField(max_length=24)
    what_happened = models.JSONField(default=list)
    next_step = models.CharField(max_length=24)  # the first of all rooms; see `RoomStep`
    next_about = models.CharField(max_length=12, blank=True, default="")
    next_ref = models.CharField(max_length=36, blank=True, default="")
    next_due_at = models.DateTimeField(null=True)
    urgency = models.PositiveSmallIntegerField(default=Urgency.ROUTINE)
    minor_path = models.BooleanField(default=True)
    returned_at = models.DateTimeField(null=True)  # something came back, and nobody has decided since
    queue_at = models.DateTimeField(null=True)  # the order of the queue; nothing for what is not in it
    opened_at = models.DateTimeField()
    last_activity_at = models.DateTimeField()
    legal_hold = models.BooleanField(default=False)
    retain_until = models.DateTimeField(null=True)
    claimed_by = models.UUIDField(null=True)
    claimed_label = models.CharField(max_length=60, blank=True, default="")
    claimed_purpose = models.CharField(max_length=24, blank=True, default="")
    claimed_until = models.DateTimeField(null=True)
    code_turn = models.PositiveIntegerField(default=0)  # how often the code was changed; ends open sessions
    warned_of = models.DateTimeField(null=True)  # the retention date that she was told of

    class Meta:
        indexes: ClassVar = [
            # Each part of the queue is one walk along one of these.
            models.Index(fields=["queue_at", "id"], name="case_queue"),
            # Partial: SQLite seeks no truth value, and knows that nearly nobody holds anything.
            models.Index(
                fields=["queue_at", "id"], name="case_queue_minor", condition=models.Q(minor_path=True)
            ),
            models.Index(fields=["state", "queue_at", "id"], name="case_queue_state"),
            models.Index(fields=["next_due_at", "id"], name="case_due"),
            models.Index(
                fields=["claimed_by", "queue_at", "id"],
                name="case_claimed",
                condition=models.Q(claimed_by__isnull=False),
            ),
            models.Index(fields=["retain_until"], name="case_retention"),
        ]

    def __str__(self) -> str:
        """Return the public number."""
        return self.number


class RoomStep(models.Model):
    """The first thing that a room above has to do about a case; one row per room, kept by `services.plan_step`."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="room_steps")
    room = models.CharField(max_length=12)
    todo = models.CharField(max_length=24)
    about = models.CharField(max_length=12, blank=True, default="")  # a public number, of a notice
    ref = models.CharField(max_length=36, blank=True, default="")  # an id that opens it, of a mail
    due_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "room"], name="one_step_per_room")]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class Assessment(models.Model):
    """A person's decision on some items of a case."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="assessments")
    in_scope = models.BooleanField()
    basis = models.CharField(max_length=24)
    grounds = models.JSONField(default=list)
    reasons = models.BinaryField()
    by = models.UUIDField()
    label = models.CharField(max_length=60)
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class Item(models.Model):
    """A place in a case: her consent, her numbering, our decision. The place itself belongs to nobody."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="items")
    place = models.ForeignKey("locations.Place", on_delete=models.PROTECT, related_name="+", null=True)
    number = models.PositiveIntegerField()
    url = models.BinaryField()
    created_at = models.DateTimeField()
    assessment = models.ForeignKey(Assessment, on_delete=models.SET_NULL, null=True, related_name="+")
    mandate_active = models.BooleanField()
    name = models.BinaryField(default=bytes)  # sealed: what she calls it
    link = models.CharField(max_length=12, blank=True, default="")  # domain.LinkSeen
    link_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "place"], name="item_once_per_case"),
            models.UniqueConstraint(fields=["case", "number"], name="item_number"),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class ItemFacts(models.Model):
    """What officers need to know of a picture without looking; of the report itself when no item is named."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="facts")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", null=True)
    depicted = models.CharField(max_length=16)
    nature = models.CharField(max_length=16)
    names_visible = models.CharField(max_length=8)
    relation = models.CharField(max_length=16)
    threat = models.CharField(max_length=16)
    threat_by = models.DateTimeField(null=True)
    sealed = models.BinaryField(default=bytes)  # JSON: position in an album, words
    by = models.UUIDField()
    label = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "item"], name="facts_once_per_item"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(item=None), name="facts_once_per_report"
            ),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class AssessmentLine(models.Model):
    """That an assessment covered an item; kept when a later assessment replaces it."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assessment", "item"], name="assessed_once_per_assessment"),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class Mandate(models.Model):
    """The survivor's permission to act for her, and when she took it back."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="mandates")
    scope = models.CharField(max_length=40, default="all places")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(withdrawn_at=None), name="one_live_mandate"
            ),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class ChannelChoice(models.Model):
    """What she was asked about one channel, and what she chose; or by which rule it was passed over."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="choices")
    channel_id = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    reasons = models.JSONField(default=list)  # domain.ChannelReason
    choice = models.CharField(max_length=12, blank=True, default="")  # domain.Choice
    name = models.BinaryField(
        default=bytes
    )  # sealed; only for a channel that needs it and that she agreed to
    decided_at = models.DateTimeField(null=True)
    overridden_by = models.UUIDField(null=True)
    overridden_label = models.CharField(max_length=80, blank=True, default="")
    overridden_at = models.DateTimeField(null=True)
    override_rule = models.CharField(max_length=8, blank=True, default="")  # domain.ChoiceRule
    override_words = models.BinaryField(default=bytes)  # sealed

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "channel_id"], name="asked_once_per_channel"),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class Access(models.Model):
    """One reading of a case by a person. Written in the transaction that reads."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="accesses")
    staff_id = models.UUIDField()
    label = models.CharField(max_length=60)
    purpose = models.CharField(max_length=24)
    words = models.BinaryField(default=bytes)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "at"], name="access_of_case")]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class Ending(models.Model):
    """Something she asked to end: our permission, or the case. One at a time waits to become final."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="endings")
    kind = models.CharField(max_length=12)
    asked_at = models.DateTimeField()
    final_at = models.DateTimeField()
    had_mandate = models.BooleanField()
    ended_at = models.DateTimeField(null=True)  # final, or taken back
    taken_back = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at=None), name="one_ending_waits"
            ),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class CaseStep(models.Model):
    """Something that happened to a case, as her page lists it: what, when, who. No words."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    what = models.CharField(max_length=24)
    label = models.CharField(max_length=60, blank=True, default="")
    by = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "at"], name="step_of_case")]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class HandOver(models.Model):
    """That a person handed a case on the minor path to the licensed body; to whom, and what they call it, is sealed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="hand_overs")
    at = models.DateTimeField()
    by = models.UUIDField()
    label = models.CharField(max_length=60)
    sealed = models.BinaryField(default=bytes)  # JSON: body, their reference

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)
