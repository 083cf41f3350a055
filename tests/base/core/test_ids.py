"""Ids and the base 32 that survives being read aloud."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.base.core import ids


@given(st.binary(max_size=40))
def test_what_is_written_is_read_back(raw: bytes) -> None:
    text = ids.to_base32(raw)
    assert ids.from_base32(text) == raw
    assert set(text) <= set(ids.ALPHABET)


@given(st.binary(min_size=1, max_size=20), st.data())
def test_case_hyphens_spaces_and_look_alikes_do_not_matter(raw: bytes, data: st.DataObject) -> None:
    typed = ""
    for digit in ids.to_base32(raw):
        alike = {"0": "0Oo", "1": "1IiLl"}.get(digit, digit + digit.lower())
        typed += data.draw(st.sampled_from(alike)) + data.draw(st.sampled_from(["", "-", " "]))
    assert ids.from_base32(typed) == raw


@given(st.binary(min_size=1, max_size=20), st.data())
def test_one_wrong_digit_never_reads_as_the_same(raw: bytes, data: st.DataObject) -> None:
    text = ids.to_base32(raw)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(ids.ALPHABET.replace(text[place], "")))
    changed = text[:place] + other + text[place + 1 :]
    with suppress(ValueError):
        assert ids.from_base32(changed) != raw


@given(st.text(max_size=30))
def test_no_text_raises_anything_but_value_error(text: str) -> None:
    try:
        raw = ids.from_base32(text)
    except ValueError:
        return
    assert ids.from_base32(ids.to_base32(raw)) == raw


@pytest.mark.parametrize("text", ["U", "0", "000", "!", "ZZ", "é"])
def test_what_cannot_be_whole_bytes_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        ids.from_base32(text)


def test_an_id_tells_no_time_and_no_order() -> None:
    made = [ids.new_id() for _ in range(200)]
    assert {one.version for one in made} == {4}
    assert len(set(made)) == 200
    assert made != sorted(made)


@given(st.integers(min_value=1, max_value=600))
def test_random_bytes_hold_at_least_the_bits_asked(bits: int) -> None:
    assert len(ids.random_bytes(bits)) * 8 >= bits
