"""`recourse hash`: a line for each file, whatever the file is, and no process of ours that decodes outside the sandbox."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from recourse.base.core.sandbox import SandboxRefusedError, SandboxTimeoutError, ZygoteSandbox
from recourse.fingerprints import pixels
from recourse.fingerprints.pdq.hashing import look
from recourse.operations import hashing
from tests.fingerprints.clips import clip
from tests.fingerprints.scenes import landscape, packed

RECOURSE = Path(sys.executable).with_name("recourse")
SCENE = landscape(160, 120, 7)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ZygoteSandbox]:
    running = ZygoteSandbox(hashing.KIT)
    running.start()
    yield running
    running.close()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {
        "scene.png": packed(SCENE, "PNG"),
        "pan.mp4": clip("mp4", "libx264").getvalue(),
        "words.txt": b"no picture",
        "cut.jpg": packed(SCENE, "JPEG")[:900],
        "empty.jpg": b"",
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return {name: tmp_path / name for name in made}


def printed(paths: list[Path], *, as_json: bool = False) -> tuple[int, list[str]]:
    out = io.StringIO()
    status = hashing.run([str(path) for path in paths], as_json=as_json, seconds=60, out=out)
    return status, out.getvalue().splitlines()


def test_the_command_prints_hash_quality_and_path_and_starts_no_django(files: dict[str, Path]) -> None:
    done = subprocess.run(
        [RECOURSE, "hash", files["scene.png"]],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "there.is.none",
            "RECOURSE_CONFIG": "/nowhere/recourse.toml",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    expected = look(pixels.Pixels(SCENE)).pdq
    assert done.stdout == f"{expected.hex()}\t{expected.quality}\t{files['scene.png']}\n"
    assert done.stderr == ""


def test_what_cannot_be_hashed_is_a_line_and_the_exit_status(files: dict[str, Path], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    nowhere = tmp_path / "nowhere.jpg"
    wrong = [files["words.txt"], files["cut.jpg"], files["empty.jpg"], tmp_path, tmp_path / "pipe", nowhere]
    status, lines = printed([*wrong, files["scene.png"]])
    assert status == hashing.SOME_FAILED
    codes = ["unknown_format", "broken_file", "unknown_format", "file", "file", "file"]
    assert lines[:-1] == [f"error\t{code}\t{path}" for code, path in zip(codes, wrong, strict=True)]
    assert lines[-1].endswith(f"\t{files['scene.png']}"), "the others are hashed all the same"


def test_json_lines_say_everything(files: dict[str, Path]) -> None:
    status, lines = printed([files["scene.png"], files["pan.mp4"], files["words.txt"]], as_json=True)
    picture, video, words = map(json.loads, lines)
    data = files["scene.png"].read_bytes()
    assert status == hashing.SOME_FAILED
    assert picture == {
        "path": str(files["scene.png"]),
        "kind": "picture",
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
        "format": "PNG",
        "width": 160,
        "height": 120,
        "pdq": look(pixels.Pixels(SCENE)).pdq.hex(),
        "quality": look(pixels.Pixels(SCENE)).pdq.quality,
    }
    assert video["sha256"] == hashlib.sha256(files["pan.mp4"].read_bytes()).hexdigest()
    assert (video["kind"], video["rate"], video["format"]) == ("video", 10.0, "mov")
    assert [(frame["frame"], frame["seconds"]) for frame in video["frames"]] == [(0, 0), (10, 1), (20, 2)]
    assert set(words) == {"path", "error", "sentence"}
    assert words["error"] == "unknown_format"


def test_a_video_has_a_line_for_each_hashed_frame(files: dict[str, Path]) -> None:
    status, lines = printed([files["pan.mp4"]])
    assert status == 0
    assert [line.split("\t")[2] for line in lines] == [str(files["pan.mp4"])] * 3
    assert len({line.split("\t")[0] for line in lines}) == 3


def test_a_name_with_line_breaks_stays_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a\nb\tc.png"
    path.write_bytes(packed(SCENE, "PNG"))
    _, lines = printed([path])
    assert len(lines) == 1
    assert lines[0].endswith("a\\x0ab\\x09c.png")


def test_a_name_that_is_no_text_is_printed_as_it_is(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff\xfe.png"
    Path(os.fsdecode(path)).write_bytes(packed(SCENE, "PNG"))
    done = subprocess.run([RECOURSE, "hash", path], capture_output=True, check=True)
    assert done.stdout.rstrip(b"\n").endswith(path)


def test_a_file_task_reads_the_file_and_no_other(sandbox: ZygoteSandbox, files: dict[str, Path]) -> None:
    with files["scene.png"].open("rb") as file:
        found = json.loads(sandbox.run_file("hash", file.fileno(), seconds=20))
        assert found["kind"] == "picture"
        with pytest.raises(SandboxRefusedError):
            sandbox.run_file("no such task", file.fileno(), seconds=5)
    with pytest.raises(SandboxRefusedError):
        sandbox.run("hash", b"bytes are no file")


def test_a_file_that_takes_too_long_is_given_up(sandbox: ZygoteSandbox, tmp_path: Path) -> None:
    path = tmp_path / "long.avi"
    path.write_bytes(clip("avi", "mjpeg", pixels="yuvj420p", rate=1, count=4000).getvalue())
    with path.open("rb") as file, pytest.raises(SandboxTimeoutError):
        sandbox.run_file("hash", file.fileno(), seconds=0.05)
    assert hashing.fingerprints(sandbox, str(path), 60)["kind"] == "video", "the sandbox lives on"


def test_each_picture_and_video_format_is_read_inside_the_walls(
    sandbox: ZygoteSandbox, tmp_path: Path
) -> None:
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "AVIF"):
        path = tmp_path / kind
        path.write_bytes(packed(landscape(2000, 1500, 3), kind))
        assert hashing.fingerprints(sandbox, str(path), 60)["format"] == kind
    for number, (container, codec) in enumerate(
        [("mp4", "libx265"), ("webm", "libvpx-vp9"), ("mp4", "libsvtav1")]
    ):
        path = tmp_path / str(number)
        options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
        path.write_bytes(clip(container, codec, options=options).getvalue())
        assert len(hashing.fingerprints(sandbox, str(path), 60)["frames"]) == 3
