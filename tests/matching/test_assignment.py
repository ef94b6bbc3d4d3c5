from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from matching.assignment import GainsTooLarge, NegativeGain, assigned

Pairs = tuple[int, ...]
"""The column of each row, or -1."""


def every_assignment(allowed: NDArray[np.bool_]) -> Iterator[Pairs]:
    for columns in product(*([-1, *np.flatnonzero(row).tolist()] for row in allowed)):
        taken = [column for column in columns if column >= 0]
        if len(taken) == len(set(taken)):
            yield columns


def gained(pairs: Pairs, goals: list[NDArray[np.int64]]) -> tuple[int, ...]:
    return tuple(sum(int(goal[row, column]) for row, column in enumerate(pairs) if column >= 0) for goal in goals)


@st.composite
def problems(draw: st.DrawFn) -> tuple[NDArray[np.bool_], list[NDArray[np.int64]]]:
    """Small, with few different gains, so that earlier goals leave much to later ones."""
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))

    def table(values: st.SearchStrategy[int]) -> NDArray[np.int64]:
        cells = draw(st.lists(values, min_size=rows * columns, max_size=rows * columns))
        return np.array(cells, dtype=np.int64).reshape(rows, columns)

    goals = [table(st.sampled_from([0, 1, 1, 2])) for _ in range(draw(st.integers(1, 4)))]
    return table(st.sampled_from([0, 1, 1])) == 1, [*goals, table(st.integers(0, 10**9))]


@settings(max_examples=250, deadline=None)
@given(problems())
def test_no_assignment_serves_the_goals_better_one_after_the_other(
    problem: tuple[NDArray[np.bool_], list[NDArray[np.int64]]],
) -> None:
    allowed, goals = problem

    found = tuple(assigned(allowed, goals).tolist())

    assert found in set(every_assignment(allowed))
    assert gained(found, goals) == max(gained(each, goals) for each in every_assignment(allowed))


def test_a_later_goal_never_costs_an_earlier_one() -> None:
    allowed = np.ones((2, 2), dtype=np.bool_)
    allowed[1, 1] = False
    coverage, score = np.ones((2, 2), dtype=np.int64), np.array([[900, 1], [800, 0]])

    assert assigned(allowed, [coverage, score]).tolist() == [1, 0]
    assert assigned(allowed, [score]).tolist() == [0, -1]


def test_a_column_that_an_earlier_goal_needs_is_kept_for_it() -> None:
    """Its pairs are not the only best ones of any row, and yet no best assignment is without it."""
    allowed = np.ones((2, 3), dtype=np.bool_)
    first = np.array([[1, 0, 0], [1, 0, 0]])
    second = np.array([[0, 9, 0], [0, 9, 9]])

    assert assigned(allowed, [first, second]).tolist() in ([0, 1], [0, 2])


def test_nobody_and_nothing_is_no_error() -> None:
    assert assigned(np.zeros((0, 3), dtype=np.bool_), []).tolist() == []
    assert assigned(np.zeros((2, 0), dtype=np.bool_), [np.zeros((2, 0), dtype=np.int64)]).tolist() == [-1, -1]
    assert assigned(np.zeros((1, 1), dtype=np.bool_), [np.ones((1, 1), dtype=np.int64)]).tolist() == [-1]


def test_gains_that_could_not_be_added_exactly_are_refused() -> None:
    with pytest.raises(GainsTooLarge):
        assigned(np.ones((2, 2), dtype=np.bool_), [np.full((2, 2), 2**51)])
    with pytest.raises(NegativeGain):
        assigned(np.ones((1, 2), dtype=np.bool_), [np.array([[1, -1]])])
