"""Lists of hashes in every format that people have them in, and what is said about lines that are none."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.fingerprints import lists
from recourse.fingerprints.errors import BadHashesError

ONE, TWO, THREE = ("1" * 64, "2b" * 32, "3" * 64)


def rows(text: str) -> list[tuple[str, str]]:
    listed = lists.read(text)
    return [
        (bytes(hashed).hex(), listed.names[item])
        for hashed, item in zip(listed.hashes, listed.items, strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{ONE}\n\n{TWO.upper()}\r\n", [(ONE, ONE), (TWO, TWO)]),
        (f"# a comment\npdq {ONE}\npdq {TWO}\n", [(ONE, ONE), (TWO, TWO)]),
        (
            f"{ONE}\t80\tfilm.mp4\n{TWO}\t50\tfilm.mp4\nerror\tbroken_file\tx.jpg\n{THREE}\t99\ta\tb\n",
            [(ONE, "film.mp4"), (TWO, "film.mp4"), (THREE, "a\tb")],
        ),
        (f"\ufeffid,PDQ,quality\n7,{ONE},90\n8,{TWO},\n", [(ONE, "7"), (TWO, "8")]),
        (f"{ONE}\t80\ta,b\n", [(ONE, "a,b")]),
        (f"{ONE},x\n{TWO},y\n", [(ONE, ONE), (TWO, TWO)]),
        (json.dumps([{"pdq": ONE, "path": "a.jpg", "quality": 70}]), [(ONE, "a.jpg")]),
        (
            json.dumps(
                {"path": "v.mp4", "frames": [{"pdq": ONE, "quality": 90}, {"pdq": ONE, "quality": 90}]}
            )
            + "\n"
            + json.dumps({"path": "x", "error": "broken_file"})
            + "\n"
            + json.dumps({"pdq": TWO, "quality": 100, "path": "b.jpg"}),
            [(ONE, "v.mp4"), (ONE, "v.mp4"), (TWO, "b.jpg")],
        ),
    ],
)
def test_each_format_is_read(text: str, expected: list[tuple[str, str]]) -> None:
    assert rows(text) == expected


def record(hashed: str, state: str, kind: str = "ImagePDQ") -> dict[str, object]:
    return {"lastModtimestamp": 1, "signalType": kind, "hashValue": hashed, "hashStatus": state}


def test_a_withdrawn_record_takes_the_hash_back_and_a_later_one_brings_it_again() -> None:
    pages = [
        {
            "count": 2,
            "hashRecords": [
                record(ONE, "Active"),
                record(TWO, "Active"),
                record("0" * 32, "Active", "VideoMD5"),
            ],
        },
        {
            "count": 2,
            "hashRecords": [record(ONE, "Withdrawn"), record(TWO, "Deleted"), record(TWO, "Active")],
        },
    ]
    assert rows("\n".join(map(json.dumps, pages))) == [(TWO, TWO)]
    assert lists.read(json.dumps(pages[1]["hashRecords"])).left_out == 0


def test_what_is_no_hash_is_counted_and_flat_hashes_are_not_compared() -> None:
    listed = lists.read(f"{ONE}\n{'0' * 32}\n{TWO}\t49\tflat.jpg\nnonsense\n")
    assert (len(listed.hashes), listed.flat, listed.left_out, listed.first_left_out) == (1, 1, 2, 2)


@pytest.mark.parametrize(
    "text", ["", "\n", "no hash\n", "{}", "[]", "a,b\n1,2\n", "null,", ",", "[" * 100_000, "a," * 100_000]
)
def test_a_list_without_a_hash_is_refused(text: str) -> None:
    with pytest.raises(BadHashesError):
        lists.read(text)


@given(st.text() | st.text('{}[]",:\t\n0123456789abcdef', max_size=400))
def test_whatever_stands_in_a_list_it_is_read_or_refused(text: str) -> None:
    try:
        listed = lists.read(text)
    except BadHashesError:
        return
    assert len(listed.hashes) == len(listed.items)
