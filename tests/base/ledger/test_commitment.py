"""Leaves say nothing, openings say what was chosen, and neither can be made to fit something else."""

from __future__ import annotations

import hashlib
import hmac
import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.base.core.errors import BadInputError, TooLongError
from recourse.base.ledger import commitment

ENTRY = UUID("11111111-2222-4333-8444-555555555555")
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
FACTS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=8)


def test_the_construction_byte_by_byte() -> None:
    facts, salts = {"kind": "notice", "day": "2026-03-02"}, {"kind": bytes(32), "day": b"\x01" * 32}
    root = b"recourse/record/v1\x00"
    for name in ("day", "kind"):
        message = (
            b"recourse/commit/v1\x00" + f"{ENTRY}/{name}".encode() + b"\x00" + f'"{facts[name]}"'.encode()
        )
        root += bytes([len(name)]) + name.encode() + hmac.new(salts[name], message, "sha256").digest()
    expected = b"\x01" + hashlib.sha256(hashlib.sha256(root).digest()).digest()
    assert commitment.leaf_for(ENTRY, facts, salts) == expected


@given(FACTS)
def test_equal_facts_give_leaves_of_equal_size_that_have_nothing_in_common(facts: dict[str, str]) -> None:
    one, two = (commitment.leaf_for(ENTRY, facts, commitment.new_salts(facts)) for _ in range(2))
    assert len(one) == len(two) == commitment.LEAF_BYTES
    assert one != two


@given(FACTS, st.data())
def test_an_opening_shows_what_was_chosen_and_leads_to_the_leaf(
    facts: dict[str, str], data: st.DataObject
) -> None:
    salts = commitment.new_salts(facts)
    names = data.draw(st.sets(st.sampled_from(sorted(facts))))
    opening = commitment.open_fields(ENTRY, facts, salts, names)
    assert set(opening.shown) == names
    written = opening.to_json()
    read = commitment.opening_from_json(written)
    assert read == opening
    assert read.leaf == commitment.leaf_for(ENTRY, facts, salts)
    withheld = {salts[name].hex() for name in facts if name not in names}
    assert not any(salt in written for salt in withheld)


@given(FACTS, VALUES, st.data())
def test_an_opening_with_another_value_leads_elsewhere(
    facts: dict[str, str], other: str, data: st.DataObject
) -> None:
    salts = commitment.new_salts(facts)
    name = data.draw(st.sampled_from(sorted(facts)))
    opening = commitment.open_fields(ENTRY, facts, salts, facts)
    forged = commitment.Opening(ENTRY, opening.shown | {name: (other, salts[name])}, {})
    assert (forged.leaf == opening.leaf) == (other == facts[name])
    elsewhere = commitment.Opening(UUID(int=0), opening.shown, {})
    assert elsewhere.leaf != opening.leaf


@given(VALUES)
def test_values_are_written_as_canonical_json(value: str) -> None:
    written = commitment.canonical(value)
    assert json.loads(written) == value
    assert b"\\u" not in written or any(c < " " for c in value) or "\\u" in value
    assert (
        commitment.canonical('\b\f\n\r\t\x01\x7f"\\/é\u2028')
        == b'"\\b\\f\\n\\r\\t\\u0001\x7f\\"\\\\/\xc3\xa9\xe2\x80\xa8"'
    )


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"Upper": "x"}, BadInputError),
        ({"": "x"}, BadInputError),
        ({"a" * 41: "x"}, BadInputError),
        ({"a/b": "x"}, BadInputError),
        ({"a": 3}, BadInputError),
        ({"a": "\ud800"}, BadInputError),
        ({"a": "x" * 501}, TooLongError),
        ({f"f{n}": "x" for n in range(41)}, BadInputError),
    ],
)
def test_facts_that_cannot_be_committed_to_are_refused(facts: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        commitment.check_facts(facts)


@given(st.text(max_size=100))
def test_any_text_is_an_opening_or_refused(text: str) -> None:
    with pytest.raises(BadInputError):
        commitment.opening_from_json(text)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "x"},
        {"entry": "x"},
        {"shown": []},
        {"shown": {"a": ["v"]}},
        {"shown": {"a": ["v", "zz"]}},
        {"withheld": {"a": 1}},
    ],
)
def test_an_opening_with_wrong_parts_is_refused(change: dict[str, object]) -> None:
    good = {"format": "recourse/opening/v1", "entry": str(ENTRY), "shown": {}, "withheld": {}}
    with pytest.raises(BadInputError):
        commitment.opening_from_json(json.dumps(good | change))


def test_a_field_may_not_be_shown_and_withheld_and_unknown_names_are_refused() -> None:
    twice = commitment.Opening(ENTRY, {"a": ("v", bytes(32))}, {"a": bytes(32)})
    with pytest.raises(BadInputError):
        _ = twice.leaf
    with pytest.raises(BadInputError):
        _ = commitment.Opening(ENTRY, {}, {"a": bytes(31)}).leaf
    with pytest.raises(BadInputError):
        commitment.open_fields(ENTRY, {"a": "v"}, {"a": bytes(32)}, {"b"})
