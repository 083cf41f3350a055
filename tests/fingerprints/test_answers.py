"""A decoder that was taken over answers what it likes; what is read of it is fingerprints, or an error of ours."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from recourse.fingerprints import answers, tasks
from recourse.fingerprints.errors import UnreadableFileError
from tests.fingerprints.clips import clip
from tests.fingerprints.scenes import landscape, packed

PDQ = {"pdq": "0" * 64, "quality": 100}


@pytest.mark.parametrize(
    "data",
    [packed(landscape(160, 120, 1), "PNG"), clip("mp4", "libx264").getvalue(), b"no picture", b""],
    ids=["picture", "video", "words", "empty"],
)
@pytest.mark.parametrize("task", sorted(tasks.FILE_TASKS))
def test_what_a_task_answers_is_read(task: str, data: bytes) -> None:
    answer = tasks.FILE_TASKS[task](io.BytesIO(data))
    assert answers.read(answer) == json.loads(answer)


def test_every_refusal_is_read() -> None:
    for kind in UnreadableFileError.__subclasses__():
        assert answers.read(json.dumps({"error": kind.code}).encode()) == {"error": kind.code}


@pytest.mark.parametrize(
    "told",
    [
        [],
        None,
        "picture",
        {},
        {"error": "no such code"},
        {"error": ["broken_file"]},
        {"error": "broken_file", "path": "another"},
        {"error": "broken_file", **PDQ},
        {**PDQ, "path": "another"},
        {**PDQ, "matches": []},
        {**PDQ, "quality": 101},
        {**PDQ, "quality": True},
        {**PDQ, "quality": "100"},
        {**PDQ, "pdq": "0" * 63},
        {**PDQ, "pdq": "0" * 64 + "\n"},
        {**PDQ, "pdq": "٣" * 64},
        {**PDQ, "inner": None},
        {**PDQ, "inner": {"pdq": 0, "quality": 0}},
        {"frames": PDQ},
        {"frames": None},
        {**PDQ, "size": [[1]]},
        {**PDQ, "inner": {**PDQ, "size": 1}},
        {**PDQ, "rate": float("nan")},
        {"frames": [{**PDQ, "path": "another"}]},
        {"frames": [{**PDQ, "seconds": float("inf")}]},
        {"frames": [], "format": {}},
        {"frames": [[]]},
        {"frames": [{**PDQ, "inner": "0" * 64}]},
    ],
    ids=repr,
)
def test_anything_else_is_refused(told: Any) -> None:
    with pytest.raises(ValueError, match=r"no answer|NaN|Infinity"):
        answers.read(json.dumps(told).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a":' * 100_000], ids=range(5))
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        answers.read(data)
