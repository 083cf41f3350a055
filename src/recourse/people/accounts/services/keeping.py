"""What somebody was writing when the session ended, kept for a day and for nobody else.

Sealed under a key of its own, which is destroyed with it. Refuses: to keep more than a form may hold.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from recourse.base.core import ids
from recourse.base.core.errors import TooLongError
from recourse.base.jobs import services as jobs
from recourse.base.vault import services as vault
from recourse.base.vault.domain import KeyScope
from recourse.people.accounts.domain import Actor
from recourse.people.accounts.models import Autosave, Staff

KEPT_FOR = timedelta(hours=24)
MAX_KEPT = 100_000  # characters of all its fields
DROP = "accounts.drop_kept"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept of a form: its fields, and since when."""

    saved_at: datetime
    fields: Mapping[str, Sequence[str]] = field(repr=False)


def keep(*, actor: Actor, form: str, fields: Mapping[str, Sequence[str]], now: datetime) -> None:
    """Keep what stands in a form, in place of what was kept of it before.

    Raises:
        TooLongError: more than any of our forms may hold.
    """
    if sum(len(value) for values in fields.values() for value in values) > MAX_KEPT:
        raise TooLongError("autosave")
    block = json.dumps({name: list(values) for name, values in fields.items()})
    with transaction.atomic():
        # The person, not the row: two windows may both be the first to keep this form.
        Staff.objects.select_for_update().get(pk=actor.staff_id)
        row = Autosave.objects.filter(staff_id=actor.staff_id, form=form).first()
        if row is None:
            key = vault.create_key(scope=KeyScope.DRAFT, now=now)
            row = Autosave(id=ids.new_id(), staff_id=actor.staff_id, form=form, key_id=key.id)
        else:
            key = vault.open_key(row.key_id)
        row.sealed = vault.seal(key, f"accounts.autosave:{row.id}", block.encode())
        row.saved_at, row.expires_at = now, now + KEPT_FOR
        row.save()
        jobs.enqueue(kind=DROP, args={}, due_at=row.expires_at, key=DROP)


def kept(*, actor: Actor, form: str, now: datetime) -> Kept | None:
    """Return what this person's form held when it was last kept, unless that is over a day ago."""
    row = Autosave.objects.filter(staff_id=actor.staff_id, form=form, expires_at__gt=now).first()
    if row is None:
        return None
    block = vault.unseal(vault.open_key(row.key_id), f"accounts.autosave:{row.id}", row.sealed)
    return Kept(row.saved_at, json.loads(block))


def discard(*, actor: Actor, form: str, now: datetime) -> None:
    """Forget what was kept of a form: it was sent, or is not wanted any more."""
    with transaction.atomic():
        _drop(list(Autosave.objects.filter(staff_id=actor.staff_id, form=form)), now)


def drop_kept(*, now: datetime) -> None:
    """Forget what is over a day old, and come back for what is not."""
    with transaction.atomic():
        _drop(list(Autosave.objects.filter(expires_at__lte=now)), now)
        first = Autosave.objects.order_by("expires_at").values_list("expires_at", flat=True).first()
        if first is not None:
            jobs.enqueue(kind=DROP, args={}, due_at=first, key=DROP)


def _drop(rows: Sequence[Autosave], now: datetime) -> None:
    if rows:
        vault.destroy_keys(key_ids=[row.key_id for row in rows], now=now)
        Autosave.objects.filter(id__in=[row.id for row in rows]).delete()
