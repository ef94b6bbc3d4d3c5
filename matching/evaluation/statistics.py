"""How sure a mean over queries is, and whether two rankers differ by more than the choice of queries.

Everything is seeded: the same values give the same figures.

Sources: Efron and Tibshirani 1993, §13.3 (percentile interval); Sakai 2006 (bootstrap over queries);
Smucker et al. 2007 (randomization test).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2_000
RANDOMIZATIONS = 10_000
"""So that the least p that can be found, 1 / 10,001, is well below what anybody decides by."""

TAILS = (2.5, 97.5)
SEED = 20_250_401
BATCH_CELLS = 2_000_000
"""Random numbers held at once; bounds the memory, not the result."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over queries and its 95 % interval, low <= high."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference(Estimate):
    """A mean of differences, query by query. p : in (0, 1], two-sided, of none being there."""

    p: float


def estimate(values: Floats) -> Estimate:
    """The mean with its percentile bootstrap interval. values : shape (n_queries,), n_queries >= 1.

    One query alone has an interval without width: it says nothing about others.
    """
    random = np.random.default_rng(SEED)
    means = [
        values[random.integers(0, len(values), size=(rows, len(values)))].mean(axis=1)
        for rows in _batches(RESAMPLES, len(values))
    ]
    low, high = np.percentile(np.concatenate(means), TAILS)
    return Estimate(float(values.mean()), float(low), float(high))


def difference(values: Floats, others: Floats) -> Difference:
    """values - others, paired: shape (n_queries,) each, position by position the same query."""
    paired = values - others
    mean = estimate(paired)
    return Difference(mean.value, mean.low, mean.high, randomization_p(paired))


def randomization_p(differences: Floats) -> float:
    """Share of the random choices of signs whose mean is as far from 0, the observed one counted in.

    Were both rankers alike, each query might as well have favored the other one.
    """
    moved = differences[differences != 0]
    if not len(moved):
        return 1.0
    random = np.random.default_rng(SEED)
    observed = abs(moved.sum()) - 1e-12
    as_far = 0
    for rows in _batches(RANDOMIZATIONS, len(moved)):
        signs: Any = random.integers(0, 2, size=(rows, len(moved))) * 2.0 - 1.0
        as_far += int((np.abs(signs @ moved) >= observed).sum())
    return (as_far + 1) / (RANDOMIZATIONS + 1)


def _batches(rows: int, columns: int) -> Iterator[int]:
    """Row counts that sum to `rows`, each of about BATCH_CELLS cells at most."""
    most = max(1, BATCH_CELLS // columns)
    for begun in range(0, rows, most):
        yield min(most, rows - begun)
