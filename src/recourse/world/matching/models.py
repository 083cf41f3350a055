"""The tables of the bank. In clear: ids, kinds, counts, quality, states, times, platforms. Sealed: every hash.

A perceptual hash gives away the rough picture (reference, section 7), so it is sealed: a case's under the key of the
case, a listing's and a list's under keys of their own. Refuses: a look-up that says whether two cases hold the same
picture before both share it; until then the keyed hash has the case in it.
"""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models

from recourse.base.core import ids
from recourse.base.core.personal import personal

personal("fingerprint", "fingerprints", "hash", "hashes", "lookup")


class Head(models.Model):
    """How many changes of the bank there were: one row, locked by whoever makes the next, so they have one order."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    at = models.DateTimeField()  # whole seconds; never goes back
    epoch = models.UUIDField(default=uuid4)  # of another database, whose numbers mean other changes

    def __str__(self) -> str:
        """Return the number of the last change."""
        return str(self.sequence)


class Changed(models.Model):
    """That something of the bank changed; whoever holds an index in memory reads it anew. Kept for a day."""

    sequence = models.BigIntegerField(primary_key=True)
    subject = models.UUIDField()  # a fingerprint, a listing or a block of a list; or it is gone
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="bank_changed_at")]

    def __str__(self) -> str:
        """Return its number."""
        return str(self.sequence)


class Listing(models.Model):
    """One distinct hash that platforms may hold, or held: whoever shares it stands behind it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)  # outside; says no time
    key_id = models.UUIDField()
    sealed = models.BinaryField()  # 32 bytes
    lookup = models.BinaryField(max_length=32, unique=True)
    state = models.CharField(max_length=12)  # domain.ListingState
    sequence = models.BigIntegerField(unique=True)  # of its last change
    changed_at = models.DateTimeField()
    retain_until = models.DateTimeField(null=True)  # of a withdrawn one

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="listing_withdrawn_ends",
                condition=models.Q(state="withdrawn", retain_until__isnull=False)
                | models.Q(state="active", retain_until__isnull=True),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["changed_at"], name="listing_changed_at"),
            models.Index(
                fields=["retain_until"],
                name="listing_retention",
                condition=models.Q(retain_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class Feedback(models.Model):
    """The last word of a platform on a listing."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="feedback")
    platform = models.CharField(max_length=80)
    verdict = models.CharField(max_length=16)  # domain.Verdict
    at = models.DateTimeField()
    settled = models.BooleanField(default=False)  # a person has looked since

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["listing", "platform"], name="one_word_of_a_platform"),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class Consent(models.Model):
    """That she agreed that companies get the fingerprints of her pictures; no row, no consent."""

    case_id = models.UUIDField(primary_key=True)
    given_at = models.DateTimeField()

    def __str__(self) -> str:
        """Return the case's id."""
        return str(self.case_id)


class Source(models.Model):
    """A list of others: whose it is and by what right we use it.

    What a platform submits is a list of its own, whatever name one of us gave a list that was brought in.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = models.CharField(max_length=80)
    right = models.CharField(max_length=500)  # by what right we use it
    submitted = models.BooleanField(default=False)  # by a platform, through the exchange
    lawful = models.BooleanField()  # pictures that nobody needs to look for
    dated = models.DateField()
    key_id = models.UUIDField()
    hashes = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)  # rows of it that stand nowhere here
    added_at = models.DateTimeField()
    label = models.CharField(max_length=60)  # who imported it

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "submitted"], name="list_named_once"),
            models.CheckConstraint(
                name="no_platform_says_what_is_lawful", condition=~models.Q(submitted=True, lawful=True)
            ),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class Block(models.Model):
    """Some hashes of a list, sealed together: 32 bytes each."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="blocks")
    sealed = models.BinaryField()
    hashes = models.PositiveIntegerField()

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class BankRead(models.Model):
    """That somebody was given hashes of the bank, or asked whether it has one."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    reader = models.CharField(max_length=100)  # "platform:NAME", "staff:<id>", a process
    what = models.CharField(max_length=16)  # domain.ReadOf
    hashes = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="bank_read_at")]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class Fingerprint(models.Model):
    """The hashes of one picture or video of a case, made on her device."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case_id = models.UUIDField()
    kind = models.CharField(max_length=8)  # domain.Kind
    parts = models.PositiveIntegerField()
    quality = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12)  # domain.FingerprintState
    state_since = models.DateTimeField()
    because = models.CharField(
        max_length=12, blank=True, default=""
    )  # domain.Because of a withdrawn one, Waits of a suspended one; "lawful" stays when a person let it in
    made_at = models.DateTimeField()
    shared_at = models.DateTimeField(null=True)  # since when platforms may hold it; null: it never left us
    sealed = models.BinaryField()  # domain.written
    lookup = models.BinaryField(max_length=32, null=True, unique=True)
    retain_until = models.DateTimeField(null=True)  # of a withdrawn one; any other goes with its case
    key_id = models.UUIDField(null=True)  # the case's key
    listing = models.ForeignKey(Listing, on_delete=models.SET_NULL, null=True, related_name="shared_by")

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


class Match(models.Model):
    """Something within the radius of a case's fingerprint: a lead that waits for a person."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    case_id = models.UUIDField()
    fingerprint = models.ForeignKey(Fingerprint, on_delete=models.CASCADE, related_name="matches")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="matches", null=True)
    distance = models.PositiveSmallIntegerField()
    address = models.BinaryField(default=bytes)  # sealed under the key of the case; empty: from a list
    state = models.CharField(max_length=12)  # domain.MatchState
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    label = models.CharField(max_length=60, blank=True, default="")  # who decided

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case_id", "state"], name="match_of_case")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["fingerprint", "source"], name="match_once_per_source"),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)
