"""The same page in Debian's Firefox: the corpus has the server's hashes there too, and its own false pixels are caught."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import cast
from tests.device import corpus
from tests.device.firefox import Firefox, firefox

pytestmark = [pytest.mark.e2e, pytest.mark.db, pytest.mark.django_db(transaction=True)]
At = Callable[[str, str], str]

MADE = """const line = document.querySelector("#prints .made li");
return line.dataset.code ?? line.querySelector("input").value;"""


def on_the_step(browser: Firefox, at_: At) -> Firefox:
    """Answer the age and open the step of the report on which fingerprints are made."""
    browser.open(at_(cast.SURVIVORS, "/report/age_in_picture"))
    browser.press("input[value='18_or_over']")
    browser.press("#telling .btn:not(.quiet)")
    browser.open(at_(cast.SURVIVORS, "/report/fingerprints"))
    browser.find("[data-script]:not([hidden]) #files")
    return browser


def hashed(browser: Firefox, path: Path, file: bytes) -> str:
    """Choose a file, return what the page made of it (the line that is sent, or a refusal's code), and take it out."""
    path.write_bytes(file)
    browser.choose("#files", path)
    browser.find("#files:enabled")
    made: str = browser.says(MADE)
    browser.press("#prints [data-remove]")
    return made


@pytest.fixture
def page(tmp_path: Path, at: At) -> Iterator[Firefox]:
    with firefox(tmp_path / "profile") as browser:
        yield on_the_step(browser, at)


@pytest.fixture
def lying(tmp_path: Path, at: At) -> Iterator[Firefox]:
    """Firefox as Tor Browser sets it."""
    with firefox(tmp_path / "profile", **{"privacy.resistFingerprinting": True}) as browser:
        yield on_the_step(browser, at)


def parts(made: str) -> list[tuple[int, str, int]]:
    """The parts of a line that is sent: number, digits, quality."""
    found = [part.split("-") for part in made.split(".")[1:]]
    return [(int(position), value, int(quality)) for position, quality, value in found]


def test_every_kind_of_picture_has_the_hash_that_the_server_gives_it(page: Firefox, tmp_path: Path) -> None:
    wrong = {}
    for name, file in corpus.pictures():
        made = hashed(page, tmp_path / "file", file)
        value, quality = corpus.server(file)
        ours = [(position, its_quality) for position, _, its_quality in parts(made)]
        apart = [corpus.apart(its_value, value) for _, its_value, _ in parts(made)]
        if ours != [(0, quality)] or apart[0] > 2:
            wrong[name] = f"{made}, {apart} bits, server: {quality}"
    assert wrong == {}


TAGGED = {"x264-params": "colormatrix=smpte170m:colorprim=smpte170m:transfer=smpte170m"}
CLIPS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "h264 that says nothing of its colours": ("mp4", "libx264", {}),
    "h264 that says BT.601": ("mp4", "libx264", TAGGED),
    "h264 of 720 lines that says BT.601": ("mp4", "libx264", {"size": (1280, 720), "seconds": 2, **TAGGED}),
    "vp8": ("webm", "libvpx", {"deadline": "realtime", "cpu-used": 8}),
    "vp9": ("webm", "libvpx-vp9", {"deadline": "realtime", "cpu-used": 8}),
}


def test_videos_have_the_server_s_pictures_whatever_matrix_firefox_takes(
    page: Firefox, tmp_path: Path
) -> None:
    """Firefox gives no brightness plane, but RGB, by a matrix that it does not tell."""
    wrong = {}
    for name, (container, codec, options) in CLIPS.items():
        file = corpus.clip(container, codec, **options)
        made, frames = hashed(page, tmp_path / "file", file), corpus.server_frames(file)
        same = [number for number, _, _ in parts(made)] == [number for number, _, _ in frames]
        pairs = zip(parts(made), frames, strict=False)
        apart = [corpus.apart(one[1], two[1]) for one, two in pairs]
        if not same or max(apart) > 8:
            wrong[name] = f"{made[:60]}, {apart} bits"
    assert wrong == {}


def test_the_false_pixels_that_firefox_itself_can_give_are_caught(lying: Firefox, tmp_path: Path) -> None:
    picture = corpus.encoded(corpus.Image.fromarray(corpus.scene(200, 150, 2)), "PNG")
    assert hashed(lying, tmp_path / "file", picture) == "canvas_lies"
