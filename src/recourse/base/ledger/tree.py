"""The Merkle tree of RFC 6962: hashing, roots, and both proofs, over SHA-256.

Pure: bytes in, bytes out. Refuses: to know where hashes are kept. Whoever asks for a proof hands in `Subtrees`,
a function from (height, index) to the hash of a complete subtree.

A *leaf hash* is 32 bytes; a *proof* is a list of 32-byte hashes in the order RFC 6962 gives them (leaf to root).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

Subtrees = Callable[[int, int], bytes]
"""`subtrees(height, index)`: hash of the complete subtree over leaves index*2^height .. (index+1)*2^height."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry as a leaf: H(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: H(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash over `hashes` (of leaves, or of equally high complete subtrees).

    Pairing each row from the left and carrying an odd last hash upwards gives the tree of RFC 6962: a left
    child is always the largest complete subtree that fits.
    """
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    sha256 = hashlib.sha256
    while len(row) > 1:
        odd = row[-1:] if len(row) % 2 else []
        row = [sha256(b"\x01" + a + b).digest() for a, b in zip(row[::2], row[1::2], strict=False)] + odd
    return row[0]


def range_hash(low: int, high: int, subtrees: Subtrees) -> bytes:
    """Return the Merkle tree hash over leaves `low` to `high` (exclusive).

    `low` is a multiple of the smallest power of two that is not less than `high - low`, as in every range that a
    proof asks for.
    """
    size = high - low
    if size <= 0:
        raise ValueError("an empty range has no place in a proof")
    if size & (size - 1) == 0:
        height = size.bit_length() - 1
        return subtrees(height, low >> height)
    split = _split(size)
    return node_hash(range_hash(low, low + split, subtrees), range_hash(low + split, high, subtrees))


def tree_root(size: int, subtrees: Subtrees) -> bytes:
    """Return the root of the tree of the first `size` leaves."""
    return range_hash(0, size, subtrees) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, subtrees: Subtrees) -> list[bytes]:
    """Return the proof that leaf `index` is in the tree of `size` leaves (RFC 6962 section 2.1.1).

    Raises:
        ValueError: there is no such leaf in a tree of that size.
    """
    if not 0 <= index < size:
        raise ValueError("there is no such leaf in a tree of that size")
    proof: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            proof.append(range_hash(middle, high, subtrees))
            high = middle
        else:
            proof.append(range_hash(low, middle, subtrees))
            low = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, subtrees: Subtrees) -> list[bytes]:
    """Return the proof that the tree of `old` leaves is the beginning of that of `new` (RFC 6962 section 2.1.2).

    Raises:
        ValueError: `old` is zero or greater than `new`.
    """
    if not 0 < old <= new:
        raise ValueError(
            "only a tree that is not empty can be proved to be the beginning of one at least as large"
        )
    proof: list[bytes] = []
    low, high = 0, new
    at_left_edge = True  # the old root itself is known to whoever checks; it is left out of the proof
    while high != old:
        middle = low + _split(high - low)
        if old <= middle:
            proof.append(range_hash(middle, high, subtrees))
            high = middle
        else:
            proof.append(range_hash(low, middle, subtrees))
            low, at_left_edge = middle, False
    if not at_left_edge:
        proof.append(range_hash(low, high, subtrees))
    return proof[::-1]


def inclusion_holds(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether `proof` leads from leaf hash `leaf` at `index` to `root` of the tree of `size` leaves."""
    if not 0 <= index < size or not _all_hashes(proof):
        return False
    at, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            computed = node_hash(sibling, computed)
            while at and not at & 1:  # an odd last node was carried up without a sibling
                at, last = at >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and computed == root


def consistency_holds(
    *, old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Tell whether `proof` shows that the tree `old`, `old_root` is the beginning of the tree `new`, `new_root`.

    The empty tree is the beginning of every tree, without a proof.
    """
    if not 0 <= old <= new or not _all_hashes(proof):
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if old == new:
        return not proof and old_root == new_root
    hashes = list(proof)
    if old & (old - 1) == 0:  # the old root is a complete subtree and so its own first hash
        hashes.insert(0, old_root)
    return bool(hashes) and _replay(old - 1, new - 1, hashes) == (old_root, new_root)


def _replay(at: int, last: int, hashes: list[bytes]) -> tuple[bytes, bytes] | None:
    """Rebuild the old and the new root from the hashes of a consistency proof; None if it has the wrong length."""
    while at & 1:
        at, last = at >> 1, last >> 1
    old_root = new_root = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            old_root, new_root = node_hash(sibling, old_root), node_hash(sibling, new_root)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new_root = node_hash(new_root, sibling)
        at, last = at >> 1, last >> 1
    return (old_root, new_root) if last == 0 else None


def _split(size: int) -> int:
    """Return the largest power of two that is smaller than `size` (which is at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def _all_hashes(proof: Sequence[bytes]) -> bool:
    return all(len(item) == HASH_BYTES for item in proof)
