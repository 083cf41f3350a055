"""The table of a notice: reachable, without ways back from the end, and no answer closes anything."""

from __future__ import annotations

import inspect
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.base.core.errors import IllegalMoveError
from recourse.work.notices.domain import (
    AFTER_LEAVING,
    BEFORE_LEAVING,
    FOR_AN_OFFICER,
    OPEN_STATES,
    TRANSITIONS,
    AnswerKind,
    NoticeState,
    require_move,
    states,
)
from recourse.work.notices.services import answering, receiving, silence

S = NoticeState


def reachable(start: NoticeState) -> set[NoticeState]:
    seen, todo = {start}, [start]
    while todo:
        for after in TRANSITIONS[todo.pop()]:
            if after not in seen:
                seen.add(after)
                todo.append(after)
    return seen


def test_every_state_is_in_the_table_and_reachable_from_a_draft() -> None:
    assert set(TRANSITIONS) == set(S)
    assert reachable(S.DRAFT) == set(S)


def test_every_state_can_end() -> None:
    for state in S:
        assert reachable(state) & {S.CLOSED, S.CANCELLED}


def test_nothing_leaves_the_end() -> None:
    assert not TRANSITIONS[S.CLOSED]
    assert not TRANSITIONS[S.CANCELLED]
    assert set(S) - OPEN_STATES == {S.CLOSED, S.CANCELLED}


def test_invariant_8_nothing_is_sent_that_was_not_approved() -> None:
    """Without passing `approved` no state is reached in which bytes may leave."""
    seen, todo = {S.DRAFT}, [S.DRAFT]
    while todo:
        for after in TRANSITIONS[todo.pop()] - {S.APPROVED}:
            if after not in seen:
                seen.add(after)
                todo.append(after)
    assert not seen & {S.QUEUED, S.SENDING, S.SENT, S.HANDED_OVER, S.RECEIPT_PROVEN}


def test_what_left_cannot_be_cancelled() -> None:
    for state in {S.SENDING} | AFTER_LEAVING:
        assert S.CANCELLED not in TRANSITIONS[state]
    for state in BEFORE_LEAVING:
        assert S.CANCELLED in TRANSITIONS[state]


@given(st.lists(st.sampled_from(list(S)), max_size=30))
def test_a_random_walk_stays_inside_the_table(steps: list[NoticeState]) -> None:
    state = S.DRAFT
    for step in steps:
        if step in TRANSITIONS[state]:
            require_move(state, step)
            state = step
        else:
            with pytest.raises(IllegalMoveError):
                require_move(state, step)


def test_every_line_of_the_table_says_who_acts_next() -> None:
    source = inspect.getsource(states)
    for state in S:
        assert re.search(rf"S\.{state.name}: frozenset\(.*\),  # \w+", source), state


def test_no_answer_and_no_mail_closes_a_notice() -> None:
    """Invariant 4: only our own probes decide; the rooms that handle answers do not even know the word."""
    for module in (answering, receiving, silence):
        assert "CLOSED" not in inspect.getsource(module)
    assert "closed" not in {kind.value for kind in AnswerKind}


def test_an_officer_is_asked_only_where_she_can_do_something() -> None:
    for state in FOR_AN_OFFICER:
        assert TRANSITIONS[state]
