"""The back end of the base install: every posting of the asked terms is added, term at a time, to its row's sum."""

import numpy as np
from numpy.typing import NDArray

from matching.index import SCORE_DECIMALS, Mask
from matching.index.postings import BLOCK, Postings
from matching.index.question import Question, Questions
from matching.index.search import Best
from matching.index.segment import Segment


class DenseSearch:
    """numpy alone."""

    name = "scipy"

    def best(self, segment: Segment, questions: Questions, limit: int, mask: Mask | None) -> Best:
        return Best.joined([best_by_sums(segment, each, limit, mask) for each in questions.each()])


def best_by_sums(segment: Segment, question: Question, limit: int, mask: Mask | None) -> Best:
    """Of one question."""
    with np.errstate(over="ignore"):  # a score is 1 at most
        scores = _scores(segment, *question.within(segment))
    if mask is not None:
        scores[segment.living[~mask]] = 0.0
    scores[segment.dead] = 0.0
    candidates = np.flatnonzero(scores)
    if len(candidates) > limit:
        at_least = np.partition(scores[candidates], -limit)[-limit]
        candidates = candidates[scores[candidates] >= at_least]
    found = scores[candidates]
    order = np.lexsort((candidates, -found))[:limit]
    return Best([len(order)], candidates[order], found[order])


def _scores(segment: Segment, columns: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of every row, tombstones too."""
    n_rows = len(segment.names)
    scores = _sums(segment.rows, columns, weights[0], n_rows)
    if len(segment.rivals.local):
        sums = _sums(segment.rivals, columns, weights[0], int(segment.first_rival[-1]))
        has = np.flatnonzero(np.diff(segment.first_rival))
        scores[has] += np.maximum.reduceat(sums, segment.first_rival[has])
    if len(weights) > 1:
        scores += np.max([_sums(segment.rows, columns, each, n_rows) for each in weights[1:]], axis=0)
    return np.minimum(scores.round(SCORE_DECIMALS), 1.0)


def _sums(postings: Postings, columns: NDArray[np.int64], weights: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Terms are added in their order, so that equal rows get equal bits."""
    sums = np.zeros(n)
    starts, blocks = postings.run_start, postings.run_block
    for column, weight in zip(columns.tolist(), weights.tolist(), strict=True):
        if not weight:
            continue
        for run in range(postings.runs_of[column], postings.runs_of[column + 1]):
            part = slice(starts[run], starts[run + 1])
            block = sums[blocks[run] * BLOCK : (blocks[run] + 1) * BLOCK]
            block[postings.local[part]] += postings.values[part] * np.float64(weight)
    return sums
