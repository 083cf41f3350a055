"""Logs for tests, built with the pure layer: a key, leaves that can be told apart, and a folder at any size."""

from __future__ import annotations

import hashlib
from pathlib import Path

from recourse.base.ledger import note, tree
from recourse.base.ledger.adapters.ed25519 import Ed25519LedgerKey
from recourse.base.ledger.folder import Folder, extend
from recourse.base.ledger.tiles import Growth

KEY = Ed25519LedgerKey(bytes(range(32)), "log.harbour.test/ledger")
OTHER_KEY = Ed25519LedgerKey(bytes(range(1, 33)), "log.harbour.test/ledger")


def verifier(key: Ed25519LedgerKey = KEY) -> note.VerifierKey:
    return note.VerifierKey(key.origin, key.public)


def leaf(index: int, history: str = "") -> bytes:
    return b"\x01" + hashlib.sha256(f"{history}{index}".encode()).digest()


def leaves(size: int, history: str = "") -> list[bytes]:
    return [leaf(index, history) for index in range(size)]


def signed(size: int, root: bytes, key: Ed25519LedgerKey = KEY) -> str:
    head = note.TreeHead(key.origin, size, root)
    return note.sign(head.text, verifier(key), key.sign)


def checkpoint(entries: list[bytes], key: Ed25519LedgerKey = KEY) -> str:
    return signed(len(entries), tree.root_of([tree.leaf_hash(each) for each in entries]), key)


def build(
    path: Path, entries: list[bytes], *, through: tuple[int, ...] = (), key: Ed25519LedgerKey = KEY
) -> Path:
    """Publish a log in `path`, with a checkpoint at each of the sizes `through` before the last."""
    folder, growth = Folder(path, durable=False), Growth()
    for size in (*through, len(entries)):
        extend(folder, growth, size=size, entries=lambda low, high: entries[low:high])
        folder.write_checkpoint(signed(size, growth.root(), key), str(verifier(key)))
    return path
