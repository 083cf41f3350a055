"""Tables of the exchange. In clear: names of platforms, times, counts. The keys themselves are nowhere.

Of each key stands a keyed hash, as of a case code: who reads the table can neither use a key nor try one without the
installation's look-up key.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from recourse.base.core import ids
from recourse.base.core.personal import personal

personal("subscription", "functions", "hash_value", "function_key")


class PlatformKey(models.Model):
    """The keys of one platform."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    noticed_at = models.DateTimeField(null=True)  # since when it looks like feeling out the bank
    subscription = models.BinaryField(max_length=32, unique=True)
    functions = models.JSONField()  # domain.Function -> keyed hash in hex

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(revoked_at=None), name="exchange_one_key_a_name"
            )
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class KeyEvent(models.Model):
    """What a person did with a platform's keys: who did what when. Rows are added, never changed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    key = models.ForeignKey(PlatformKey, on_delete=models.CASCADE, related_name="events")
    step = models.CharField(max_length=20)  # domain.KeyStep
    by = models.UUIDField(null=True)  # a member of staff; none: whoever ran the command
    label = models.CharField(max_length=60)  # as she was called then
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Return the step and the id."""
        return f"{self.step} {self.id}"


class Use(models.Model):
    """What one key did with one function in one minute. Limits are counted from it; it is the record of reads."""

    id = models.BigAutoField(primary_key=True)
    key = models.ForeignKey(PlatformKey, on_delete=models.CASCADE, related_name="uses")
    function = models.CharField(max_length=16)  # domain.Function
    minute = models.DateTimeField()
    requests = models.PositiveIntegerField(default=0)
    asked = models.PositiveIntegerField(default=0)  # hashes it brought; of a fetch, pages
    given = models.PositiveIntegerField(default=0)  # records it was given; of a match, hashes that matched
    edge = models.PositiveIntegerField(default=0)  # of a match: different hashes that only just matched

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "function", "minute"], name="exchange_use_of_a_minute")
        ]
        indexes: ClassVar = [models.Index(fields=["minute"], name="exchange_use_minute")]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class AtEdge(models.Model):
    """That a hash which only just matched was asked with a key today, so that asking it again counts once."""

    id = models.BigAutoField(primary_key=True)
    key = models.ForeignKey(PlatformKey, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    digest = models.BinaryField(max_length=32)  # keyed, with the key's id in it

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "day", "digest"], name="exchange_at_edge_once")
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)
