"""Tables of staff."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import models

from recourse.base.core import ids


class Staff(AbstractBaseUser):
    """A member of staff; signs in with a passkey only."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    username = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=60)
    role = models.CharField(max_length=20)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "username"
