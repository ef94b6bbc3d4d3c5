"""What is hidden cannot be worked out: not from totals, not from what is shown, not by whoever knows the rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentbank.statistics.suppression import LEAST, cells_shown, columns_hidden, hidden_of, is_small

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
