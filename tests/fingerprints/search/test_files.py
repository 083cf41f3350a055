"""An index comes back from its file as it was, or with an error that says what is wrong; never anything between."""

import hashlib
import os
import stat
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from recourse.fingerprints.errors import DamagedIndexError, ForeignIndexError
from recourse.fingerprints.search import Index, files
from tests.fingerprints.search import banks

IDS = {"rows": None, "narrow": np.arange(900) * 2, "wide": np.arange(900) + 2**40}


def bank() -> banks.Bytes:
    hashes = banks.clustered(900)
    hashes[10:20] = hashes[0]
    return hashes


def written(folder: Path, hashes: banks.Bytes | None = None, ids: object = None) -> Path:
    path = folder / "bank.index"
    Index.build(bank() if hashes is None else hashes, ids).write(path)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("ids", IDS)
@pytest.mark.parametrize("verify", [True, False])
def test_what_is_written_is_read_as_it_was(way: str, ids: str, verify: bool, tmp_path: Path) -> None:
    hashes = bank()
    built = Index.build(hashes, IDS[ids])
    built.write(tmp_path / "a")
    opened = Index.open(tmp_path / "a", verify=verify)
    assert (len(opened), opened.distinct, opened.nbytes) == (len(built), built.distinct, built.nbytes)
    for radius in (0, 17, 31):
        expected = banks.found(built.search(hashes[:80], radius=radius, limit=None))
        assert banks.found(opened.search(hashes[:80], radius=radius, limit=None)) == expected
    opened.verify()


@pytest.mark.parametrize("count", [0, 1])
def test_small_banks_are_written_too(way: str, count: int, tmp_path: Path) -> None:
    hashes = banks.random(count)
    assert len(Index.open(written(tmp_path, hashes)).search(banks.random(1))) == count


def test_the_same_bank_makes_the_same_file(way: str, tmp_path: Path) -> None:
    first = written(tmp_path).read_bytes()
    assert written(tmp_path).read_bytes() == first


def test_a_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    assert stat.S_IMODE(written(tmp_path).stat().st_mode) == 0o600


def test_an_open_index_survives_its_replacement(way: str, tmp_path: Path) -> None:
    path = written(tmp_path)
    old = Index.open(path)
    written(tmp_path, banks.random(5, 77))
    assert len(Index.open(path)) == 5
    assert banks.found(old.search(bank()[:5], radius=0)) == banks.brute(bank()[:5], bank(), np.arange(900), 0)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path)
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        written(tmp_path, banks.random(5))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("way", ["brute", "single"], indirect=True)
def test_every_flipped_byte_is_found(way: str, tmp_path: Path) -> None:
    path = written(tmp_path)
    whole = path.read_bytes()
    rng = np.random.default_rng(4)
    places = {*range(72 + 32), *rng.integers(files.PAGE, len(whole), 60).tolist(), len(whole) - 1}
    for place in places:
        broken = bytearray(whole)
        broken[place] ^= 0x40
        path.write_bytes(broken)
        with pytest.raises(DamagedIndexError):
            Index.open(path)


@pytest.mark.parametrize("way", ["brute", "single"], indirect=True)
def test_every_truncation_is_found_without_reading_the_file(way: str, tmp_path: Path) -> None:
    path = written(tmp_path)
    whole = path.read_bytes()
    for length in (0, 1, 103, 4095, 4096, 4097, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(DamagedIndexError):
            Index.open(path, verify=False)
    path.write_bytes(whole + b"\0")
    with pytest.raises(DamagedIndexError):
        Index.open(path, verify=False)


def forged(whole: bytes, **changed: int) -> bytes:
    """A file whose head says something else, with a good digest of that."""
    names = ("magic", "version", "flags", "hashes", "entries", "length", "total", "own")
    head = dict(zip(names, files.HEAD.unpack_from(whole), strict=True)) | changed
    packed = files.HEAD.pack(*head.values())[: files.SUMMED]
    return packed + hashlib.sha256(packed).digest() + whole[files.HEAD.size :]


@pytest.mark.parametrize("way", ["brute", "single"], indirect=True)
@pytest.mark.parametrize(
    "changed",
    [
        {"hashes": 0},
        {"hashes": 1},
        {"hashes": 2**32},
        {"hashes": 2**63 - 1},
        {"hashes": 2**64 - 1},
        {"entries": 0},
        {"entries": 2**62},
        {"flags": 0},
        {"flags": 7},
        {"flags": 8},
        {"flags": 2**32 - 1},
        {"length": 2**64 - 1},
        {"length": 0},
    ],
    ids=str,
)
def test_a_head_that_promises_too_much_is_refused(way: str, changed: dict[str, int], tmp_path: Path) -> None:
    path = written(tmp_path)
    if changed == {"flags": 7} and way == "single":
        changed = {"flags": 5}
    path.write_bytes(forged(path.read_bytes(), **changed))
    with pytest.raises(DamagedIndexError):
        Index.open(path, verify=False)


def test_another_version_is_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(forged(path.read_bytes(), version=2))
    with pytest.raises(ForeignIndexError, match=r"version 2 .* reads 1") as refused:
        Index.open(path)
    assert refused.value.code == "foreign_index"


def test_something_else_is_no_index(tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(b"GIF89a" + bytes(10_000))
    with pytest.raises(DamagedIndexError, match="is no index") as refused:
        Index.open(path)
    assert refused.value.code == "damaged_index"


@pytest.mark.parametrize("way", ["single", "batch", "crowded"], indirect=True)
def test_a_damaged_file_that_is_not_verified_never_makes_search_read_outside(
    way: str, tmp_path: Path
) -> None:
    """Every column is overwritten with the largest numbers and with noise; what is still found must be true."""
    hashes, path = bank(), written(tmp_path, ids=IDS["wide"])
    whole = path.read_bytes()
    rng = np.random.default_rng(5)
    flags, count, entries = files.HEAD.unpack_from(whole)[2:5]
    places = [*files._places(flags, count, entries)]
    for (name, first, _), (_, last, _) in pairwise(places):
        for junk in (b"\xff" * (last - first), rng.bytes(last - first)) if first < last else ():
            path.write_bytes(whole[:first] + junk + whole[last:])
            try:
                opened = Index.open(path, verify=False)
            except DamagedIndexError:
                assert name in ("offsets", "starts")
                continue
            hits = opened.search(hashes[:200], limit=50)
            assert (hits.distance <= 31).all()
            with pytest.raises(DamagedIndexError, match="damaged in block"):
                opened.verify()


def test_a_writer_that_is_killed_leaves_the_old_file(tmp_path: Path) -> None:
    path = written(tmp_path)
    before = path.read_bytes()
    program = (
        "import os, sys, signal; from recourse.fingerprints.search import Index, files\n"
        "import numpy as np\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "Index.build(np.zeros((9, 32), np.uint8)).write(sys.argv[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert done.returncode == -9
    assert path.read_bytes() == before
    assert len(Index.open(path)) == 900
