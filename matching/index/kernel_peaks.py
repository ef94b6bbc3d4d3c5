"""The greatest of many sums, found many at a time."""

import numpy as np
from numba import njit

from matching.index.kernel_best import is_full, push
from matching.index.kernel_memory import borrowing

TOGETHER = 64
"""Numbers looked at together."""
BITS = 16
"""Of a sum."""
GREATEST = 2**BITS - 1
CHUNK = 16
"""Rows at most, as far from each other as there are chunks."""
STAGGERED = 32
"""A bit of their number, of whole vectors: of a whole block it makes no power of two, so that the rows of a chunk lie
in different sets of the cache."""
SPREAD = 4
"""Chunks for each result, lest many of the best share one."""


@borrowing
def n_chunks_of(n_rows, limit):
    return max((n_rows + CHUNK - 1) // CHUNK | STAGGERED, min(n_rows, SPREAD * limit))


@borrowing
def _n_from(numbers, least):
    """How many are `least` at least; of two bytes throughout, so that many are compared at once."""
    n = np.uint16(0)
    for x in range(len(numbers)):
        n = np.uint16(n + np.uint16(numbers[x] >= least))
    return n


@borrowing
def nth(numbers, n):
    """The n-th greatest, bit by bit; 0 where there are fewer."""
    found = 0
    for bit in range(BITS - 1, -1, -1):
        more = found | 1 << bit
        if _n_from(numbers, np.uint16(more)) >= n:
            found = more
    return found


@borrowing
def places_from(numbers, least, places):
    """Into `places`, of those that are `least` at least: their number."""
    n = 0
    for begin in range(0, len(numbers), TOGETHER):
        some = numbers[begin : begin + TOGETHER]
        if _n_from(some, np.uint16(least)):
            for x in range(len(some)):
                if some[x] >= least:
                    places[n] = begin + x
                    n += 1
    return n


@njit
def greatest_of(sums, greatest):
    """Of each chunk, row after row of all chunks, which the processor does many at a time."""
    n = len(greatest)
    greatest[:] = sums[:n]
    for row in range(1, len(sums) // n):
        rows = sums[row * n : (row + 1) * n]
        for chunk in range(n):
            one, other = greatest[chunk], rows[chunk]
            greatest[chunk] = one if one > other else other


@borrowing
def push_peaks(block, peaks):
    """The greatest of chunks, which are of different rows."""
    least = np.int64(peaks.numbers[0]) if is_full(peaks) else max(1, nth(block.greatest, len(peaks.numbers)))
    for x in range(places_from(block.greatest, least, block.places)):
        chunk = block.places[x]
        push(peaks, block.greatest[chunk], block.first + chunk)
