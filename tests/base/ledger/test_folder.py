"""The log as files: whole files only, nothing replaced, sizes around every tile edge."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from recourse.base.ledger import note, tiles
from recourse.base.ledger.domain import LedgerFolderError, LedgerForkError
from recourse.base.ledger.folder import Folder, extend
from recourse.base.ledger.tiles import ENTRIES, Growth, Tile
from recourse.base.ledger.verification import verify_folder
from tests.base.ledger import logs

VKEY = str(logs.verifier())


def files(path: Path) -> dict[str, bytes]:
    return {
        each.relative_to(path).as_posix(): each.read_bytes()
        for each in sorted(path.rglob("*"))
        if each.is_file() and each.name != ".lock"
    }


def test_growing_in_steps_leaves_what_building_at_once_leaves_plus_the_partials_of_each_size(
    tmp_path: Path,
) -> None:
    entries = logs.leaves(600)
    stepped = files(logs.build(tmp_path / "a", entries, through=(1, 255, 256, 300, 512)))
    at_once = files(logs.build(tmp_path / "b", entries))
    assert at_once.items() <= stepped.items()
    extra = {path for path in stepped if path not in at_once}
    sizes = (1, 255, 256, 300, 512)
    of_each_size = {t.path for s in sizes for t in (*tiles.tiles_of(s), *tiles.bundles_of(s)) if not t.full}
    assert extra == of_each_size - set(at_once)
    assert {"tile/0/000.p/1", "tile/entries/000.p/255", "tile/1/000.p/1", "tile/0/001.p/44"} <= extra
    assert {path for path in at_once if path.startswith("tile")} == {
        tile.path for tile in (*tiles.tiles_of(600), *tiles.bundles_of(600))
    }


def test_partials_go_once_the_full_tile_stands_and_older_checkpoints_still_verify(tmp_path: Path) -> None:
    entries = logs.leaves(600)
    path = logs.build(tmp_path, entries, through=(300, 520))
    folder = Folder(path)
    folder.drop_partials_of_full(300, 520)
    assert not (path / "tile/0/001.p").exists()
    assert not (path / "tile/entries/001.p").exists()
    assert (path / "tile/0/002.p/8").exists()
    older = logs.checkpoint(entries[:300])
    assert verify_folder(path, VKEY, older=older).exit_status == 0
    (path / "checkpoint").write_text(older)  # a reader who still holds the older one
    assert verify_folder(path, VKEY).exit_status == 0


def test_a_tile_is_never_replaced_by_other_bytes(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write(Tile(0, 0, 1), bytes(32))
    folder.write(Tile(0, 0, 1), bytes(32))
    with pytest.raises(LedgerForkError, match=r"tile/0/000\.p/1"):
        folder.write(Tile(0, 0, 1), b"\x01" * 32)
    assert (tmp_path / "tile/0/000.p/1").read_bytes() == bytes(32)


def test_a_checkpoint_never_goes_back_or_sideways(tmp_path: Path) -> None:
    folder = Folder(logs.build(tmp_path, logs.leaves(5)))
    for wrong in (logs.checkpoint(logs.leaves(4)), logs.checkpoint(logs.leaves(5, "other "))):
        with pytest.raises(LedgerForkError):
            folder.write_checkpoint(wrong, VKEY)
    assert folder.checkpoint() == logs.checkpoint(logs.leaves(5))


def test_growth_on_other_entries_than_those_published_is_refused(tmp_path: Path) -> None:
    folder = Folder(logs.build(tmp_path, logs.leaves(5)))
    growth = tiles.grown_to(5, folder.hashes)
    other = logs.leaves(9, "other ")
    with pytest.raises(LedgerForkError, match="not those that were published"):
        extend(folder, growth, size=9, entries=lambda low, high: other[low:high])


def test_entries_that_run_short_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LedgerForkError):
        extend(Folder(tmp_path), Growth(), size=9, entries=lambda low, high: logs.leaves(8)[low:high])


def test_a_crash_before_the_rename_leaves_the_old_file_and_no_half_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(logs.build(tmp_path, logs.leaves(5)))
    before = files(tmp_path)

    def crash(descriptor: int) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", crash)
        with pytest.raises(OSError, match="power cut"):
            folder.write_checkpoint(logs.checkpoint(logs.leaves(6)), VKEY)
    assert files(tmp_path) == before


def test_every_write_is_synced_file_first_then_each_folder_up_to_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def record(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    Folder(tmp_path).write(Tile(0, 0, 1), bytes(32))
    assert synced[0].endswith(".tmp")
    assert synced[1:] == [str(tmp_path / each) for each in ("tile/0/000.p", "tile/0", "tile")] + [
        str(tmp_path)
    ]


def test_reading_is_bounded_and_names_the_path(tmp_path: Path) -> None:
    folder = Folder(logs.build(tmp_path, logs.leaves(300)))
    (tmp_path / "tile/0/000").write_bytes(bytes(8193))
    with pytest.raises(LedgerFolderError, match="tile/0/000 is larger"):
        folder.hashes(Tile(0, 0))
    (tmp_path / "tile/0/001.p/44").write_bytes(bytes(31))
    with pytest.raises(LedgerFolderError, match=r"tile/0/001\.p/44 has the wrong length"):
        folder.hashes(Tile(0, 1, 44))
    with pytest.raises(LedgerFolderError, match="tile/9/000 is missing"):
        folder.hashes(Tile(9, 0))
    with pytest.raises(LedgerFolderError, match="tile/entries/007 is missing"):
        folder.entries(Tile(ENTRIES, 7))
    (tmp_path / "checkpoint").write_bytes(b"\xff")
    with pytest.raises(LedgerFolderError, match="checkpoint is not text"):
        folder.checkpoint()
    (tmp_path / "checkpoint").write_bytes(bytes(note.MAX_NOTE_BYTES + 1))
    with pytest.raises(LedgerFolderError, match="larger"):
        folder.checkpoint()


def test_without_a_pinned_key_it_is_self_consistent_only(tmp_path: Path) -> None:
    path = logs.build(tmp_path, logs.leaves(3))
    verdict = verify_folder(path)
    assert (verdict.exit_status, verdict.holds, verdict.pinned, verdict.problem, verdict.size) == (
        3,
        True,
        False,
        "",
        3,
    )
    assert verdict.sentence.startswith("Self-consistent only")
    (path / "vkey").unlink()
    assert verify_folder(path).exit_status == 1
    assert verify_folder(path, VKEY).exit_status == 0
    lost = verify_folder(path / "nowhere", VKEY)
    assert lost.sentence == lost.problem == "Broken: checkpoint is missing."
    assert (lost.exit_status, lost.size) == (1, 0)
