"""Files that share a process have the lines that they would have alone, whatever is among them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from recourse.base.core import sandbox_series
from recourse.base.core.sandbox import SandboxRefusedError, SandboxUnavailableError
from recourse.operations import hashing
from recourse.operations.scanning.workers import Hasher, Way, in_threads
from tests.fingerprints.clips import clip
from tests.fingerprints.scenes import landscape, packed

KINDS = {
    **{f"{seed}.png": packed(landscape(160, 120, seed), "PNG") for seed in range(3)},
    "wide.jpg": packed(landscape(900, 200, 5), "JPEG"),
    "pan.mp4": clip("mp4", "libx264").getvalue(),
    "cut.jpg": packed(landscape(160, 120, 1), "JPEG")[:900],
    "broken.mp4": clip("mp4", "libx264").getvalue()[:2000],
    "words.txt": b"no picture",
    "empty": b"",
}


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    made = []
    for number in range(60):
        name = sorted(KINDS)[number % len(KINDS)]
        path = tmp_path / f"{number}-{name}"
        path.write_bytes(KINDS[name])
        made.append(str(path))
    random.Random(4).shuffle(made)
    return [*made, str(tmp_path / "nowhere"), str(tmp_path)]


def hashed(paths: list[str], together: int, task: str = "query") -> dict[str, dict[str, Any]]:
    return dict(in_threads(Hasher(Way(60, task, together)), iter(paths), 2))


@pytest.mark.parametrize("task", ["hash", "query"])
def test_together_or_alone_a_file_has_the_same_line(paths: list[str], task: str) -> None:
    alone = hashed(paths, 1, task)
    assert {found.get("error") for found in alone.values()} == {None, "broken_file", "unknown_format", "file"}
    assert hashed(paths, 64, task) == alone
    assert hashed(paths, 3, task) == alone


def test_a_shared_process_that_fails_or_refuses_costs_no_file_its_line(
    paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, chance, failed = sandbox_series.Series.run, random.Random(7), [0]

    def run(self: sandbox_series.Series, file: int) -> bytes:
        answer = real(self, file)
        choice = chance.randrange(5)
        failed[0] += choice < 4
        if choice == 0:
            raise SandboxRefusedError("hash: died")
        return [b"", b'{"error": "broken_file"}', b'{"path": "another"}', b"[]", answer][choice]

    alone = hashed(paths, 1)
    monkeypatch.setattr(sandbox_series.Series, "run", run)
    assert hashed(paths, 64) == alone
    assert failed[0] > 20


def test_a_file_that_takes_too_long_is_not_begun_again(
    paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*_: object) -> dict[str, Any]:
        raise AssertionError("it was begun again")

    monkeypatch.setattr(hashing, "opened", opened)
    monkeypatch.setattr(sandbox_series._Child, "_read", late(sandbox_series._Child._read))
    (found,) = hashed(paths[:1], 64).values()
    assert found["error"] == "sandbox_timeout"


def late(real: Any) -> Any:
    def read(self: Any, count: int, ends_at: float) -> bytes:
        return bytes(real(self, count, 0.0 if self.files else ends_at))

    return read


def test_a_scan_that_is_given_up_starts_no_sandbox_again(paths: list[str]) -> None:
    hasher = Hasher(Way(60))
    answers = in_threads(hasher, iter(paths), 2)
    next(answers)
    answers.close()
    with pytest.raises(SandboxUnavailableError):
        hasher(paths[0])
