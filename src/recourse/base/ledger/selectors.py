"""Reads of the ledger: where an entry stands, its proof, its opening, the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from uuid import UUID

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet

from recourse.base.core import wiring
from recourse.base.core.errors import NotFoundError
from recourse.base.ledger import commitment, note, proof, tiles, tree
from recourse.base.ledger.domain import (
    PADDING,
    EntryView,
    LedgerFigures,
    LedgerFolderError,
    LedgerForkError,
    NotPublishedError,
)
from recourse.base.ledger.folder import Folder
from recourse.base.ledger.models import Checkpoint, Disclosure, Head, Leaf, LeafQueue
from recourse.base.ledger.ports import LedgerFolder, LedgerPlan

_ROWS = 2_000


def latest_checkpoint() -> Checkpoint | None:
    """Return the last signed checkpoint, or None before the first."""
    return Checkpoint.objects.order_by("-size").first()


def published_sizes() -> list[int]:
    """Return the sizes of all checkpoints, smallest first."""
    return list(Checkpoint.objects.order_by("size").values_list("size", flat=True))


def entries_between(low: int, high: int) -> Iterator[bytes]:
    """Give the leaves from index `low` to `high` (exclusive), in order; fewer if there are fewer."""
    rows = (
        Leaf.objects.filter(index__gte=low, index__lt=high).order_by("index").values_list("leaf", flat=True)
    )
    for leaf in rows.iterator(chunk_size=_ROWS):
        yield bytes(leaf)


def entry(entry_id: UUID) -> EntryView:
    """Return where an entry stands.

    Raises:
        NotFoundError: it was never recorded.
    """
    row = _disclosure(entry_id)
    index = Leaf.objects.filter(entry_id=entry_id).values_list("index", flat=True).first()
    covered = Checkpoint.objects.filter(size__gt=index).exists() if index is not None else False
    return EntryView(entry_id, row.kind, index, covered, row.erased_at)


def entries_about(about: UUID) -> list[UUID]:
    """Return the ids of the entries recorded about something and not erased, in no order."""
    return list(Disclosure.objects.filter(about=about).values_list("entry_id", flat=True))


def facts_of(entry_id: UUID) -> dict[str, str]:
    """Return what an entry says; empty once erased.

    Raises:
        NotFoundError: it was never recorded.
    """
    return dict(_disclosure(entry_id).facts)


def opening(entry_id: UUID, *, show: Collection[str]) -> commitment.Opening:
    """Return an opening of an entry that shows the fields `show` and withholds the others.

    Raises:
        NotFoundError: never recorded, or erased.
        BadInputError: a field that the record does not have.
    """
    row = _disclosure(entry_id)
    if row.erased_at is not None:
        raise NotFoundError(f"entry {entry_id} is erased")
    salts = {name: bytes.fromhex(salt) for name, salt in row.salts.items()}
    return commitment.open_fields(entry_id, row.facts, salts, show)


def proof_for(entry_id: UUID) -> str:
    """Return the entry's `.tlog-proof` against the last checkpoint; checked before it is handed out.

    Raises:
        NotFoundError: it was never recorded.
        NotPublishedError: no checkpoint covers it yet.
        LedgerForkError: the database does not hold the tree that was signed.
    """
    place = Leaf.objects.filter(entry_id=entry_id).first()
    checkpoint = latest_checkpoint()
    if place is None or checkpoint is None or place.index >= checkpoint.size:
        _disclosure(entry_id)
        raise NotPublishedError(f"entry {entry_id} waits for the next checkpoint")
    leaf, size = bytes(place.leaf), checkpoint.size
    key = note.parse_vkey(checkpoint.vkey)
    folder = Folder(wiring.resolve(LedgerFolder).path)
    for subtrees in (tiles.TileHashes(size, folder.hashes), _subtrees):
        try:
            hashes = tree.inclusion_proof(place.index, size, subtrees)
            made = proof.Proof(place.index, hashes, checkpoint.text, leaf)
            proof.check(made, key=key)
        except (LedgerFolderError, proof.ProofError):
            continue
        return str(made)
    raise LedgerForkError("the leaves in the database are not those that were signed")


def figures() -> LedgerFigures:
    """Return how many leaves there are and what may still be read of them; for the public page and the auditor.

    Counts whole tables; for a quick look at where the log stands use `standing`.
    """
    size, published, waiting = standing()
    indexed = _kinds(Disclosure.objects.all())
    indexed.subtract(_kinds(Disclosure.objects.filter(entry_id__in=LeafQueue.objects.values("entry_id"))))
    padding = indexed[(PADDING, False)] + indexed[(PADDING, True)]
    erased = sum(count for (kind, gone), count in indexed.items() if gone and kind != PADDING)
    disclosed = sum(count for (kind, gone), count in indexed.items() if not gone and kind != PADDING)
    return LedgerFigures(
        leaves=size,
        published=published,
        disclosed=disclosed,
        erased=erased,
        padding=padding,
        unaccounted=size - disclosed - erased - padding,
        waiting=waiting,
    )


def standing() -> tuple[int, int, int]:
    """Return how many leaves have an index, how many of them are published, and how many wait for one."""
    head = Head.objects.filter(id=1).first() or Head()
    return head.size, head.published, LeafQueue.objects.count()


def plan() -> LedgerPlan:
    """Return when and how padded to publish; the default if `config` bound none."""
    try:
        return wiring.resolve(LedgerPlan)
    except wiring.UnboundPortError:
        return LedgerPlan()


def _kinds(rows: QuerySet[Disclosure]) -> Counter[tuple[str, bool]]:
    """Count rows by kind and whether they are erased."""
    gone = ExpressionWrapper(Q(erased_at__isnull=False), output_field=BooleanField())
    counted = rows.annotate(gone=gone).values_list("kind", "gone").annotate(count=Count("entry_id"))
    return Counter({(kind, bool(is_gone)): count for kind, is_gone, count in counted})


def _disclosure(entry_id: UUID) -> Disclosure:
    row = Disclosure.objects.filter(entry_id=entry_id).first()
    if row is None:
        raise NotFoundError(f"no ledger entry {entry_id}")
    return row


def _subtrees(height: int, index: int) -> bytes:
    low, high = index << height, (index + 1) << height
    return tree.root_of([tree.leaf_hash(leaf) for leaf in entries_between(low, high)])
