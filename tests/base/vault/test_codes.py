"""Case codes: random, one spelling, readable aloud, and nothing typed can break the reader."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.base.core import ids
from recourse.base.vault import domain
from recourse.base.vault.domain import BadCaseCodeError, new_case_code, normalise_case_code

codes = st.binary(min_size=15, max_size=15).map(lambda raw: domain._grouped(ids.to_base32(raw)))


def test_a_code_has_at_least_100_random_bits_in_six_groups() -> None:
    seen = {new_case_code() for _ in range(2000)}
    assert len(seen) == 2000
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}", code) for code in seen)
    assert domain.CODE_BITS >= 100
    for place in [p for p in range(29) if p % 5 != 4]:  # every place takes every character: none is fixed
        assert len({code[place] for code in seen}) == 32


@given(
    codes,
    st.lists(
        st.sampled_from(["-", " ", "\u2013", "\u2014", "\u2011", ".", "_", "\t", "\u200b", "\u00a0", ""]),
        max_size=30,
    ),
    st.data(),
)
def test_normalising_undoes_what_people_do_to_a_code(
    code: str, noise: list[str], data: st.DataObject
) -> None:
    typed = []
    for character in code.replace("-", ""):
        written = data.draw(
            st.sampled_from([character, character.lower(), _wide(character), _confused(character)])
        )
        typed += [written, noise.pop() if noise else ""]
    assert normalise_case_code("".join(typed)) == code
    assert normalise_case_code(code) == code


@given(st.text(max_size=400))
def test_anything_typed_is_a_code_or_a_clear_refusal(text: str) -> None:
    try:
        code = normalise_case_code(text)
    except BadCaseCodeError as error:
        refused = error
    else:
        assert re.fullmatch(r"([0-9A-Z]{4}-){5}[0-9A-Z]{4}", code)
        return
    assert refused.code == "bad_case_code"
    assert re.fullmatch(r"\d+ characters", refused.detail)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7KM4-QX2T-9HWD-E3RP-V6NA-5CJ",  # one short
        "7KM4-QX2T-9HWD-E3RP-V6NA-5CJYY",  # one long
        "7KM4-QX2T-9HWD-E3RP-V6NA-5CJU",  # U is not of the alphabet
        "7KM4-QX2T-9HWD-E3RP-V6NA-5CJ٣",  # a digit of another script
        "7KM4-QX2T-9HWD-E3RP-V6NA-5CJY" + " " * 1_000_000,
        "\0" * 24,
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(BadCaseCodeError):
        normalise_case_code(text)


def _wide(character: str) -> str:
    return chr(ord(character) + 0xFEE0)


def _confused(character: str) -> str:
    return {"0": "o", "1": "l"}.get(character, character)
