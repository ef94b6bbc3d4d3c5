"""The scan of few rows: every posting is added exactly, as the sums of all rows stay in the cache.

With the very additions of `dense`, hence the same bits.
"""

import numpy as np
from numba import njit

from matching.index.kernel_best import is_full, push
from matching.index.kernel_eligible import is_eligible
from matching.index.kernel_exact import DECIMALS
from matching.index.postings import BLOCK

TOGETHER = 64
"""Rows looked at together."""


@njit
def _sums(lists, columns, weights, n_rows):
    """asked . row of each row."""
    sums = np.zeros(n_rows)
    for j in range(len(columns)):
        for run in range(lists.runs_of[columns[j]], lists.runs_of[columns[j] + 1]):
            part = slice(lists.run_start[run], lists.run_start[run + 1])
            local, values, block = lists.local[part], lists.values[part], sums[lists.run_block[run] * BLOCK :]
            for x in range(len(local)):
                block[local[x]] += weights[j] * np.float64(values[x])
    return sums


@njit
def _scores(asked, inverted):
    """Of each row, not yet rounded."""
    weights, first_rival = asked.weights, inverted.first_rival
    scores = _sums(inverted.lists, asked.columns, weights[0], inverted.n_rows)
    if len(inverted.rivals.local):
        rivals = _sums(inverted.rivals, asked.columns, weights[0], first_rival[-1])
        for position in range(inverted.n_rows):
            if first_rival[position] < first_rival[position + 1]:
                scores[position] += rivals[first_rival[position] : first_rival[position + 1]].max()
    if len(weights) > 1:
        best = _sums(inverted.lists, asked.columns, weights[1], inverted.n_rows)
        for k in range(2, len(weights)):
            best = np.maximum(best, _sums(inverted.lists, asked.columns, weights[k], inverted.n_rows))
        scores += best
    return scores


@njit
def scan_few(work):
    """Push the best rows of all."""
    best, scores = work.best, _scores(work.asked, work.inverted)
    least = 0.0  # a score is rounded, a sum is not
    for first in range(0, len(scores), TOGETHER):
        rows, n_above = scores[first : first + TOGETHER], 0
        for x in range(len(rows)):  # without branches, so that many are compared at once
            n_above += np.int64(rows[x] > least)
        if n_above == 0:
            continue
        for x in range(len(rows)):
            if rows[x] > least and is_eligible(first + x, work.eligibility):
                score = min(np.rint(rows[x] * DECIMALS) / DECIMALS, 1.0)
                if score > 0:
                    push(best, score, first + x)
                if is_full(best):
                    least = best.numbers[0] - 1 / DECIMALS
