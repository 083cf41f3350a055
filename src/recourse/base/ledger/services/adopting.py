"""After the restore of an older backup: the published folder knows leaves that the database does not.

What was signed stands. The leaves are taken from the folder, once it verifies against our key and continues the
database's last checkpoint; what the restored database had planned for those places goes back into the queue.

Refuses: a folder that does not verify, or that does not continue what the database knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog
from django.db import transaction

from recourse.base.core import wiring
from recourse.base.ledger import note, selectors, tiles
from recourse.base.ledger.domain import LEASE, LedgerBusyError, LedgerForkError
from recourse.base.ledger.folder import Folder
from recourse.base.ledger.models import Checkpoint, Head, Leaf, LeafQueue
from recourse.base.ledger.ports import LedgerFolder, LedgerKey
from recourse.base.ledger.services.sequencing import leased
from recourse.base.ledger.verification import verify_folder

_ROWS = 500
_log = structlog.get_logger(__name__)


def adopt(*, now: datetime) -> int:
    """Take over what the published folder has beyond the database. Not within a transaction.

    A leaf whose record is still in the restored queue finds its record again by its bytes; of the others only the
    leaf is known (`figures().unaccounted`).

    Returns:
        How many leaves were taken over; 0 when the database knows all that is published.

    Raises:
        LedgerForkError: the folder is broken, or is not the continuation of what the database knows.
        LedgerBusyError: another process is publishing.
    """
    key = wiring.resolve(LedgerKey)  # type: ignore[type-abstract]
    verifier = note.VerifierKey(key.origin, key.public)
    folder = Folder(wiring.resolve(LedgerFolder).path)
    with leased(wait=2 * LEASE) as fence, folder.locked():
        last, text = selectors.latest_checkpoint(), folder.checkpoint()
        known = last.size if last else 0
        if text is None:
            return 0
        verdict = verify_folder(folder.path, str(verifier), older=last.text if last else None)
        shown = note.parse_head(note.split(text)[0]).size
        if last is not None and shown <= known:
            return 0
        if not verdict.holds:
            raise LedgerForkError(f"the published folder cannot be taken over. {verdict.sentence}")
        with transaction.atomic():
            if not Head.objects.filter(id=1, fence=fence, published=known).update(
                size=shown, published=shown
            ):
                raise LedgerBusyError("another sequencer took over")
            _back_into_the_queue(known, now)
            _take_over(folder, known, shown)
            Checkpoint.objects.create(size=shown, text=text, vkey=str(verifier), at=now)
    _log.warning("ledger_adopted", before=known, size=shown)
    return shown - known


def _back_into_the_queue(known: int, now: datetime) -> None:
    planned = Leaf.objects.filter(index__gte=known)
    LeafQueue.objects.bulk_create(
        LeafQueue(entry_id=row.entry_id, leaf=bytes(row.leaf), queued_at=now)
        for row in planned
        if row.entry_id
    )
    planned.delete()


def _take_over(folder: Folder, known: int, shown: int) -> None:
    for bundle in tiles.bundles_of(shown):
        first = bundle.index * tiles.WIDTH
        if first + bundle.width > known:
            entries = list(enumerate(folder.entries(bundle), start=first))
            _insert([(index, leaf) for index, leaf in entries if index >= known])


def _insert(places: Iterable[tuple[int, bytes]]) -> None:
    by_leaf = dict.fromkeys(leaf for _, leaf in places)
    waiting = {bytes(row.leaf): row.entry_id for row in LeafQueue.objects.filter(leaf__in=list(by_leaf))}
    Leaf.objects.bulk_create(
        (Leaf(index=index, entry_id=waiting.get(leaf), leaf=leaf) for index, leaf in places), batch_size=_ROWS
    )
    LeafQueue.objects.filter(entry_id__in=list(waiting.values())).delete()
