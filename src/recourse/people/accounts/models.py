"""Tables of staff: accounts, enrolment links, recoveries, and what happened to each account.

Names of people do not stand here: a label is a role and a number ("Officer 03"), a user name a pseudonym.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from recourse.base.core import ids
from recourse.people.accounts.domain import Role, StaffStep


class StaffManager(BaseUserManager["Staff"]):
    """Finds staff; makes none (`services.invite` does)."""


class Staff(AbstractBaseUser):
    """A member of staff. Signs in with a passkey only.

    The inherited `password` never opens anything. It holds an unusable random value that every session depends
    on: a new value ends them all.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    username = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=60)
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    surface = models.CharField(max_length=20, default="desk")
    language = models.CharField(max_length=12, default="", blank=True)  # empty: what the browser prefers
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    enrolled_at = models.DateTimeField(null=True)
    deactivated_at = models.DateTimeField(null=True)

    objects: ClassVar[StaffManager] = StaffManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["label", "role", "created_at"]

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="accounts_staff_role", condition=Q(role__in=[role.value for role in Role])
            ),
            models.CheckConstraint(
                name="accounts_staff_active",
                condition=Q(is_active=True, deactivated_at__isnull=True)
                | Q(is_active=False, deactivated_at__isnull=False),
            ),
        ]


class Invitation(models.Model):
    """A single-use enrolment link; the token itself is with the person alone."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="invitations")
    token_digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitation {self.id}"


class Recovery(models.Model):
    """A lost passkey: one person asks, another confirms."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="recoveries")
    requested_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="accounts_recovery_two_people",
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="accounts_recovery_not_own",
                condition=~Q(requested_by=F("staff"))
                & (Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("staff"))),
            ),
        ]

    def __str__(self) -> str:
        return f"recovery {self.id}"


class StaffEvent(models.Model):
    """What happened to an account: who did what when. Rows are added, never changed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="events")
    step = models.CharField(max_length=30, choices=[(step.value, step.value) for step in StaffStep])
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.step} {self.id}"


class Autosave(models.Model):
    """What somebody was writing, sealed under a key of its own, for a day and for that person alone."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="kept")
    form = models.CharField(max_length=60)  # which form, and the public number it is about
    key_id = models.UUIDField()  # vault, scope draft
    sealed = models.BinaryField()
    saved_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff", "form"], name="accounts_one_kept_per_form"),
        ]
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="accounts_kept_until")]

    def __str__(self) -> str:
        return f"kept {self.id}"
