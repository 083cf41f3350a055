"""The `.tlog-proof` file: one entry's place in the tree, with the checkpoint, to be checked without the log.

Pure. The `extra` line carries the leaf's own bytes, so that the proof can be checked alone; that the leaf belongs
to a record is shown by an opening. Refuses: a proof that does not lead to the root its key signed.
Source: c2sp.org/tlog-proof.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from recourse.base.ledger import note, tree

_FIRST = "c2sp.org/tlog-proof@v1"
_MAX_CHARS = 2_000_000
_MAX_HASHES = 64


class ProofError(ValueError):
    """A proof is malformed or does not hold; the text says why."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A read `.tlog-proof`: leaf index, hashes from leaf to root, the checkpoint verbatim, and extra bytes."""

    index: int
    hashes: Sequence[bytes]
    checkpoint: str
    extra: bytes | None = None

    def __str__(self) -> str:
        extra = [] if self.extra is None else [f"extra {base64.b64encode(self.extra).decode()}"]
        hashes = [base64.b64encode(item).decode() for item in self.hashes]
        return "\n".join([_FIRST, *extra, f"index {self.index}", *hashes, "", self.checkpoint])


def parse(text: str) -> Proof:
    """Read a `.tlog-proof`.

    Raises:
        ProofError: malformed.
    """
    if len(text) > _MAX_CHARS:
        raise ProofError("the proof is too large")
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != _FIRST:
        raise ProofError("this is not a tlog-proof, or of another version")
    try:
        extra = note.decode_base64(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else None
        if not lines or not lines[0].startswith("index "):
            raise ProofError("the proof names no index")
        index = note.parse_decimal(lines.pop(0)[6:])
        hashes = [note.decode_base64(line) for line in lines]
    except note.NoteError as error:
        raise ProofError(str(error)) from error
    if len(hashes) > _MAX_HASHES or any(len(item) != tree.HASH_BYTES for item in hashes):
        raise ProofError("the proof has too many hashes, or one that is not a SHA-256 hash")
    return Proof(index, hashes, checkpoint, extra)


def check(proof: Proof, *, key: note.VerifierKey, leaf: bytes | None = None) -> note.TreeHead:
    """Return the tree head that the proof leads to, from `leaf` or else from the proof's own extra bytes.

    Raises:
        ProofError: the checkpoint is not signed by `key`, or the leaf is not where the proof says.
    """
    entry = proof.extra if leaf is None else leaf
    if entry is None:
        raise ProofError("the proof does not carry its leaf; hand it in")
    if leaf is not None and proof.extra is not None and proof.extra != leaf:
        raise ProofError("the proof is for another leaf")
    try:
        head = note.open_checkpoint(proof.checkpoint, key)
    except note.NoteError as error:
        raise ProofError(str(error)) from error
    if not tree.inclusion_holds(
        leaf=tree.leaf_hash(entry), index=proof.index, size=head.size, proof=proof.hashes, root=head.root
    ):
        raise ProofError("the leaf is not in the tree where the proof says")
    return head
