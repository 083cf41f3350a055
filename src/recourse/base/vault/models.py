"""Tables of the vault.

A key's secret, wrapped, stands in a table of its own, so that a data backup leaves it out by leaving out one
table (`domain.WITHHELD_FROM_DATA_BACKUP`).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from recourse.base.core import ids
from recourse.base.vault.domain import KeyScope


class Key(models.Model):
    """A key as the world may know of it: that it is, what for, and whether it was destroyed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    scope = models.CharField(max_length=16, choices=[(scope.value, scope.value) for scope in KeyScope])
    created_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class WrappedKey(models.Model):
    """The secret of a key, wrapped for the identity and under what a person holds: a code, or a pick-up code."""

    key = models.OneToOneField(Key, primary_key=True, on_delete=models.CASCADE, related_name="wrapped")
    by_identity = models.BinaryField()
    by_code = models.BinaryField(null=True)
    by_pickup = models.BinaryField(null=True)  # while a new code waits to be fetched

    def __str__(self) -> str:
        return str(self.key_id)


class Erasure(models.Model):
    """That a key was destroyed. Part of every backup, so that a restore can do it again."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    key_id = models.UUIDField(unique=True)  # no foreign key: a list from a newer backup may name unknown keys
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="vault_erasure_at")]

    def __str__(self) -> str:
        return str(self.key_id)
