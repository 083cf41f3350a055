"""Addresses that an installation entered itself: one in place of a rule's, and one for each host of the open web."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from recourse.base.core import ids
from recourse.base.core.personal import personal
from recourse.world.recipients.domain import FoundBy

personal("host_name", "name_and_address")


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


class Host(models.Model):
    """The abuse contact of one host name. Where a survivor's picture is must not be read from here: all sealed.

    `lookup` is the keyed hash that its places carry; `ref` is the recipient's id, random; `digest` names the
    contact as it is now, keyed. A dropped host keeps its row, so that notices that went there still name it.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    ref = models.CharField(max_length=24, unique=True)
    lookup = models.BinaryField(max_length=32, unique=True, null=True)
    key_id = models.UUIDField()
    name_and_address = models.BinaryField()
    digest = models.CharField(max_length=64, blank=True, default="")
    found_by = models.CharField(max_length=16, choices=[(way.value, way.value) for way in FoundBy])
    set_at = models.DateTimeField()
    set_by = models.UUIDField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.UUIDField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="host_dropped_has_no_lookup",
                condition=Q(dropped_at__isnull=True, lookup__isnull=False)
                | Q(dropped_at__isnull=False, lookup__isnull=True, digest=""),
            ),
        ]

    def __str__(self) -> str:
        return self.ref
