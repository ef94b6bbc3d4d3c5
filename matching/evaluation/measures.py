"""How good one ranking is, by what people judged relevant.

Sources: Järvelin and Kekäläinen 2002 (nDCG, gain 2^grade - 1); Voorhees 1999 (MRR); Manning et al. 2008, §8.4 (MAP).
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from matching.evaluation.judged import Grades, JudgedSet

DEPTH = 1_000
"""Ranks looked at. Only average precision looks past 50: a relevant document below this depth adds nothing to it."""

Ranking = Sequence[str]
"""Document ids, best first, each once."""

Ranker = Callable[[str], Ranking]
"""A query's text to at most DEPTH ids; equal scores stand by id, so that the same texts give the same ranking."""

Measure = Callable[[Ranking, Grades], float]
Values = Mapping[str, NDArray[np.float64]]
"""Name of a measure to its value for each query of `JudgedSet.asked`, in that order."""


def ndcg(ranking: Ranking, grades: Grades, *, k: int) -> float:
    """In [0, 1]: discounted gain of the first k, divided by the best possible. 0 where nothing is relevant."""
    gained = _discounted(grades.get(id, 0) for id in ranking[:k])
    ideal = _discounted(sorted(grades.values(), reverse=True)[:k])
    return gained / ideal if ideal else 0.0


def mrr(ranking: Ranking, grades: Grades, *, k: int) -> float:
    """1 / rank of the first relevant document among the first k, else 0."""
    return next((1 / rank for rank, id in enumerate(ranking[:k], start=1) if grades.get(id, 0) > 0), 0.0)


def recall(ranking: Ranking, grades: Grades, *, k: int) -> float:
    """Share of the relevant documents that stand among the first k."""
    relevant = _relevant(grades)
    return len(relevant.intersection(ranking[:k])) / len(relevant) if relevant else 0.0


def average_precision(ranking: Ranking, grades: Grades) -> float:
    """Mean over the relevant documents of the precision at their rank; 0 for one that is not in the ranking."""
    relevant = _relevant(grades)
    ranks = (rank for rank, id in enumerate(ranking[:DEPTH], start=1) if id in relevant)
    precisions = [found / rank for found, rank in enumerate(ranks, start=1)]
    return math.fsum(precisions) / len(relevant) if relevant else 0.0


def _relevant(grades: Grades) -> set[str]:
    return {id for id, grade in grades.items() if grade > 0}


def _discounted(grades: Iterable[int]) -> float:
    return math.fsum((2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


MEASURES: Mapping[str, Measure] = {
    "ndcg@10": lambda ranking, grades: ndcg(ranking, grades, k=10),
    "mrr@10": lambda ranking, grades: mrr(ranking, grades, k=10),
    "recall@10": lambda ranking, grades: recall(ranking, grades, k=10),
    "recall@50": lambda ranking, grades: recall(ranking, grades, k=50),
    "map": average_precision,
}


def measured(judged: JudgedSet, rank: Ranker) -> Values:
    """Every measure for every asked query."""
    rankings = [(rank(judged.queries[id]), judged.grades[id]) for id in judged.asked]
    return {
        name: np.array([measure(ranking, grades) for ranking, grades in rankings], dtype=np.float64)
        for name, measure in MEASURES.items()
    }
