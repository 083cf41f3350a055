"""What is asked and how an answer is checked. No database."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.base.core.errors import NotFoundError
from recourse.work.cases.domain import AgeBand, FieldTooLongError, ForWhom, WhatHappened
from recourse.work.hotline.domain import (
    MENTION_MOVES,
    QUESTION,
    QUESTIONS,
    BadAnswerError,
    ContactHow,
    Kind,
    MentionState,
    checked,
    first,
    next_question,
)

TEXT_FIELDS = [
    (question.key, field.name, field.max_length)
    for question in QUESTIONS
    for field in question.fields
    if field.kind in {Kind.TEXT, Kind.LINE}
]
CHOICE_FIELDS = [
    (question.key, field)
    for question in QUESTIONS
    for field in question.fields
    if field.kind in {Kind.CHOICE, Kind.CHOICES}
]


def test_the_questions_stand_in_the_order_of_the_house() -> None:
    order = ["what_happened", "for_whom", "age_in_picture", "places", "safe_contact", "words"]
    assert [question.key for question in QUESTIONS] == order
    walked, key = [], "what_happened"
    while True:
        walked.append(key)
        following = next_question(key)
        if following is None:
            break
        key = following
    assert walked == order


def test_every_question_says_what_and_why_and_every_choice_has_words() -> None:
    for question in QUESTIONS:
        assert question.label
        assert question.why
        for field in question.fields:
            assert all(choice.label for choice in field.choices)
            assert bool(field.choices) is (field.kind in {Kind.CHOICE, Kind.CHOICES})


def test_what_can_be_chosen_is_what_a_case_can_hold() -> None:
    offered = {key: {c.value for c in field.choices} for key, field in CHOICE_FIELDS if field.name == key}
    assert offered["what_happened"] == set(WhatHappened)
    assert offered["for_whom"] == set(ForWhom) - {ForWhom.NOT_SAID}
    assert offered["age_in_picture"] == set(AgeBand)
    assert {c.value for c in QUESTION["safe_contact"].fields[0].choices} == set(ContactHow)


@pytest.mark.parametrize("question", [question.key for question in QUESTIONS])
@pytest.mark.parametrize("nothing", [{}, {"csrf": "x"}])
def test_every_question_may_be_left_out(question: str, nothing: dict[str, str]) -> None:
    assert checked(question, nothing) == {}
    empty = {field.name: "" for field in QUESTION[question].fields}
    assert checked(question, empty) == {}


@pytest.mark.parametrize(("question", "field", "limit"), TEXT_FIELDS)
def test_each_field_is_bounded_and_the_error_names_it(question: str, field: str, limit: int) -> None:
    assert len(first({question: checked(question, {field: "b" * limit})}, question, field)) == limit
    for length in (limit + 1, 64 * 1024, 5_000_000):
        with pytest.raises(FieldTooLongError) as refused:
            checked(question, {field: "b" * length})
        assert (refused.value.question, refused.value.field) == (question, field)
        assert (refused.value.status, refused.value.code) == (413, "too_long")


@pytest.mark.parametrize(("question", "field"), CHOICE_FIELDS)
def test_an_answer_that_was_not_offered_is_refused_by_name(question: str, field: Any) -> None:
    with pytest.raises(BadAnswerError) as refused:
        checked(question, {field.name: ["a harbour"]})
    assert (refused.value.question, refused.value.field) == (question, field.name)
    assert "harbour" not in str(refused.value)
    if field.kind is Kind.CHOICE:
        with pytest.raises(BadAnswerError):
            checked(question, {field.name: [field.choices[0].value, field.choices[1].value]})
    with pytest.raises(BadAnswerError):
        checked(question, {field.name: [field.choices[0].value] * 101})


@given(st.sampled_from(TEXT_FIELDS), st.text(st.characters(), max_size=200))
def test_any_text_is_taken_and_checking_it_again_changes_nothing(
    where: tuple[str, str, int], text: str
) -> None:
    question, field, _limit = where
    answer = checked(question, {field: text})
    assert checked(question, answer) == answer
    for values in answer.values():
        assert all(value.encode().decode() == value for value in values)


def test_null_bytes_go_and_the_text_stays() -> None:
    assert checked("words", {"words": "a har\x00bour\x07 at\r\ndusk"}) == {"words": ("a harbour at\ndusk",)}


def test_an_unknown_question_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        checked("harbour", {})


def test_a_mention_is_never_lost_and_placed_is_its_end() -> None:
    assert set(MENTION_MOVES) == set(MentionState)
    assert MENTION_MOVES[MentionState.PLACED] == frozenset()
    assert all(MentionState.PLACED in MENTION_MOVES[state] for state in MentionState if state != "placed")
