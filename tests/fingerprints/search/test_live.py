"""A bank that changes finds what was added and nothing that was withdrawn, at every moment and in every order."""

import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from recourse.fingerprints.errors import BadHashesError
from recourse.fingerprints.search import Index, LiveIndex, live, searching, tables
from tests.fingerprints.search import banks

POOL = np.concatenate((banks.clustered(60), banks.random(20, 9)))


class Bank(RuleBasedStateMachine):
    """Adds, withdraws and rebuilds in any order; a dictionary of what must be there is the oracle."""

    def __init__(self) -> None:
        super().__init__()
        self.live = LiveIndex(rebuild_after=None)
        self.there: list[tuple[int, int]] = []  # row of the pool, id

    @rule(rows=st.lists(st.integers(0, len(POOL) - 1), max_size=6), id_=st.integers(0, 9))
    def add(self, rows: list[int], id_: int) -> None:
        ids = [(id_ + k) % 10 for k in range(len(rows))]
        self.live.add(POOL[rows], ids)
        self.there += list(zip(rows, ids, strict=True))

    @rule(ids=st.lists(st.integers(0, 12), max_size=3))
    def withdraw(self, ids: list[int]) -> None:
        self.live.withdraw(ids)
        self.there = [entry for entry in self.there if entry[1] not in ids]

    @rule()
    def rebuild(self) -> None:
        index = self.live.rebuild()
        assert sorted(index.tables.ids.tolist()) == sorted(id_ for _, id_ in self.there)

    @invariant()
    def finds_what_is_there(self) -> None:
        assert len(self.live) == len(self.there)
        hits = self.live.search(POOL, limit=None)
        found = sorted(zip(hits.query.tolist(), hits.id.tolist(), hits.distance.tolist(), strict=True))
        rows = [row for row, _ in self.there]
        apart = banks.distances(POOL, POOL[rows])
        near = np.argwhere(apart <= 31)
        assert found == sorted((int(q), self.there[e][1], int(apart[q, e])) for q, e in near)
        assert [*hits.query] == sorted(hits.query)


class Ringed(Bank):
    """The same on the columns, where a bank this small would be compared with everything."""


Bank.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestBank = Bank.TestCase


class TestRinged(Ringed.TestCase):  # type: ignore[name-defined, misc]
    settings = settings(max_examples=15, stateful_step_count=20, deadline=None)

    @pytest.fixture(autouse=True)
    def _columns(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tables, "RINGED_FROM", 0)
        monkeypatch.setattr(searching, "SINGLE_UP_TO", 40)


def test_changes_during_a_rebuild_are_neither_lost_nor_undone(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = banks.random(200)
    bank = LiveIndex(Index.build(hashes[:100], np.arange(100)), rebuild_after=None)
    bank.add(hashes[100:150], np.arange(100, 150))
    bank.withdraw([0, 100])
    begun, go_on, built = threading.Event(), threading.Event(), live._built

    def slowly(*arguments: Any) -> Index:
        index = built(*arguments)
        begun.set()
        assert go_on.wait(60)
        return index

    monkeypatch.setattr(live, "_built", slowly)
    rebuilding = threading.Thread(target=bank.rebuild)
    rebuilding.start()
    assert begun.wait(60)
    bank.withdraw([1, 101])  # one in the index, one in the tail that is being built in
    bank.add(hashes[150:], np.arange(150, 200))
    bank.withdraw([150])
    bank.add(hashes[:1], [0])  # withdrawn before, and back
    bank.add(hashes[1:2], [1])  # withdrawn during, and back
    there = {*range(200)} - {100, 101, 150}

    def found() -> set[int]:
        return {
            id_
            for query, id_, apart in banks.found(bank.search(hashes, radius=0))
            if query == id_ and apart == 0
        }

    assert found() == there
    go_on.set()
    rebuilding.join(60)
    assert found() == there
    assert len(bank) == len(there)
    monkeypatch.setattr(live, "_built", built)
    assert len(bank.rebuild()) == len(there)
    assert found() == there


def test_it_rebuilds_by_itself_and_goes_on_answering() -> None:
    hashes = banks.clustered(6000)
    bank = LiveIndex(rebuild_after=1000)
    for first in range(0, 6000, 200):
        bank.add(hashes[first : first + 200], np.arange(first, first + 200))
        query = hashes[first : first + 1]
        assert first in bank.search(query, radius=0).of(0)[0]
    assert bank.last_rebuild is not None
    assert len(bank.last_rebuild.result(60)) >= 1000
    assert banks.found(bank.search(hashes[:50], limit=None)) == banks.brute(
        hashes[:50], hashes, np.arange(6000), 31
    )


def test_searching_while_another_thread_adds_and_withdraws() -> None:
    hashes = banks.random(3000)
    bank = LiveIndex(Index.build(hashes[:1000], np.arange(1000)), rebuild_after=300)
    failures: list[str] = []
    stop = threading.Event()

    def search() -> None:
        while not stop.is_set():
            found = {id_ for _, id_, _ in banks.found(bank.search(hashes[:400], radius=0))}
            if not set(range(200)) <= found:
                failures.append("a hash that was always there was not found")

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for k in range(1000, 3000):
        bank.add(hashes[k : k + 1], [k])
        bank.withdraw([k - 800])
    stop.set()
    for thread in threads:
        thread.join(60)
    assert failures == []
    if bank.last_rebuild:
        bank.last_rebuild.result(60)
    assert len(bank) == 200 + 800


@pytest.mark.parametrize("limit", [1, 4, 5, 6])
def test_one_limit_counts_for_index_and_tail_together(way: str, limit: int) -> None:
    one = banks.random(1)
    bank = LiveIndex(Index.build(np.repeat(one, 4, axis=0), [0, 1, 2, 3]), rebuild_after=None)
    bank.add(one[[0, 0]], [4, 5])
    bank.withdraw([0])
    hits = bank.search(one, limit=limit)
    assert len(hits) == min(limit, 5)
    assert hits.overflow.tolist() == [limit < 5]


def test_withdrawn_entries_do_not_use_up_the_limit(way: str) -> None:
    one = banks.random(1)
    bank = LiveIndex(Index.build(np.repeat(one, 50, axis=0), np.arange(50)), rebuild_after=None)
    bank.withdraw(np.arange(48))
    hits = bank.search(one, limit=2)
    assert sorted(hits.id.tolist()) == [48, 49]
    assert not hits.overflow[0]


def test_many_withdrawals_of_ids_that_fall_together(way: str) -> None:
    hashes = banks.random(500)
    ids = np.arange(500) * 2**33 + 5
    bank = LiveIndex(Index.build(hashes, ids), rebuild_after=None)
    for first in range(0, 400, 7):
        bank.withdraw(ids[first : first + 7])
    assert sorted(bank.search(hashes, radius=0).id.tolist()) == ids[406:].tolist()


def test_nothing_is_added_when_an_argument_is_refused() -> None:
    bank = LiveIndex(rebuild_after=None)
    for hashes, ids in ((POOL[:2], [1]), (POOL[:2], [1, -1]), (POOL[:2, :31], [1, 2])):
        with pytest.raises(BadHashesError):
            bank.add(hashes, ids)
    with pytest.raises(BadHashesError):
        bank.withdraw([-1])
    assert len(bank) == 0


def test_a_rebuild_that_fails_leaves_the_bank_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = LiveIndex(rebuild_after=None)
    bank.add(POOL[:5], np.arange(5))

    def no_memory(*_: Any) -> Index:
        raise MemoryError

    monkeypatch.setattr(live, "_built", no_memory)
    with pytest.raises(MemoryError):
        bank.rebuild()
    bank.withdraw([0])
    monkeypatch.undo()
    assert len(bank) == 4
    assert sorted(bank.rebuild().tables.ids.tolist()) == [1, 2, 3, 4]
