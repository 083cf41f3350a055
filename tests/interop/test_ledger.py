"""A stranger's program accepts our logs at sizes around every tile edge, and rejects each way to cheat."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from recourse.base.ledger import proof, tiles, tree
from recourse.base.ledger.folder import Folder
from tests.base.ledger import logs
from tests.interop.ledger_verifiers import Verifiers, build

pytestmark = pytest.mark.interop

VKEY = str(logs.verifier())
# size -> sizes that had a checkpoint before
SIZES = {
    1: (), 2: (1,), 3: (2,), 255: (3,), 256: (255,), 257: (256,), 511: (1, 256), 512: (511,), 513: (512,),
    65_535: (513,), 65_536: (65_535,), 65_537: (65_536,), 66_305: (257, 65_537),
}  # fmt: skip
TAMPERED = 66_000
KEPT = 65_600


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Verifiers:
    return build(tmp_path_factory.mktemp("go"))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log large enough for three levels, with an earlier checkpoint."""
    return logs.build(tmp_path_factory.mktemp("log") / "good", logs.leaves(TAMPERED), through=(KEPT,))


@pytest.mark.parametrize("size", SIZES)
def test_both_accept_every_size(both: Verifiers, tmp_path: Path, size: int) -> None:
    entries, before = logs.leaves(size), SIZES[size]
    path = logs.build(tmp_path / "log", entries, through=before)
    assert both(path, VKEY) == (0, 0)
    for older in before:
        assert both(path, VKEY, logs.checkpoint(entries[:older])) == (0, 0)


def flip(name: str, at: int = 5) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        data = bytearray((path / name).read_bytes())
        data[at] ^= 1
        (path / name).write_bytes(data)

    return change


def rewrite(name: str, make: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        (path / name).write_bytes(make((path / name).read_bytes()))

    return change


def missing(name: str) -> Callable[[Path], None]:
    return lambda path: (path / name).unlink()


def history(path: Path, entries: list[bytes]) -> None:
    """Put a whole other log in its place, signed with the real key."""
    shutil.rmtree(path)
    logs.build(path, entries)


def entry_replaced(path: Path) -> None:
    """Change one entry and its leaf tile consistently, leaving the levels above alone."""
    folder = Folder(path, durable=False)
    bundle = tiles.Tile(tiles.ENTRIES, 3)
    entries = folder.entries(bundle)
    entries[9] = logs.leaf(9, "other ")
    (path / bundle.path).write_bytes(tiles.encode_bundle(entries))
    (path / tiles.Tile(0, 3).path).write_bytes(b"".join(tree.leaf_hash(each) for each in entries))


TAMPERS: dict[str, Callable[[Path], None]] = {
    "flipped entry byte": flip("tile/entries/100", 70),
    "flipped byte in the last bundle": flip("tile/entries/257.p/208"),
    "flipped leaf tile": flip("tile/0/100"),
    "flipped partial leaf tile": flip("tile/0/257.p/208"),
    "flipped level-1 tile": flip("tile/1/000"),
    "flipped partial level-1 tile": flip("tile/1/001.p/1"),
    "flipped level-2 tile": flip("tile/2/000.p/1"),
    "entry and leaf tile replaced together": entry_replaced,
    "missing bundle": missing("tile/entries/000"),
    "missing leaf tile": missing("tile/0/000"),
    "missing level-1 tile": missing("tile/1/000"),
    "missing partial tile": missing("tile/2/000.p/1"),
    "truncated bundle": rewrite("tile/entries/007", lambda data: data[:-1]),
    "bundle one entry short": rewrite("tile/entries/007", lambda data: data[:-35]),
    "bundle with trailing bytes": rewrite("tile/entries/007", lambda data: data + b"\x00"),
    "bundle with one entry more": rewrite("tile/entries/007", lambda data: data + b"\x00\x01x"),
    "truncated tile": rewrite("tile/0/007", lambda data: data[:-32]),
    "tile with trailing bytes": rewrite("tile/0/007", lambda data: data + bytes(32)),
    "edited size": rewrite("checkpoint", lambda data: data.replace(b"\n66000\n", b"\n65999\n")),
    "size with a leading zero": rewrite("checkpoint", lambda data: data.replace(b"\n66000\n", b"\n066000\n")),
    "signature cut off": rewrite("checkpoint", lambda data: data[: data.rindex(b"\n\n") + 2]),
    "missing checkpoint": missing("checkpoint"),
    "signed root of other entries": lambda path: (path / "checkpoint").write_text(
        logs.checkpoint(logs.leaves(TAMPERED, "other "))
    ) and None,
    "signed larger size than there are entries": lambda path: (path / "checkpoint").write_text(
        logs.checkpoint(logs.leaves(TAMPERED + 1))
    ) and None,
    "signed with another key": lambda path: (path / "checkpoint").write_text(
        logs.checkpoint(logs.leaves(TAMPERED), logs.OTHER_KEY)
    ) and None,
}  # fmt: skip


def test_the_log_they_tamper_with_is_good(both: Verifiers, good: Path) -> None:
    assert both(good, VKEY, logs.checkpoint(logs.leaves(KEPT))) == (0, 0)


@pytest.mark.parametrize("name", TAMPERS)
def test_both_reject(both: Verifiers, good: Path, tmp_path: Path, name: str) -> None:
    path = shutil.copytree(good, tmp_path / "log")
    TAMPERS[name](path)
    assert both(path, VKEY) == (1, 1)


def test_both_reject_a_pinned_key_that_is_not_the_logs(both: Verifiers, good: Path) -> None:
    assert both(good, str(logs.verifier(logs.OTHER_KEY))) == (1, 1)


HISTORIES = {
    "rewritten and signed with the real key": [
        *logs.leaves(40),
        logs.leaf(40, "other "),
        *logs.leaves(600)[41:],
    ],
    "rewritten at the last leaf the checkpoint covers": [
        *logs.leaves(299),
        logs.leaf(0),
        *logs.leaves(600)[300:],
    ],
    "rolled back": logs.leaves(256),
    "of the same size, rewritten": logs.leaves(300, "other "),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_signed_with_the_real_key_is_rejected_by_whoever_kept_a_checkpoint(
    both: Verifiers, tmp_path: Path, name: str
) -> None:
    path = logs.build(tmp_path / "log", logs.leaves(600), through=(300,))
    kept = logs.checkpoint(logs.leaves(300))
    assert both(path, VKEY, kept) == (0, 0)
    history(path, HISTORIES[name])
    assert both(path, VKEY) == (0, 0)  # by itself it is a good log: only the kept checkpoint tells
    assert both(path, VKEY, kept) == (1, 1)


@pytest.mark.parametrize("size", [1, 2, 256, 257, 513, 66_305])
def test_our_proof_files_hold_for_a_stranger(both: Verifiers, tmp_path: Path, size: int) -> None:
    entries = logs.leaves(size)
    folder = Folder(logs.build(tmp_path / "log", entries), durable=False)
    reader = tiles.TileHashes(size, folder.hashes)
    checkpoint = folder.checkpoint()
    assert checkpoint is not None
    for index in {0, size // 2, size - 1}:
        text = str(proof.Proof(index, tree.inclusion_proof(index, size, reader), checkpoint, entries[index]))
        file = tmp_path / "entry.tlog-proof"
        file.write_text(text)
        status, said = both.go("-proof", str(file), "-vkey", VKEY)
        assert (status, said) == (0, f"ok: leaf {index} of {size}\n")
        file.write_text(text.replace("\nextra A", "\nextra B"))
        assert both.go("-proof", str(file), "-vkey", VKEY)[0] == 1
