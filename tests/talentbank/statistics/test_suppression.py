"""What is hidden cannot be worked out: not from totals, not from what is shown, not by whoever knows the rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentbank.statistics.suppression import (
    LEAST,
    can_be_measured,
    cells_shown,
    cells_shown_over,
    columns_hidden,
    hidden_of,
    hidden_over,
    is_small,
)

lines = st.lists(st.one_of(st.integers(0, 9), st.integers(0, 200)), min_size=2, max_size=14)


def lines_of(size: int, total: int) -> Iterator[tuple[int, ...]]:
    """Every line of so many cells with this total."""
    if size == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in lines_of(size - 1, total - first):
            yield (first, *rest)


@pytest.mark.parametrize(("size", "most"), [(2, 40), (3, 28), (4, 21), (5, 12)])
def test_whoever_knows_the_rule_and_the_total_finds_two_values_for_each_hidden_cell(size, most):
    for total in range(most):
        published = defaultdict(list)
        for line in lines_of(size, total):
            hidden = hidden_of(line)
            published[tuple(None if place in hidden else count for place, count in enumerate(line))].append(line)
        for shown, possible in published.items():
            for place, count in enumerate(shown):
                assert count is not None or len({line[place] for line in possible}) > 1, (total, shown)


def shown(line: Sequence[int], hidden: Collection[int]) -> tuple[int | None, ...]:
    return tuple(None if place in hidden else count for place, count in enumerate(line))


@pytest.mark.parametrize(("size", "most", "years"), [(2, 16, 2), (2, 10, 3), (3, 12, 2)])
def test_whoever_asks_for_all_years_and_for_each_works_out_no_small_cell(size, most, years):
    """Published are each year's total and cells, and those of all years: a hidden cell that they pin down is a 0."""
    one_year = [line for total in range(most) for line in lines_of(size, total)]
    published = defaultdict(list)
    for asked in product(one_year, repeat=years):
        whole = shown([sum(cells) for cells in zip(*asked, strict=True)], hidden_over(asked))
        published[whole, *((sum(line), shown(line, hidden_of(line))) for line in asked)].append(asked)
    for (_, *answers), possible in published.items():
        for year, (_, cells) in enumerate(answers):
            for place in (place for place, count in enumerate(cells) if count is None):
                assert len(values := {asked[year][place] for asked in possible}) > 1 or values == {0}, answers


@given(st.lists(st.lists(st.integers(0, 12), min_size=4, max_size=4), max_size=6))
@settings(max_examples=200, deadline=None)
def test_all_years_show_no_small_cell_either(years):
    hidden = hidden_over(years)

    assert not any(is_small(sum(cells)) for place, cells in enumerate(zip(*years, strict=True)) if place not in hidden)
    assert hidden_over(years[:1]) == (hidden_of(years[0]) if years else frozenset())


@pytest.mark.parametrize(
    ("cases", "measured"),
    [([], False), ([4], False), ([5], True), ([5, 1], False), ([5, 2, 2], False), ([5, 4, 1], True), ([3, 2], True)],
)
def test_a_mean_over_years_leaves_nobody_beside_the_means_of_each(cases, measured):
    assert can_be_measured(cases) is measured


def test_small_years_put_together_are_shown():
    years = [{"terms": 3, "timing": 4}, {"terms": 4, "timing": 2}, {"terms": 30}]

    assert cells_shown_over(years, ("terms", "timing", "other")) == {"terms": 37, "timing": 6, "other": 0}
    assert set(cells_shown_over(years[1:], ("terms", "timing", "other")).values()) == {None}


@given(lines)
@settings(max_examples=300, deadline=None)
def test_small_cells_are_hidden_never_alone_and_nothing_is_where_none_is_small(line):
    hidden = hidden_of(line)

    assert {place for place, count in enumerate(line) if is_small(count)} <= hidden
    assert len(hidden) != 1
    assert bool(hidden) == any(map(is_small, line))
    assert sum(line[place] for place in hidden) > 0 or not hidden


@given(lines, st.integers(0, 13), st.integers(LEAST, 300))
@settings(max_examples=200, deadline=None)
def test_a_single_small_cell_is_hidden_with_one_that_its_size_does_not_choose(line, place, other):
    """The same place whatever the sizes of the others: a choice by size would bound the cell that it hides."""
    big = [LEAST + count for count in line]
    big[place % len(big)] = 3
    hidden = hidden_of(big)

    changed = [count if count == 3 else other + count for count in big]

    assert len(hidden) == 2 and hidden_of(changed) == hidden


@given(st.lists(st.lists(st.integers(0, 12), min_size=4, max_size=4), min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_a_column_is_hidden_in_every_line_or_in_none_and_never_alone(table):
    hidden = columns_hidden(table)

    assert len(hidden) != 1
    assert all(not is_small(line[place]) for line in table for place in range(4) if place not in hidden)


def test_a_line_that_a_clerk_can_follow():
    cells = {"counter": 40, "phone": 3, "post": 0, "line": 2}

    assert cells_shown(cells) == {"counter": 40, "phone": None, "post": 0, "line": None}
    assert cells_shown({**cells, "line": 0}) == {"counter": None, "phone": None, "post": 0, "line": 0}
    assert set(cells_shown({"phone": 3, "post": 0}).values()) == {None}, "with the total 3 a 0 would tell the 3"
    assert cells_shown({"phone": 5, "post": 0}) == {"phone": 5, "post": 0}
    assert (hidden_of([]), hidden_of([0, 0])) == (frozenset(), frozenset())
