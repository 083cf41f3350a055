"""Signed notes, verifier keys and checkpoints: what Go's implementation writes is read, anything else is refused."""

from __future__ import annotations

import base64
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.base.core.errors import MisconfiguredError
from recourse.base.ledger import note, proof, tiles, tree
from recourse.base.ledger.adapters.ed25519 import Ed25519LedgerKey
from recourse.base.ledger.note import NoteError
from tests.base.ledger import logs

# From the documentation of Go's golang.org/x/mod/sumdb/note (its example key and message).
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
TEXT = "log.harbour.test/ledger\n3\n" + base64.b64encode(bytes(32)).decode() + "\n"


def test_the_note_of_gos_documentation_opens() -> None:
    key = note.parse_vkey(GO_VKEY)
    assert str(key) == GO_VKEY
    assert note.open_note(GO_NOTE, key).startswith("If you think")


def test_a_checkpoint_reads_back() -> None:
    signed = note.sign(TEXT, logs.verifier(), logs.KEY.sign)
    assert note.open_checkpoint(signed, logs.verifier()) == note.TreeHead(logs.KEY.origin, 3, bytes(32))


def test_signatures_of_strangers_are_ignored_and_kept() -> None:
    signed = note.sign(TEXT, logs.verifier(), logs.KEY.sign)
    stranger = base64.b64encode(b"\x00\x00\x00\x01" + bytes(72)).decode()
    assert note.open_note(f"{signed}— witness.test {stranger}\n", logs.verifier()) == TEXT
    with pytest.raises(NoteError, match="did not sign"):
        note.open_note(signed, logs.verifier(logs.OTHER_KEY))


def test_a_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    good = note.sign(TEXT, logs.verifier(), logs.KEY.sign)
    bad = base64.b64encode(logs.verifier().key_id + bytes(64)).decode()
    with pytest.raises(NoteError, match="does not belong"):
        note.open_note(f"{good}— {logs.KEY.origin} {bad}\n", logs.verifier())


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n" + base64.b64encode(bytes(32)).decode(),  # no newline at the end
        TEXT.replace("\n3\n", "\n03\n"),
        TEXT.replace("\n3\n", "\n+3\n"),
        TEXT.replace("\n3\n", "\n٣\n"),
        TEXT.replace("\n3\n", f"\n{1 << 63}\n"),
        TEXT.replace("\n3\n", "\n\n"),
        TEXT.replace("=", ""),
        TEXT.replace("AAA=", "AAB="),  # not canonical
        "origin\n3\n" + base64.b64encode(bytes(31)).decode() + "\n",
        "origin\n3\n",
        "\n3\n" + base64.b64encode(bytes(32)).decode() + "\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        note.parse_head(text)


@given(st.text(max_size=300))
def test_any_text_is_a_note_or_refused(text: str) -> None:
    for read in (note.split, note.parse_head, note.parse_vkey):
        with pytest.raises(NoteError):
            raise NoteError(str(read(text)))


@given(st.integers(0, 400), st.integers(1, 255))
def test_no_byte_of_a_signed_note_may_change(at: int, mask: int) -> None:
    raw = bytearray(note.sign(TEXT, logs.verifier(), logs.KEY.sign).encode())
    raw[at % len(raw)] ^= mask
    with pytest.raises((NoteError, UnicodeDecodeError)):
        note.open_checkpoint(raw.decode(), logs.verifier())


@pytest.mark.parametrize(
    "vkey",
    ["", "a", "a+b", "a+b+c", GO_VKEY.replace("c74f", "c74e"), GO_VKEY[:-1], GO_VKEY + "+", " +" + GO_VKEY],
)
def test_a_malformed_vkey_is_refused(vkey: str) -> None:
    with pytest.raises(NoteError):
        note.parse_vkey(vkey)


def test_text_that_cannot_be_a_note_is_not_signed() -> None:
    for text in ("no newline", "tab\there\n", "carriage\r\n", "half \ud800\n"):
        with pytest.raises(NoteError):
            note.sign(text, logs.verifier(), logs.KEY.sign)


def test_a_note_too_large_or_with_too_many_signatures_is_refused() -> None:
    signed = note.sign(TEXT, logs.verifier(), logs.KEY.sign)
    line = signed.splitlines()[-1] + "\n"
    note.open_note(signed + line * 15, logs.verifier())  # sixteen must be accepted
    for wrong in (signed + line * 64, "x" * 1_000_001):
        with pytest.raises(NoteError):
            note.open_note(wrong, logs.verifier())


def test_the_key_refuses_bad_material_and_does_not_show_itself() -> None:
    for seed, origin in (
        (bytes(31), "log.test"),
        (bytes(32), "has space"),
        (bytes(32), "a+b"),
        (bytes(32), ""),
    ):
        with pytest.raises(MisconfiguredError):
            Ed25519LedgerKey(seed, origin)
    assert repr(logs.KEY) == "Ed25519LedgerKey('log.harbour.test/ledger')"
    with pytest.raises(TypeError):
        pickle.dumps(logs.KEY)


def proof_text(size: int = 300, index: int = 7) -> str:
    entries = logs.leaves(size)
    hashes = [tree.leaf_hash(each) for each in entries]
    kept = tiles.Growth()
    full = dict(kept.append(hashes)) | dict(kept.partials())
    path = tree.inclusion_proof(index, size, tiles.TileHashes(size, lambda tile: full[tile]))
    return str(proof.Proof(index, path, logs.checkpoint(entries), entries[index]))


def test_a_proof_reads_back_and_holds() -> None:
    read = proof.parse(proof_text())
    assert str(read) == proof_text()
    assert proof.check(read, key=logs.verifier()).size == 300
    assert proof.check(read, key=logs.verifier(), leaf=logs.leaf(7)).size == 300
    bare = proof.parse("\n".join(line for line in proof_text().split("\n") if not line.startswith("extra ")))
    assert proof.check(bare, key=logs.verifier(), leaf=logs.leaf(7)).size == 300
    with pytest.raises(proof.ProofError, match="does not carry"):
        proof.check(bare, key=logs.verifier())


def test_a_proof_for_another_leaf_place_or_key_does_not_hold() -> None:
    read = proof.parse(proof_text())
    with pytest.raises(proof.ProofError, match="another leaf"):
        proof.check(read, key=logs.verifier(), leaf=logs.leaf(8))
    with pytest.raises(proof.ProofError, match="did not sign"):
        proof.check(read, key=logs.verifier(logs.OTHER_KEY))
    moved = proof.parse(proof_text().replace("index 7", "index 8"))
    with pytest.raises(proof.ProofError, match="not in the tree"):
        proof.check(moved, key=logs.verifier())


@given(st.text(max_size=200), st.integers(0, 300))
def test_any_text_is_a_proof_or_refused(text: str, at: int) -> None:
    whole = proof_text(3, 1)
    for each in (text, whole[:at], whole[:at] + text):
        try:
            read = proof.parse(each)
        except proof.ProofError:
            continue
        try:
            head = proof.check(read, key=logs.verifier())
        except proof.ProofError:
            continue
        assert head.size == 3
