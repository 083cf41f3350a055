"""The reply token: round trip in any case, and nobody but us can make one."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recourse.work.notices.domain import looks_like_token, make_token, parse_token
from recourse.work.notices.domain.token import MAX_LOCAL_PART, RANDOM_BITS

KEY = b"k" * 32
RANDOM = st.binary(min_size=RANDOM_BITS // 8, max_size=RANDOM_BITS // 8)
# RFC 5321 atoms without quoting: what every mail server passes on unchanged.
SAFE = re.compile(r"[a-z0-9-]+")


@given(key=st.binary(min_size=32, max_size=32), random=RANDOM)
def test_a_token_is_read_back_in_any_case(key: bytes, random: bytes) -> None:
    token = make_token(key, random)
    assert parse_token(key, token.text) == token
    assert parse_token(key, token.text.upper()) == token
    assert parse_token(key, token.text.swapcase()) == token
    assert looks_like_token(token.text)


@given(random=RANDOM)
def test_it_fits_into_a_local_part(random: bytes) -> None:
    text = make_token(KEY, random).text
    assert len(text) <= MAX_LOCAL_PART
    assert SAFE.fullmatch(text)
    assert RANDOM_BITS >= 80


@given(random=RANDOM, other=st.binary(min_size=32, max_size=32))
def test_another_key_reads_nothing(random: bytes, other: bytes) -> None:
    if other != KEY:
        assert parse_token(KEY, make_token(other, random).text) is None


@given(random=RANDOM, data=st.data())
def test_one_changed_character_reads_nothing_or_the_same(random: bytes, data: st.DataObject) -> None:
    text = make_token(KEY, random).text
    place = data.draw(st.integers(0, len(text) - 1))
    put = data.draw(st.sampled_from("0123456789abcdefghijklmnopqrstuvwxyz-"))
    changed = text[:place] + put + text[place + 1 :]
    found = parse_token(KEY, changed)
    # i, l and o are read as 1, 1 and 0, as a person copying from paper would mean them.
    assert found is None or found.text == text


@given(text=st.text(max_size=200))
@example("r-" + "0" * 24 + "-" + "0" * 16)
@example("r-" + "z" * 24 + "-" + "z" * 16)
@example("R-" + "\u0660" * 24 + "-" + "0" * 16)
def test_what_we_did_not_make_is_nothing(text: str) -> None:
    assert parse_token(KEY, text) is None


@given(text=st.text(max_size=200))
def test_the_wide_net_never_raises_and_never_passes_what_is_too_long(text: str) -> None:
    assert not looks_like_token(text) or len(text) <= MAX_LOCAL_PART


def test_a_forged_token_still_looks_like_one_so_that_a_person_sees_it() -> None:
    assert looks_like_token("r-" + "a" * 24 + "-" + "b" * 16)
    assert not looks_like_token("removal")
    assert not looks_like_token("r-short-x")


def test_too_little_randomness_is_refused() -> None:
    with pytest.raises(ValueError, match="random"):
        make_token(KEY, b"short")
