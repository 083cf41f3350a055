"""Attacks on what is published: subtract totals, periods and successive pages; no person may fall out."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.work.statistics.domain.disclosure import (
    FEW,
    NAMED_FROM,
    Block,
    close_blocks,
    named,
    people_in,
)
from recourse.work.statistics.domain.periods import Month, months_between, periods_of

FIRST = Month(2025, 11)
people_by_month = st.lists(st.integers(0, 25), min_size=1, max_size=15)
notices_by_month = st.lists(st.integers(0, 30), min_size=1, max_size=15)


def dated(counts: Sequence[int]) -> dict[Month, int]:
    last = FIRST
    found = {}
    for count in counts:
        found[last] = count
        last = last.next()
    return found


def pages_over_time(counts: Sequence[int]) -> list[dict[frozenset[Month], int]]:
    """What the public could have collected: at the end of each month, every figure with the months it covers."""
    truth = dated(counts)
    months = list(truth)
    blocks: list[Block] = []
    pages = []
    for position, month in enumerate(months):
        begin = blocks[-1].last.next() if blocks else FIRST
        over = [(one, truth[one]) for one in months_between(begin, month)] if begin <= month else []
        closed, _waiting = close_blocks(over)
        blocks += closed
        current = month.next()
        page = {}
        for period in periods_of([*months[: position + 1], current]).values():
            found = people_in(period, blocks, current=current)
            if found.count is not None:
                covered = {m for block in blocks for m in block.months} & set(period)
                inside = {m for b in blocks if set(b.months) <= set(period) for m in b.months}
                assert inside <= covered
                page[frozenset(inside)] = found.count
        pages.append(page)
    return pages


def determined(rows: Iterable[frozenset[Month]], target: frozenset[Month], months: Sequence[Month]) -> bool:
    """Whether some sum and difference of the rows is exactly the target (elimination over fractions)."""
    vectors = [[Fraction(int(month in row)) for month in months] for row in rows]
    wanted = [Fraction(int(month in target)) for month in months]
    for column in range(len(months)):
        pivot = next((v for v in vectors if v[column]), None)
        if pivot is None:
            if wanted[column]:
                return False
            continue
        vectors.remove(pivot)
        for vector in [*vectors, wanted]:
            factor = vector[column] / pivot[column]
            if factor:
                for index in range(len(months)):
                    vector[index] -= factor * pivot[index]
    return not any(wanted)


def test_the_attack_works_on_a_table_that_hides_one_cell_only() -> None:
    months = months_between(FIRST, FIRST.before(-2))
    rows = [frozenset(months), frozenset({months[0]}), frozenset({months[1]})]
    assert determined(rows, frozenset({months[2]}), months), "total minus the others"
    assert not determined(rows[1:], frozenset({months[2]}), months)


@settings(max_examples=150)
@given(people_by_month)
def test_no_month_of_one_to_ten_people_falls_out_of_all_pages_ever_published(counts: list[int]) -> None:
    truth = dated(counts)
    rows = {row for page in pages_over_time(counts) for row in page}
    for month, count in truth.items():
        if 1 <= count <= FEW:
            assert not determined(rows, frozenset({month}), list(truth))


@settings(max_examples=150)
@given(people_by_month)
def test_no_difference_of_two_figures_ever_published_is_one_to_ten_people(counts: list[int]) -> None:
    figures: dict[frozenset[Month], set[int]] = {}
    for page in pages_over_time(counts):
        for row, count in page.items():
            figures.setdefault(row, set()).add(count)
    assert all(len(values) == 1 for values in figures.values()), "what was published never changes"
    for (one, first), (other, second) in itertools.permutations(figures.items(), 2):
        if one < other:
            left = next(iter(second)) - next(iter(first))
            assert left == 0 or left > FEW
    assert all(value == 0 or value > FEW for values in figures.values() for value in values)


@given(people_by_month)
def test_blocks_are_months_without_gaps_and_lose_nobody(counts: list[int]) -> None:
    truth = dated(counts)
    blocks, waiting = close_blocks(list(truth.items()))
    months = [month for block in blocks for month in block.months]
    if waiting is not None:
        months += months_between(waiting.first, waiting.last)
        assert 1 <= sum(truth[m] for m in months_between(waiting.first, waiting.last)) <= FEW
    assert months == list(truth)
    assert all(block.count == sum(truth[month] for month in block.months) for block in blocks)


def test_a_page_says_why_a_figure_is_missing() -> None:
    months = months_between(FIRST, FIRST.before(-3))
    blocks = [Block(months[0], months[1], 14)]
    current = months[3]
    assert people_in([months[0]], blocks, current=current).why == "joined"
    assert people_in([months[2]], blocks, current=current).why == "few"
    assert people_in([months[3]], blocks, current=current).why == "open"
    whole = people_in(months, blocks, current=current)
    assert (whole.count, whole.first, whole.last, whole.why) == (14, months[0], months[1], "few")


# -- platforms -------------------------------------------------------------------------------------------------


def conduct(truth: Mapping[Month, int], shown: frozenset[str]) -> dict[frozenset[Month], int]:
    periods = periods_of([month for month, count in truth.items() if count])
    return {frozenset(periods[key]): sum(truth[m] for m in periods[key]) for key in shown}


@settings(max_examples=300)
@given(notices_by_month)
def test_no_difference_names_a_platform_for_fewer_than_ten_notices(counts: list[int]) -> None:
    truth = dated(counts)
    published = conduct(truth, named(truth))
    assert all(count >= NAMED_FROM for count in published.values())
    # Take from each figure any of the figures inside it that do not overlap.
    for whole, size in published.items():
        inside = [row for row in published if row < whole]
        for many in range(1, min(len(inside), 4) + 1):
            for some in itertools.combinations(inside, many):
                if sum(map(len, some)) == len(frozenset().union(*some)):
                    left = size - sum(published[row] for row in some)
                    assert left == 0 or left >= NAMED_FROM


@given(notices_by_month)
def test_a_platform_with_ten_notices_in_all_is_named_in_all(counts: list[int]) -> None:
    assert ("all" in named(dated(counts))) == (sum(counts) >= NAMED_FROM)


def test_a_quarter_hides_its_smallest_month_when_another_would_fall_out() -> None:
    january = Month(2026, 1)
    truth = {january: 40, january.next(): 12, Month(2026, 3): 3}
    assert named(truth) == {"all", "2026-Q1", "2026-01"}, "February would give March away"


@pytest.mark.parametrize("counts", [[9], [4, 5], [1] * 9])
def test_nine_notices_name_nobody(counts: list[int]) -> None:
    assert named(dated(counts)) == frozenset()
