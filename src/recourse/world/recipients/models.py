"""The table of addresses that an installation set itself in place of those in the rules."""

from __future__ import annotations

from django.db import models

from recourse.base.core import ids


class ContactOverride(models.Model):
    """An address for one channel, used in place of the rule's. `by` is an opaque id of who set it."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    channel_id = models.CharField(max_length=40, unique=True)
    address = models.CharField(max_length=320)
    set_at = models.DateTimeField()
    proven_at = models.DateTimeField(null=True)
    by = models.UUIDField(null=True)

    def __str__(self) -> str:
        return self.channel_id
