"""Which rows may be answers: those that live and that the mask, which counts the living alone, lets in."""

import numpy as np

from matching.index.kernel_exact import at_least
from matching.index.kernel_memory import borrowing

TOGETHER = 64
"""Rows whose marks are added up in one byte."""


@borrowing
def is_eligible(position, eligibility):
    """Whether a row lives and is let in."""
    place, dead = position, eligibility.dead
    if len(dead):
        before = at_least(dead, 0, len(dead), position)
        if before < len(dead) and dead[before] == position:
            return False
        place -= before
    return not eligibility.masked or eligibility.mask[place]


@borrowing
def count_eligible(first, end, eligibility):
    """Rows of this block."""
    dead = eligibility.dead
    before, after = at_least(dead, 0, len(dead), first), at_least(dead, 0, len(dead), end)
    if not eligibility.masked:
        return end - first - (after - before)
    n, mask = 0, eligibility.mask[first - before : end - after]
    for begin in range(0, len(mask), TOGETHER):
        chunk, n_chunk = mask[begin : begin + TOGETHER], np.uint8(0)
        for place in range(len(chunk)):  # of one byte throughout, so that many are added at once
            n_chunk = np.uint8(n_chunk + np.uint8(chunk[place]))
        n += n_chunk
    return n


@borrowing
def drop_ineligible(sums, first, end, eligibility):
    """Make their sums 0."""
    dead, mask, none = eligibility.dead, eligibility.mask, sums.dtype.type(0)
    before, begin = at_least(dead, 0, len(dead), first), first
    while begin < end:
        stop = min(end, dead[before]) if before < len(dead) else end
        if eligibility.masked:
            living, allowed = sums[begin - first : stop - first], mask[begin - before : stop - before]
            for x in range(len(living)):
                living[x] = living[x] if allowed[x] else none
        if stop < end:
            sums[stop - first] = none
        before, begin = before + 1, stop + 1
