"""Tables of the ledger. The tree itself is `Leaf` in the order of `index`; its files can be made from it again.

Rows are known by what the tree knows them by (entry id, index, size), so no key says more than the log does.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class LeafQueue(models.Model):
    """A leaf that has no index yet. `batch` is null until it is closed into one."""

    entry_id = models.UUIDField(primary_key=True)
    leaf = models.BinaryField(max_length=33)
    queued_at = models.DateTimeField()
    batch = models.BigIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["batch", "leaf"], name="ledger_queue_order")]

    def __str__(self) -> str:
        return str(self.entry_id)


class Leaf(models.Model):
    """One leaf of the tree; never changed, never deleted."""

    index = models.BigIntegerField(primary_key=True)
    entry_id = models.UUIDField(
        unique=True, null=True
    )  # null: came back from the published folder, record lost
    leaf = models.BinaryField(max_length=33)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(index__gte=0), name="ledger_leaf_index")]

    def __str__(self) -> str:
        return str(self.index)


class Head(models.Model):
    """The tree's one head: every change of it is conditional on `fence`, so two sequencers cannot fork the tree."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    size = models.BigIntegerField(default=0)  # leaves that have an index
    published = models.BigIntegerField(default=0)  # leaves that a checkpoint covers
    batch = models.BigIntegerField(default=0)  # the last batch that was closed
    fence = models.BigIntegerField(default=0)  # number of sequencers so far; the last one may write
    lease_until = models.DateTimeField(null=True)  # real time; null: nobody is at work

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="ledger_head_only_one"),
            models.CheckConstraint(
                condition=Q(published__gte=0, published__lte=models.F("size")), name="ledger_head_order"
            ),
        ]

    def __str__(self) -> str:
        return f"size {self.size}"


class Checkpoint(models.Model):
    """A signed tree head, as published; never changed."""

    size = models.BigIntegerField(primary_key=True)
    text = models.TextField()  # the signed note, verbatim
    vkey = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"size {self.size}"


class Disclosure(models.Model):
    """What an entry says, in clear, with the salts that prove it. Erasing empties it; the leaf stays."""

    entry_id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    about = models.UUIDField(null=True, db_index=True)  # whatever the package above means by it
    facts = models.JSONField()  # name -> value
    salts = models.JSONField()  # name -> 32 bytes in hexadecimal
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["kind"], name="ledger_disclosure_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.entry_id}"
