"""Recording a step, and forgetting what it said. Refuses: content. Facts are ids, codes, times and digests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.core import ids
from recourse.base.core.errors import BadInputError
from recourse.base.jobs import services as jobs
from recourse.base.ledger import commitment, selectors
from recourse.base.ledger.domain import OWN_FIELDS, SEQUENCE, EntryKind, next_slot, own_facts
from recourse.base.ledger.models import Disclosure, LeafQueue


def record(*, kind: EntryKind, facts: Mapping[str, str], now: datetime, about: UUID | None = None) -> UUID:
    """Put a step into the ledger, in the caller's transaction; it gets its index with the next publication.

    Args:
        kind: Which step.
        facts: Name to value; each is committed to with its own salt and can be shown alone. `kind`, `at` (second)
            and `day` are added. At most 40 fields of 500 characters, never content.
        now: Business time of the step.
        about: Id of what the step belongs to in the package above; erased with the facts.

    Returns:
        The entry's id; it may be told to anyone, `proof_for` turns it into a proof once published.

    Raises:
        BadInputError: facts that cannot be committed to; TooLongError for a long value.
    """
    if taken := set(OWN_FIELDS) & facts.keys():
        raise BadInputError(f"the ledger itself records {min(taken)}")
    said = {**facts, **own_facts(EntryKind(kind), now)}
    commitment.check_facts(said)
    with transaction.atomic():
        entry_id = put(kind=EntryKind(kind), facts=said, now=now, about=about)
        jobs.enqueue(kind=SEQUENCE, args={}, due_at=next_slot(now, selectors.plan().every), key=SEQUENCE)
    return entry_id


def put(
    *, kind: str, facts: Mapping[str, str], now: datetime, about: UUID | None, batch: int | None = None
) -> UUID:
    """Write the rows of one entry: the leaf to be sequenced, and what it says. For this package only."""
    entry_id, salts = ids.new_id(), commitment.new_salts(facts)
    LeafQueue.objects.create(
        entry_id=entry_id, leaf=commitment.leaf_for(entry_id, facts, salts), queued_at=now, batch=batch
    )
    Disclosure.objects.create(
        entry_id=entry_id,
        kind=kind,
        about=about,
        facts=dict(facts),
        salts={name: salt.hex() for name, salt in salts.items()},
    )
    return entry_id


def erase_disclosures(*, entry_ids: Iterable[UUID], now: datetime) -> int:
    """Forget what entries said, their salts, and what they were about; their leaves stay, and say nothing.

    Returns:
        How many were erased; those that were already, or never were, do not count.
    """
    wanted, erased = list(entry_ids), 0
    with transaction.atomic():
        for at in range(0, len(wanted), 200):
            rows = Disclosure.objects.filter(entry_id__in=wanted[at : at + 200], erased_at=None)
            erased += rows.update(facts={}, salts={}, about=None, erased_at=now)
    return erased
