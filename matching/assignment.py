"""Who is proposed to whom when several needs want the same people: the best assignment under several goals.

A goal is a gain for each pair. The first goal is served as well as can be; of all assignments that do so the second
decides, and so on. Every goal is one linear sum assignment; after each, only pairs that stand in one of its best
assignments are left to the next. These are told by the dual prices: an assignment is best just where each of its pairs
costs exactly its two prices, and every column with a price is taken (complementary slackness).

Gains are whole numbers, and all sums stay below 2^53, so that floating point is exact and nothing is decided by noise.

Sources: Kuhn 1955; Crouse 2016, "On implementing 2D rectangular assignment algorithms" (scipy's
`linear_sum_assignment`); Burkard, Dell'Amico and Martello 2012, §4.1 (duals).
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Gains = NDArray[np.int64]
EXACT = 2**53


class GainsTooLarge(ValueError):
    """Sums of gains would leave the whole numbers that floating point holds exactly."""

    code = "gains_too_large"

    def __init__(self, largest: int, rows: int) -> None:
        self.largest, self.rows = largest, rows
        super().__init__(f"a gain of {largest} is too large for {rows} rows")


class NegativeGain(ValueError):
    """A pair with a loss would better not be allowed."""

    code = "negative_gain"


def assigned(allowed: NDArray[np.bool_], goals: Iterable[Gains]) -> NDArray[np.int64]:
    """The column of each row, or -1: each row and each column at most once.

    Maximizes the sum of the gains of the first goal, then of the second, and so on. What is still equal then is decided
    by the order of rows and columns alone, so that the same input gives the same answer.

    allowed : shape (n_rows, n_columns), pairs that may be assigned
    goals : each of that shape, gains >= 0; made one at a time where they come from a generator. A row that stays alone
        gains nothing

    :raises NegativeGain: a gain below 0.
    :raises GainsTooLarge: a gain of about 2^52 / n_rows² or more.
    """
    rows, columns = allowed.shape
    # One column more for each row, to stay alone in.
    open_pairs = np.hstack([allowed, np.ones((rows, rows), dtype=np.bool_)])
    needed = np.zeros(columns + rows, dtype=np.bool_)
    chosen = np.arange(columns, columns + rows)
    for gains in goals:
        if not rows or not gains[allowed].any():
            continue
        chosen, open_pairs, needed = _best(_costs(gains, open_pairs, needed))
    return np.where(chosen < columns, chosen, -1)


def _costs(gains: Gains, open_pairs: NDArray[np.bool_], needed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Gains as costs, infinite where a pair is closed.

    A column that every assignment must take, for an earlier goal's sake, gains more than all pairs together could.
    """
    rows, columns = gains.shape
    largest = int(gains.max())
    if gains.min() < 0:
        raise NegativeGain
    bonus = rows * largest + 1
    if 2 * rows * (bonus + largest) >= EXACT:
        raise GainsTooLarge(largest, rows)
    costs = np.zeros(open_pairs.shape)
    costs[:, :columns] = -gains
    costs[:, needed] -= bonus
    costs[~open_pairs] = np.inf
    return costs


def _best(costs: NDArray[np.float64]) -> tuple[Any, NDArray[np.bool_], NDArray[np.bool_]]:
    """A best assignment; the pairs that any best one may have; the columns that every best one takes."""
    rows, chosen = linear_sum_assignment(costs)
    own = costs[rows, chosen]
    prices = _prices(costs - own[:, np.newaxis], chosen)
    slack = costs - (own - prices[chosen])[:, np.newaxis] - prices
    return chosen, slack == 0, prices < 0


def _prices(moves: NDArray[np.float64], chosen: Any) -> NDArray[np.float64]:
    """Dual price of each column, <= 0: the least that a chain of moves costs which ends in taking it.

    moves : what it costs to move a row from its own column to each other. Bellman and Ford's shortest paths; there is
    no circle that gains, for the assignment is a best one.
    """
    prices = np.zeros(moves.shape[1])
    while True:
        cheaper = np.minimum(prices, (moves + prices[chosen][:, np.newaxis]).min(axis=0))
        if (cheaper == prices).all():
            return prices
        prices = cheaper
