"""Verbs of fingerprints: add, let in, withdraw, bring back, forget. One transaction each.

Who may do it is the business of the rooms above, which know the case; so is its lock. Needs no identity: the key of
the case comes with the call. Refuses: to keep what was withdrawn and never left us.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import QuerySet

from recourse.base.core import ids
from recourse.base.jobs import services as jobs
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey
from recourse.world.matching import domain
from recourse.world.matching.domain import (
    HEARD_WITHIN,
    MOST_OF_A_CASE,
    Added,
    Because,
    FingerprintState,
    TooManyFingerprintsError,
    Waits,
    first_state,
    written,
)
from recourse.world.matching.models import Consent, Fingerprint
from recourse.world.matching.selectors.fingerprints import live, lookup_of, sealed_name
from recourse.world.matching.services.changing import changed
from recourse.world.matching.services.listing import follow

COMPARE_CASE = "matching.compare_case"
DROP = "matching.drop_withdrawn"
_log = structlog.get_logger(__name__)


def add_fingerprints(
    *, case_id: UUID, key: DataKey, fingerprints: Collection[domain.Fingerprint], now: datetime
) -> Added:
    """Store fingerprints of a case, sealed under its key; one that is there already is stored once.

    The caller holds the case's row, so that two sendings at one moment count each other.

    Raises:
        TooManyFingerprintsError: the case would hold more than `MOST_OF_A_CASE`; nothing is stored.
    """
    with transaction.atomic():
        by_lookup = {lookup_of(case_id, one): one for one in fingerprints}
        rows_known = Fingerprint.objects.filter(lookup__in=by_lookup).values_list("lookup", flat=True)
        known = {bytes(lookup) for lookup in rows_known if lookup is not None}
        held = live(case_id).count()
        fresh = [(lookup, one) for lookup, one in by_lookup.items() if lookup not in known]
        if held + len(fresh) > MOST_OF_A_CASE:
            raise TooManyFingerprintsError(f"{held} and {len(fresh)}")
        rows = [
            _row(case_id=case_id, key=key, one=one, lookup=lookup, state=first_state(held + at), now=now)
            for at, (lookup, one) in enumerate(fresh)
        ]
        Fingerprint.objects.bulk_create(rows, batch_size=50)
        changed([row.id for row in rows], now=now)
        _compare(case_id, len(rows), now)
    waiting = sum(row.state == FingerprintState.SUSPENDED for row in rows)
    _log.info("fingerprints_stored", case_id=str(case_id), stored=len(rows), waiting=waiting)
    return Added(stored=len(rows), known=len(known), waiting=waiting)


def _row(
    *,
    case_id: UUID,
    key: DataKey,
    one: domain.Fingerprint,
    lookup: bytes,
    state: FingerprintState,
    now: datetime,
) -> Fingerprint:
    row_id = ids.new_id()
    return Fingerprint(
        id=row_id,
        case_id=case_id,
        kind=one.kind,
        parts=len(one.parts),
        quality=one.quality,
        state=state,
        state_since=now,
        because=Waits.MANY if state is FingerprintState.SUSPENDED else "",
        made_at=now,
        sealed=vault.seal(key, sealed_name(row_id), written(one)),
        lookup=lookup,
        key_id=key.id,
    )


def let_in(*, case_id: UUID, now: datetime) -> int:
    """A person looked why some of a case's wait: they count like the others again; return how many.

    Of one that is near a lawful picture that stays written down: no list suspends it again.
    """
    waiting = Fingerprint.objects.filter(case_id=case_id, state=FingerprintState.SUSPENDED)
    with transaction.atomic():
        let_in = move_all(waiting, FingerprintState.INTERNAL, now)
        internal = Fingerprint.objects.filter(case_id=case_id, state=FingerprintState.INTERNAL)
        internal.exclude(because__in=["", Waits.LAWFUL]).update(because="")
        _compare(case_id, let_in, now)
    return let_in


def withdraw_fingerprints(
    *, case_id: UUID, because: Because, now: datetime, only: Collection[UUID] | None = None
) -> int:
    """Withdraw the fingerprints of a case, or `only` some of them; return how many.

    What she takes out and no platform can hold goes at once. The rest goes after `HEARD_WITHIN`, so that whoever
    fetched it can be told; what ended with our permission can come back until then.
    """
    with transaction.atomic():
        rows = live(case_id)
        if only is not None:
            rows = rows.filter(id__in=only)
        gone = 0
        if because is Because.TAKEN_OUT:
            gone = _delete(rows.filter(shared_at=None), now)
        ends = now + HEARD_WITHIN
        told = move_all(rows, FingerprintState.WITHDRAWN, now, because=because, retain_until=ends)
        if because is Because.TAKEN_OUT:
            withdrawn = Fingerprint.objects.filter(case_id=case_id, because=Because.TAKEN_OUT)
            withdrawn.update(lookup=None)  # given again, it begins anew
        if told:
            day = f"{ends:%Y-%m-%d}"
            jobs.enqueue(kind=DROP, args={}, due_at=ends, key=f"{DROP}:{day}")
    if gone or told:
        _log.info("fingerprints_withdrawn", case_id=str(case_id), count=gone + told, because=because.value)
    return gone + told


def bring_back(*, case_id: UUID, now: datetime) -> int:
    """Our permission is there again: what ended with it begins anew, unreviewed; return how many."""
    ended = Fingerprint.objects.filter(case_id=case_id, because=Because.PERMISSION)
    with transaction.atomic():
        back = move_all(ended, FingerprintState.INTERNAL, now, because="", retain_until=None)
        _compare(case_id, back, now)
    return back


def forget_case(*, case_id: UUID, now: datetime) -> None:
    """Delete everything of a case that is erased: rows, seals, look-ups; platforms hear that its hashes go."""
    with transaction.atomic():
        Consent.objects.filter(case_id=case_id).delete()
        _delete(Fingerprint.objects.filter(case_id=case_id), now)


def drop_withdrawn(*, now: datetime) -> int:
    """Delete what was withdrawn long enough ago; return how many."""
    with transaction.atomic():
        return _delete(Fingerprint.objects.filter(retain_until__lte=now), now)


def move_all(rows: QuerySet[Fingerprint], after: FingerprintState, now: datetime, **also: object) -> int:
    """Move those of the rows that the table lets move; return how many. The search and platforms follow."""
    before = [state for state in FingerprintState if domain.move(state, after)]
    with transaction.atomic():
        moved = list(
            rows.filter(state__in=before).select_for_update().order_by("id").values_list("id", "listing_id")
        )
        moving = [row_id for row_id, _ in moved]
        Fingerprint.objects.filter(id__in=moving).update(state=after, state_since=now, **also)
        changed(moving, now=now)
        follow((listing_id for _, listing_id in moved), now=now)
    return len(moving)


def _compare(case_id: UUID, count: int, now: datetime) -> None:
    """Have what counts now, and did not while lists came in, compared with them."""
    if count:
        key_of_job = f"{COMPARE_CASE}:{case_id}"
        jobs.enqueue(kind=COMPARE_CASE, args={"case": str(case_id)}, due_at=now, key=key_of_job)


def _delete(rows: QuerySet[Fingerprint], now: datetime) -> int:
    going = list(rows.select_for_update().order_by("id").values_list("id", "listing_id"))
    leaving = [row_id for row_id, _ in going]
    Fingerprint.objects.filter(id__in=leaving).delete()
    changed(leaving, now=now)
    follow((listing_id for _, listing_id in going), now=now)
    return len(leaving)
