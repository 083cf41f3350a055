"""Whoever follows the pages misses nothing and comes to an end, whatever happens between two requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from recourse.world.exchange.domain.paging import (
    LAST_START,
    BadPageTokenError,
    Page,
    Walk,
    begin,
    moment,
    page,
    second,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """A change as the bank hands it out."""

    sequence: int
    at: datetime
    name: int
    state: int


@dataclass
class Bank:
    """What the bank promises: one row a hash, at the place of its last change; whole seconds that never go back."""

    now: datetime = START
    rows: dict[int, Row] = field(default_factory=dict)
    last: int = 0

    def change(self, name: int) -> None:
        self.last += 1
        self.rows[name] = Row(self.last, moment(second(self.now)), name, self.last)

    def serve(self, start: int, token: str, size: int) -> Page[Row]:
        walk = begin(start, token, self.now)
        since = walk.after
        if since is None:
            since = max(
                (one.sequence for one in self.rows.values() if second(one.at) < walk.start), default=0
            )
        found = sorted(
            (one for one in self.rows.values() if one.sequence > since), key=lambda one: one.sequence
        )
        return page(walk, found[: size + 1], size)


class Following(RuleBasedStateMachine):
    """A client that keeps nextSetTimestamp and follows tokens, while the bank changes between any two of its steps."""

    def __init__(self) -> None:
        super().__init__()
        self.bank = Bank()
        self.start, self.token, self.before = 10, "", 10
        self.held: dict[int, int] = {}

    @rule(name=st.integers(0, 12))
    def change(self, name: int) -> None:
        self.bank.change(name)

    @rule(millis=st.sampled_from([1, 400, 1000, 61_000]))
    def wait(self, millis: int) -> None:
        self.bank.now += timedelta(milliseconds=millis)

    @rule(size=st.integers(1, 4))
    def fetch(self, size: int) -> None:
        found = self.bank.serve(self.start, self.token, size)
        assert len(found.changes) <= size
        assert found.next_start >= self.before, "nextSetTimestamp went back"
        self.before = found.next_start
        self.held.update({one.name: one.state for one in found.changes})
        self.token = found.token or ""
        if not self.token:
            self.start = self.before

    @rule()
    def give_up_and_begin_again(self) -> None:
        """A client that was stopped half way begins at the last number it stored, as HMA does."""
        self.token, self.start = "", self.before

    @precondition(lambda self: self.bank.rows)
    @rule(size=st.integers(1, 5))
    def follow_to_the_end(self, size: int) -> None:
        """A quiet bank is held whole after the walk under way and one more; a walk has as many pages as it must."""
        for _walk in range(2):
            for _page in range(len(self.bank.rows) + 2):
                self.fetch(size)
                if not self.token:
                    break
            assert not self.token, "the walk does not end"
        assert self.held == {one.name: one.state for one in self.bank.rows.values()}

    @invariant()
    def what_is_held_was_given(self) -> None:
        assert all(state <= self.bank.last for state in self.held.values())


TestFollowing = Following.TestCase


def test_a_walk_ends_though_the_bank_changes_faster_than_it_is_read() -> None:
    bank, start, token = Bank(), 10, ""
    for name in range(3):
        bank.change(name)
    for _request in range(50):
        found = bank.serve(start, token, 1)
        bank.now += timedelta(seconds=1)
        bank.change(0)
        bank.change(1)
        bank.change(2)
        token = found.token or ""
        if not token:
            break
    assert not token


def test_a_walk_whose_rest_moved_beyond_its_end_does_not_lead_back() -> None:
    bank = Bank()
    bank.change(0)
    bank.change(1)
    first = bank.serve(10, "", 1)
    bank.now += timedelta(seconds=1)
    bank.change(1)
    last = bank.serve(10, first.token or "", 1)
    assert (last.changes, last.token) == ((), None)
    assert last.next_start == first.next_start
    assert [one.name for one in bank.serve(last.next_start, "", 9).changes] == [0, 1]


def test_a_change_in_the_second_of_the_last_page_is_not_lost() -> None:
    bank = Bank()
    bank.change(1)
    first = bank.serve(10, "", 10)
    bank.change(2)
    again = bank.serve(first.next_start, "", 10)
    assert {one.name for one in again.changes} == {1, 2}


@given(st.integers(), st.integers(0, 200_000_000_000))
def test_any_start_is_a_start(start: int, at: int) -> None:
    walk = begin(start, "", moment(at))
    assert 0 <= walk.start <= LAST_START
    assert moment(walk.start)


@given(st.text(max_size=80))
def test_a_token_that_is_none_of_ours_is_refused(token: str) -> None:
    try:
        walk = begin(10, token, START)
    except BadPageTokenError:
        return
    assert walk == Walk(10, second(START), 10) or walk.after is not None


@given(st.from_regex(r"[0-9a-f]{36}", fullmatch=True))
def test_a_token_written_by_hand_reads_no_further_than_now(token: str) -> None:
    try:
        walk = begin(10, token, START)
    except BadPageTokenError:
        return
    assert walk.reached <= max(walk.start, walk.until) <= second(START)
    assert walk.after is not None
    assert walk.after < 1 << 63


@pytest.mark.parametrize("token", ["0" * 35, "0" * 37, "g" * 36, "f" * 36, "0" * 36 + "\n", " " + "0" * 36])
def test_a_token_is_read_whole(token: str) -> None:
    with pytest.raises(BadPageTokenError):
        begin(10, token, START)
