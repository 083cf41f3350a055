"""`recourse scan`: every file one line, whatever the folder holds, whoever kills it, and only under its own terms."""

from __future__ import annotations

import fcntl
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recourse.operations import hashing, matching
from recourse.operations.scanning import command, report, sources
from recourse.operations.scanning.errors import BadSourceError, OtherScanError, ScanRunsError
from recourse.operations.scanning.plan import Terms
from recourse.operations.scanning.progress import Progress, time_left
from tests.fingerprints.clips import clip
from tests.fingerprints.scenes import landscape, packed

RECOURSE = Path(sys.executable).with_name("recourse")
SCENES = [packed(landscape(160, 120, seed), "PNG") for seed in range(4)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for number in range(12):
        path = tmp_path / "in" / f"{number % 3}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(SCENES[number % 4])
    return tmp_path


def scan(source: str | Path = "in", **options: Any) -> tuple[int, list[dict[str, Any]], str]:
    said = io.StringIO()
    told = {
        "against": None,
        "radius": 31,
        "out": "out.jsonl",
        "zeros": False,
        "workers": 2,
        "together": 64,
        "whole": False,
        "ray": None,
        "seconds": 60,
    }
    status = command.run(source=str(source), said=said, **(told | options))
    return status, lines(Path(options.get("out", "out.jsonl"))), said.getvalue()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def bomb() -> bytes:
    """A PNG of 144 million pixels, which it really holds, in half a megabyte."""
    side = 12_000

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return len(data).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)

    head = side.to_bytes(4) + side.to_bytes(4) + b"\x08\x02\0\0\0"
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + 3 * side)) for _ in range(side)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_every_file_has_the_line_that_hash_prints(folder: Path) -> None:
    status, (head, *found), said = scan()
    out = io.StringIO()
    paths = sorted(one["path"] for one in found)
    hashing.run(paths, as_json=True, seconds=60, out=out)
    assert paths == sorted(f"in/{n % 3}/{n}.png" for n in range(12))
    assert sorted(map(json.dumps, found)) == sorted(out.getvalue().splitlines())
    assert (status, head["source"], head["against"]) == (0, "in", None)
    assert said == "recourse: 12 files: 12 hashed, 0 not; 0 match\n"
    assert Path("out.jsonl").stat().st_mode & 0o777 == 0o600


def test_again_it_does_only_what_is_new(folder: Path) -> None:
    scan()
    before = Path("out.jsonl").read_bytes()
    (folder / "in" / "new.png").write_bytes(SCENES[0])
    _, found, said = scan()
    assert Path("out.jsonl").read_bytes().startswith(before)
    assert [one["path"] for one in found[13:]] == ["in/new.png"]
    assert said == "recourse: 13 files (12 of them before): 13 hashed, 0 not; 0 match\n"


def test_matches_stand_in_the_report_and_in_the_status(folder: Path) -> None:
    Path("list.txt").write_text(f"{json.dumps(scan()[1][1])}\n", "utf-8")
    status, found, said = scan(against="list.txt", out="matched.jsonl")
    name = lines(Path("out.jsonl"))[1]["path"]
    kind = int(Path(name).stem) % 4
    for one in found[1:]:
        same = int(Path(one["path"]).stem) % 4 == kind
        expected = [{"item": name, "distance": 0, "of_file": 100.0, "of_item": 100.0}] if same else []
        assert (one["compared"], one["matches"]) == (1, expected)
    assert status == matching.FOUND
    assert said.endswith("12 hashed, 0 not; 3 match\n")


def test_framed_copies_are_found_unless_only_whole_pictures_are_compared(folder: Path) -> None:
    Path("list.txt").write_text("\n".join(json.dumps(one) for one in scan()[1]), "utf-8")
    (folder / "in" / "film.mp4").write_bytes(clip("mp4", "libx264", letterbox=20).getvalue())
    (folder / "in" / "framed.png").write_bytes(
        packed(np.pad(landscape(160, 120, 0), ((20, 20), (9, 9), (0, 0))), "PNG")
    )
    for whole, expected in ((False, True), (True, False)):
        _, found, _ = scan(against="list.txt", out=f"{whole}.jsonl", whole=whole)
        lines_of = {one.get("path"): one for one in found}
        assert bool(lines_of["in/framed.png"]["matches"]) is expected
        assert ("inner" in lines_of["in/framed.png"]) is expected
        assert all(("inner" in frame) is expected for frame in lines_of["in/film.mp4"]["frames"])


def test_what_cannot_be_hashed_is_a_line_and_the_rest_goes_on(folder: Path) -> None:
    (folder / "in" / "bomb.png").write_bytes(bomb())
    (folder / "in" / "cut.jpg").write_bytes(packed(landscape(160, 120, 1), "JPEG")[:900])
    (folder / "in" / "empty").write_bytes(b"")
    _, found, said = scan()
    errors = {one["path"]: one["error"] for one in found if "error" in one}
    assert errors == {"in/bomb.png": "too_large", "in/cut.jpg": "broken_file", "in/empty": "unknown_format"}
    assert said.endswith("15 files: 12 hashed, 3 not; 0 match\n")


def test_a_folder_of_oddities_is_walked_to_its_end(folder: Path) -> None:
    inside = folder / "in"
    os.mkfifo(inside / "pipe")
    (inside / "loop").symlink_to(inside)
    (inside / "link.png").symlink_to(inside / "0" / "0.png")
    (inside / "dangling").symlink_to("nowhere")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("in/socket")
        odd = [b"\xff\xfe.png", b"a\nb\tc.png", "사진.png".encode(), b'"\\.png']
        for name in odd:
            Path(os.fsdecode(os.fsencode(inside) + b"/" + name)).write_bytes(SCENES[0])
        _, found, _ = scan()
    names = {os.fsencode(one["path"]) for one in found[1:]}
    assert names == {b"in/" + name for name in odd} | {f"in/{n % 3}/{n}.png".encode() for n in range(12)}
    assert all("error" not in one for one in found[1:])
    assert len(scan()[1]) == len(found), "names that are no text are known again"


def test_folders_and_files_that_vanish_or_refuse_are_lines(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    def scandir(path: str) -> Any:
        if path == "in/1":
            raise PermissionError(13, "Permission denied", path)
        if path == "in/2":
            (folder / "in" / "0" / "0.png").unlink(missing_ok=True)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    listed = list(sources.Folder("in", "out.jsonl").names())
    assert [one.refused for one in listed if one.path == "in/1"] == [
        {"error": "folder", "sentence": "Permission denied"}
    ]
    Path("names").write_text("in/0/0.png\nin/0/3.png\n", "utf-8")
    _, found, _ = scan("names")
    assert {one["path"]: one.get("error") for one in found[1:]} == {"in/0/0.png": "file", "in/0/3.png": None}


def test_the_report_is_no_part_of_what_is_scanned(folder: Path) -> None:
    _, found, _ = scan("in", out="in/out.jsonl")
    assert len(found) == 13
    assert len(scan("in", out="in/out.jsonl")[1]) == 13


@pytest.mark.parametrize(("zeros", "end"), [(False, b"\n"), (True, b"\0")])
def test_a_list_names_files_and_each_counts_once(folder: Path, *, zeros: bool, end: bytes) -> None:
    names = [b"in/0/0.png", b"in/1/1.png", b"in/0/0.png", b"", b"nowhere"]
    Path("names").write_bytes(end.join(names))
    _, found, _ = scan("names", zeros=zeros)
    assert {one["path"]: one.get("error") for one in found[1:]} == {
        "in/0/0.png": None,
        "in/1/1.png": None,
        "nowhere": "file",
    }
    assert len(found) == 4


def test_a_list_comes_through_standard_input(folder: Path) -> None:
    done = subprocess.run(
        [RECOURSE, "scan", "-", "--zeros", "--out", "out.jsonl"],
        input=b"in/0/0.png\0in/1/1.png\0",
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "there.is.none"},
        capture_output=True,
        check=True,
    )
    assert done.stderr == b"recourse: 2 files: 2 hashed, 0 not; 0 match\n"
    assert {one["path"] for one in lines(Path("out.jsonl"))[1:]} == {"in/0/0.png", "in/1/1.png"}


def test_what_is_no_source_is_refused(folder: Path) -> None:
    for source, said in (("nowhere", "No such file"), ("in/0/0.png", "is no list of names")):
        with pytest.raises(BadSourceError, match=said):
            scan(source, out="other.jsonl")


def change_source(_: Path) -> dict[str, Any]:
    return {"source": "in/0"}


def change_seconds(_: Path) -> dict[str, Any]:
    return {"seconds": 61}


def change_list(path: Path) -> dict[str, Any]:
    (path / "list.txt").write_text(f"{'2' * 64}\n{'3' * 64}\n", "utf-8")
    return {}


def change_radius(_: Path) -> dict[str, Any]:
    return {"radius": 30}


def no_list(_: Path) -> dict[str, Any]:
    return {"against": None}


def change_borders(_: Path) -> dict[str, Any]:
    return {"whole": True}


@pytest.mark.parametrize(
    "change", [change_borders, change_source, change_seconds, change_list, change_radius, no_list]
)
def test_a_report_goes_on_only_under_its_own_terms(
    folder: Path, change: Callable[[Path], dict[str, Any]]
) -> None:
    Path("list.txt").write_text("2" * 64, "utf-8")
    scan(against="list.txt")
    before = Path("out.jsonl").read_bytes()
    with pytest.raises(OtherScanError):
        scan(**({"against": "list.txt"} | change(folder)))
    assert Path("out.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    "text", [b"a diary without an end", b"{}\n", b'{"scan": 1}\n', b"\xff\n", b'["path"]\n'], ids=range(5)
)
def test_a_file_that_is_no_report_is_left_as_it_is(folder: Path, text: bytes) -> None:
    Path("out.jsonl").write_bytes(text)
    with pytest.raises(OtherScanError):
        scan()
    assert Path("out.jsonl").read_bytes() == text


def test_a_damaged_line_inside_is_refused_and_one_without_an_end_is_cut_off(folder: Path) -> None:
    _, whole, _ = scan()
    data = Path("out.jsonl").read_bytes()
    for cut in (1, 7, len(data) // 2, len(data) - 1):
        Path("out.jsonl").write_bytes(data[:cut])
        _, found, _ = scan()
        assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, whole))
    Path("out.jsonl").write_bytes(data.replace(b'"path"', b'"hpat"', 3))
    with pytest.raises(OtherScanError):
        scan()


def test_two_scans_do_not_write_one_report(folder: Path) -> None:
    terms = Terms("in", str(folder), 60)
    first = report.Report("out.jsonl", terms)
    with pytest.raises(ScanRunsError):
        report.Report("out.jsonl", terms)
    first.close()
    report.Report("out.jsonl", terms).close()
    with Path("out.jsonl").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.crash
def test_killed_at_any_moment_it_goes_on_and_doubles_nothing(folder: Path) -> None:
    for number in range(1200):
        os.link(folder / "in" / "0" / f"{number % 4 * 3}.png", folder / "in" / f"more-{number}.png")
    out, kills = Path("out.jsonl"), 0
    for turn in range(5):
        before = out.stat().st_size if out.exists() else 0
        running = subprocess.Popen(
            [RECOURSE, "scan", "in", "--out", "out.jsonl"], stderr=subprocess.DEVNULL, start_new_session=True
        )
        while running.poll() is None:
            if out.exists() and out.stat().st_size > before + 5_003 * turn:
                running.send_signal(signal.SIGKILL)
                kills += 1
                break
            time.sleep(0.002)
        running.wait(600)
    _, found, _ = scan(seconds=hashing.SECONDS)
    paths = [one["path"] for one in found[1:]]
    assert len(paths) == len(set(paths)) == 1212
    assert all("error" not in one for one in found[1:])
    assert kills, "it was over before it could be killed"


def test_interrupted_it_ends_at_once_and_says_so(folder: Path) -> None:
    running = subprocess.Popen(
        ["env", "--default-signal=INT", RECOURSE, "scan", "-", "--out", "out.jsonl"],  # whoever started us
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    while not Path("out.jsonl").exists() or not Path("out.jsonl").stat().st_size:
        time.sleep(0.05)
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=600)
    assert running.returncode == 130
    assert said == b"recourse: interrupted [interrupted]\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_stands_on_a_terminal_and_nowhere_else() -> None:
    now = [100.0]
    out = Terminal()
    bar = Progress(out, 10, None, clock=lambda: now[0])
    for _ in range(30):
        now[0] += 1
        bar.step()
    assert bar.text() == "40 files, 1.0 a second"
    bar._total = 100
    assert bar.text() == f"[{'#' * 12}{'.' * 18}] 40 of 100 files, 1.0 a second, 1:00 left"
    bar.end()
    assert out.getvalue().endswith("\r\x1b[K")
    quiet = io.StringIO()
    silent = Progress(quiet, 0, lambda: 5, clock=lambda: now[0])
    now[0] += 9
    silent.step()
    silent.end()
    assert quiet.getvalue() == ""


def test_what_there_is_to_do_is_counted_beside() -> None:
    bar = Progress(Terminal(), 0, lambda: 7)
    for _ in range(500):
        if bar._total:
            break
        time.sleep(0.01)
    bar.step()
    assert "1 of 7 files" in bar.text()


@pytest.mark.parametrize(("seconds", "text"), [(7, "0:07"), (750, "12:30"), (11_100, "3:05:00")])
def test_time_left(seconds: float, text: str) -> None:
    assert time_left(seconds) == text
