"""`recourse match`: files against a list, from the command line, with what it says where it cannot."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from recourse.fingerprints import pixels
from recourse.fingerprints.pdq.hashing import look
from recourse.fingerprints.search import Index
from recourse.operations import hashing, matching
from tests.fingerprints.clips import clip
from tests.fingerprints.scenes import landscape, packed
from tests.fingerprints.test_borders_and_crops import framed

RECOURSE = Path(sys.executable).with_name("recourse")
SCENE = landscape(320, 240, 7)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    made = {
        "scene.png": packed(SCENE, "PNG"),
        "copy.jpg": packed(SCENE, "JPEG", quality=60),
        "letterbox.png": packed(framed(SCENE, (0, 0, 0), 0, 60, 0, 60), "PNG"),
        "other.png": packed(landscape(320, 240, 8), "PNG"),
        "flat.png": packed(np.full((90, 90, 3), 200, np.uint8), "PNG"),
        "words.txt": b"no picture",
        "pan.mp4": clip("mp4", "libx264").getvalue(),
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def hash_lines(*paths: Path) -> str:
    out = io.StringIO()
    hashing.run([str(path) for path in paths], as_json=False, seconds=60, out=out)
    return out.getvalue()


def matched(
    folder: Path,
    hashes: str | Path,
    *names: str,
    as_json: bool = False,
    radius: int = 31,
    whole: bool = False,
) -> tuple[int, list[str]]:
    if isinstance(hashes, str):
        (folder / "list.txt").write_text(hashes, "utf-8")
        hashes = folder / "list.txt"
    out = io.StringIO()
    status = matching.run(
        files=[str(folder / name) for name in names],
        against=str(hashes),
        radius=radius,
        as_json=as_json,
        seconds=60,
        out=out,
        whole=whole,
    )
    return status, out.getvalue().splitlines()


def test_copies_are_found_with_their_distance_and_others_are_not(files: Path) -> None:
    listed = hash_lines(files / "scene.png")
    status, lines = matched(files, listed, "scene.png", "copy.jpg", "letterbox.png", "other.png")
    assert status == matching.FOUND
    columns = [line.split("\t") for line in lines]
    assert [Path(one[4]).name for one in columns] == ["scene.png", "copy.jpg", "letterbox.png"]
    assert [one[1:4] for one in columns] == [["100.0", "100.0", str(files / "scene.png")]] * 3
    assert columns[0][0] == "0"
    assert all(int(one[0]) <= 31 for one in columns)
    assert matched(files, listed, "other.png") == (0, [])


def test_borders_are_left_on_when_only_the_whole_is_asked_for(files: Path) -> None:
    listed = hash_lines(files / "scene.png")
    assert matched(files, listed, "letterbox.png", whole=True) == (0, [])
    assert matched(files, listed, "copy.jpg", whole=True)[0] == matching.FOUND


def test_a_part_of_a_video_is_found_with_both_shares(files: Path) -> None:
    first, *_ = whole = hash_lines(files / "pan.mp4").splitlines(keepends=True)
    assert len(whole) == 3
    good = [line for line in whole if int(line.split("\t")[1]) >= 50]
    status, lines = matched(files, "".join(whole), "pan.mp4", as_json=True)
    said = json.loads(lines[0])
    assert status == matching.FOUND
    assert said["matches"] == [
        {"item": str(files / "pan.mp4"), "distance": 0, "of_file": 100.0, "of_item": 100.0}
    ]
    assert said["compared"] == len(good)
    _, lines = matched(files, first, "pan.mp4", as_json=True, radius=0)
    part = json.loads(lines[0])["matches"][0]
    assert (part["of_item"], part["of_file"]) == (100.0, round(100 / len(good), 1))


def test_what_cannot_be_compared_is_a_line_and_the_status_even_beside_a_match(files: Path) -> None:
    listed = hash_lines(files / "scene.png")
    status, lines = matched(files, listed, "scene.png", "flat.png", "words.txt", "nowhere")
    assert status == hashing.SOME_FAILED
    assert [line.split("\t")[:2] for line in lines[1:]] == [
        ["error", "low_quality"],
        ["error", "unknown_format"],
        ["error", "file"],
    ]


def test_an_index_file_is_a_list_too(files: Path) -> None:
    hashed = np.frombuffer(look(pixels.Pixels(SCENE)).pdq.hash, np.uint8).reshape(1, 32)
    Index.build(hashed, np.array([4711])).write(files / "bank.index")
    status, lines = matched(files, files / "bank.index", "scene.png")
    assert (status, lines) == (matching.FOUND, [f"0\t100.0\t100.0\t4711\t{files / 'scene.png'}"])


def test_a_list_that_is_none_is_refused_in_one_sentence(files: Path) -> None:
    damaged = files / "damaged.index"
    Index.build(np.zeros((1, 32), np.uint8)).write(damaged)
    data = bytearray(damaged.read_bytes())
    data[5000] ^= 1
    damaged.write_bytes(data)
    for hashes in ("words.txt", "nowhere", "damaged.index"):
        done = subprocess.run(
            [RECOURSE, "match", files / "scene.png", "--against", files / hashes],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "there.is.none"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (65, "")
        assert done.stderr.startswith(f"recourse: {files / hashes}: ")
        assert done.stderr.endswith("[bad_list]\n")
        assert done.stderr.count("\n") == 1


def test_lines_that_are_left_out_are_said(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = hash_lines(files / "scene.png") + "0123\n" + hash_lines(files / "flat.png")
    assert matched(files, listed, "scene.png")[0] == matching.FOUND
    said = capsys.readouterr().err
    assert "1 entries are no PDQ hash" in said
    assert "1 hashes have a quality below 50" in said
