"""Attacks on what is published: subtract rows, totals, periods and days; no person and no notice may fall out."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.work.statistics.domain.disclosure import FEW, NAMED_FROM, Block, Held, close_blocks, covered
from recourse.work.statistics.domain.figures import OTHER_KINDS, Source, Tally
from recourse.work.statistics.domain.periods import Month, months_between, periods_of
from recourse.work.statistics.domain.publication import Counted, Published, publication, unit_of

T = TypeVar("T")
FIRST = Month(2025, 11)
GROUPS = ("kanal", "murmur", OTHER_KINDS)
people_by_month = st.lists(st.integers(0, 25), min_size=1, max_size=15)
notices_by_month = st.lists(st.tuples(*[st.integers(0, 14)] * len(GROUPS)), min_size=1, max_size=9)


def dated(counts: Sequence[int]) -> dict[Month, int]:
    last = FIRST
    found = {}
    for count in counts:
        found[last] = count
        last = last.next()
    return found


def closed(counts: Mapping[Month, int], until: Month, least: int, done: Sequence[Block] = ()) -> list[Block]:
    """The blocks there are once the months before `until` are over; those that are done stay."""
    begin = done[-1].last.next() if done else FIRST
    over = [Held(month, count, count) for month, count in counts.items() if begin <= month < until]
    return [*done, *close_blocks(over, least=least)[0]]


def pages_over_time(counts: Sequence[int]) -> list[dict[frozenset[Month], int]]:
    """What the public could have collected: at the end of each month, every figure with the months it covers."""
    truth = dated(counts)
    blocks: list[Block] = []
    pages = []
    for position, month in enumerate(truth):
        current = month.next()
        blocks = closed(truth, current, FEW + 1, blocks)
        page = {}
        for period in periods_of([*list(truth)[: position + 1], current]).values():
            found = covered(period, blocks, open_from=current)
            if found.count is not None:
                inside = {m for b in blocks if set(b.months) <= set(period) for m in b.months}
                page[frozenset(inside)] = found.count
        pages.append(page)
    return pages


def determined(rows: Iterable[frozenset[T]], target: frozenset[T], cells: Sequence[T]) -> bool:
    """Whether some sum and difference of the rows is exactly the target (elimination over fractions)."""
    vectors = [[Fraction(int(cell in row)) for cell in cells] for row in rows]
    wanted = [Fraction(int(cell in target)) for cell in cells]
    for column in range(len(cells)):
        pivot = next((v for v in vectors if v[column]), None)
        if pivot is None:
            if wanted[column]:
                return False
            continue
        vectors.remove(pivot)
        for vector in [*vectors, wanted]:
            factor = vector[column] / pivot[column]
            if factor:
                for index in range(len(cells)):
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
    blocks, waiting = close_blocks([Held(*one, one[1]) for one in truth.items()], least=FEW + 1)
    months = [month for block in blocks for month in block.months]
    if waiting is not None:
        months += months_between(waiting.first, waiting.last)
        assert 1 <= sum(truth[m] for m in months_between(waiting.first, waiting.last)) <= FEW
    assert months == list(truth)
    assert all(block.count == sum(truth[month] for month in block.months) for block in blocks)


def test_one_person_who_tells_much_is_one_person() -> None:
    blocks, waiting = close_blocks([Held(FIRST, 40, 1), Held(FIRST.next(), 12, 9)], least=FEW + 1)
    assert blocks == []
    assert waiting is not None, "52 reports of 10 people"
    [block], _waiting = close_blocks([Held(FIRST, 40, 1), Held(FIRST.next(), 12, 10)], least=FEW + 1)
    assert block.count == 52


def test_a_page_says_why_a_figure_is_missing() -> None:
    months = months_between(FIRST, FIRST.before(-3))
    blocks = [Block(months[0], months[1], 14)]
    current = months[3]
    assert covered([months[0]], blocks, open_from=current).why == "joined"
    assert covered([months[2]], blocks, open_from=current).why == "few"
    assert covered([months[3]], blocks, open_from=current).why == "open"
    whole = covered(months, blocks, open_from=current)
    assert (whole.count, whole.first, whole.last, whole.why) == (14, months[0], months[1], "few")


# -- notices, by platform and in all ---------------------------------------------------------------------------

Cell = tuple[str, Month]
Truth = Mapping[str, Mapping[Month, int]]


def publications(truth: Truth) -> list[tuple[Published, dict[str, list[Block]]]]:
    """Every page that was ever published, as each month in turn is over, with the blocks there were then."""
    pages: list[tuple[Published, dict[str, list[Block]]]] = []
    blocks: dict[str, list[Block]] = {group: [] for group in truth}
    for month in truth[OTHER_KINDS]:
        current = month.next()
        blocks = {
            group: closed(counts, current, NAMED_FROM, blocks[group]) for group, counts in truth.items()
        }
        counted = Counted(
            Source.MEASURED,
            current,
            months_between(FIRST, current),
            {group: {m: Tally(asked=n) for m, n in counts.items()} for group, counts in truth.items()},
            {unit_of(group): found for group, found in blocks.items()},
            {},
        )
        pages += [(page, blocks) for page in publication(counted, now=datetime(2026, 1, 1, tzinfo=UTC))]
    return pages


def figures(truth: Truth) -> Iterator[tuple[int, frozenset[Cell]]]:
    """Every count of notices that was ever published, with the months of groups that it holds."""
    every = periods_of(months_between(FIRST, FIRST.before(-30)))
    for page, blocks in publications(truth):
        inside = {
            group: frozenset(
                (group, m)
                for block in found
                if set(block.months) <= set(every[page.period])
                for m in block.months
            )
            for group, found in blocks.items()
        }
        if page.notices.count is not None:
            yield page.notices.count, frozenset().union(*inside.values())
        yield from ((one.asked, inside[one.id]) for one in page.platforms)


def world(counts: Sequence[tuple[int, ...]]) -> Truth:
    return {group: dated([month[index] for month in counts]) for index, group in enumerate(GROUPS)}


@settings(max_examples=60, deadline=None)
@given(notices_by_month)
def test_every_count_of_notices_is_a_sum_of_whole_blocks_of_none_or_ten(
    counts: list[tuple[int, ...]],
) -> None:
    truth = world(counts)
    for count, cells in figures(truth):
        assert count == sum(truth[group][month] for group, month in cells)
    for page, _blocks in publications(truth):
        assert all(one.asked >= NAMED_FROM for one in page.platforms)
        assert OTHER_KINDS not in {one.id for one in page.platforms}
        assert page.notices.count is None or page.notices.count == 0 or page.notices.count >= NAMED_FROM


@settings(max_examples=40, deadline=None)
@given(notices_by_month)
def test_no_month_of_a_platform_with_one_to_nine_notices_falls_out_of_all_pages_ever_published(
    counts: list[tuple[int, ...]],
) -> None:
    truth = world(counts)
    rows = {cells for _count, cells in figures(truth)}
    cells = [(group, month) for group in GROUPS for month in truth[group]]
    for group, month in cells:
        if 1 <= truth[group][month] < NAMED_FROM:
            assert not determined(rows, frozenset({(group, month)}), cells)


@settings(max_examples=60, deadline=None)
@given(notices_by_month)
def test_no_difference_of_two_counts_of_notices_is_one_to_nine(counts: list[tuple[int, ...]]) -> None:
    """Rows from totals, months from quarters, yesterday from today: whatever lies within whatever."""
    known = {cells: count for count, cells in figures(world(counts))}
    for (one, first), (other, second) in itertools.permutations(known.items(), 2):
        if one < other:
            assert second - first == 0 or second - first >= NAMED_FROM


@given(st.lists(st.integers(0, 30), min_size=1, max_size=15))
def test_a_platform_with_ten_notices_in_all_is_named_in_all_and_with_nine_in_none(counts: list[int]) -> None:
    truth = {OTHER_KINDS: dated([0] * len(counts)), "kanal": dated(counts)}
    whole = [page for page, _blocks in publications(truth) if page.period == "all"][-1]
    assert bool(whole.platforms) == (sum(counts) >= NAMED_FROM)
