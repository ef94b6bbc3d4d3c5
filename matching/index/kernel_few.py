"""The scan of few rows: every posting is added exactly, as the sums of all rows stay in the cache.

With the very additions of `dense`, hence the same bits.
"""

import numpy as np
from numba import njit

from matching.index.kernel_best import push
from matching.index.kernel_eligible import drop_ineligible
from matching.index.kernel_exact import DECIMALS
from matching.index.kernel_memory import LINE, borrowing, prefetch
from matching.index.kernel_peaks import GREATEST, greatest_of, n_chunks_of, nth, places_from
from matching.index.postings import BLOCK

AHEAD = 256
"""Postings of a term that are called for."""
FAINT = 1e-9
"""The greatest score; a smaller one uses fewer of the steps."""


@borrowing
def _call_for_postings(lists, column):
    """The first postings of a term."""
    begin, end = lists.run_start[lists.runs_of[column]], lists.run_start[lists.runs_of[column + 1]]
    for place in range(begin, min(end, begin + AHEAD), LINE // 2):
        prefetch(lists.local, place)
        prefetch(lists.values, place)
        prefetch(lists.values, place + LINE // 4)


@njit
def _add(sums, lists, columns, weights):
    """asked . row of each row."""
    for j in range(len(columns)):
        if j + 1 < len(columns):
            _call_for_postings(lists, columns[j + 1])
        for run in range(lists.runs_of[columns[j]], lists.runs_of[columns[j] + 1]):
            part = slice(lists.run_start[run], lists.run_start[run + 1])
            local, values, block = lists.local[part], lists.values[part], sums[lists.run_block[run] * BLOCK :]
            for x in range(len(local)):
                block[local[x]] += weights[j] * np.float64(values[x])


@njit
def _add_scores(scores, asked, inverted):
    """Of each row, not yet rounded."""
    weights, first_rival = asked.weights, inverted.first_rival
    _add(scores, inverted.lists, asked.columns, weights[0])
    if len(inverted.rivals.local):
        rivals = np.zeros(first_rival[-1])
        _add(rivals, inverted.rivals, asked.columns, weights[0])
        for position in range(inverted.n_rows):
            if first_rival[position] < first_rival[position + 1]:
                scores[position] += rivals[first_rival[position] : first_rival[position + 1]].max()
    if len(weights) > 1:
        best = np.zeros(len(scores))
        for k in range(1, len(weights)):
            sums = np.zeros(len(scores))
            _add(sums, inverted.lists, asked.columns, weights[k])
            best = np.maximum(best, sums)
        scores += best


@njit
def scan_few(asked, inverted, eligibility, best):
    """Push the best rows of all.

    The limit-th of the greatest of chunks tells which chunks and rows need a look, as it does of bounds.
    """
    n_rows, limit = inverted.n_rows, len(best.numbers)
    n_chunks = n_chunks_of(n_rows, limit)
    scores = np.zeros((n_rows + n_chunks - 1) // n_chunks * n_chunks)
    _add_scores(scores, asked, inverted)
    drop_ineligible(scores, 0, n_rows, eligibility)
    greatest, steps, places = np.empty(n_chunks), np.empty(n_chunks, np.uint16), np.empty(n_chunks, np.int64)
    greatest_of(scores, greatest)
    a_step = min(max(greatest.max(), FAINT), 1.0) / GREATEST  # all scores above 1 are 1
    for chunk in range(n_chunks):
        steps[chunk] = np.uint16(min(np.ceil(greatest[chunk] / a_step), GREATEST))
    least = (nth(steps, limit) - 1) * a_step - 2 / DECIMALS  # a score is rounded, a sum is not
    for x in range(places_from(steps, max(1, np.int64(least / a_step)), places)):
        for position in range(places[x], n_rows, n_chunks):
            if scores[position] >= least:
                score = min(np.rint(scores[position] * DECIMALS) / DECIMALS, 1.0)
                if score > 0:
                    push(best, score, position)
