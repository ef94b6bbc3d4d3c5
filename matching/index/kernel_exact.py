"""Exact scores of the rows that may be best, with the very additions of `dense`, hence the same bits."""

import numpy as np
from numba import njit

from matching.index import SCORE_DECIMALS
from matching.index.kernel_best import is_full, push
from matching.index.kernel_memory import borrowing, prefetch
from matching.index.postings import BLOCK

ONE = np.uint64(1)
WINDOW = 64
"""Postings that are looked at together."""
WIDE = 2_048
"""Postings of a run from where on one window too often lacks the row."""
TOGETHER = 64
"""Rows scored at once."""
DECIMALS = 10.0**SCORE_DECIMALS


@borrowing
def at_least(ascending, first, end, wanted):
    """First place of something that is at least `wanted`.

    Without branches, as half of them would be foretold wrong, and unsigned, as numba else looks for negative places.
    """
    if end <= first:
        return first
    place, n = np.uint64(first), np.uint64(end - first)
    while n > ONE:
        half = n >> ONE
        place = place + half if ascending[place + half - ONE] < wanted else place
        n -= half
    return np.int64(place) + np.int64(ascending[place] < wanted)


@borrowing
def fill_runs(runs, columns, block, lists):
    """Of the postings of this block."""
    for j in range(len(columns)):
        last = lists.runs_of[columns[j] + 1]
        run = at_least(lists.run_block, lists.runs_of[columns[j]], last, block)
        if run < last and lists.run_block[run] == block:
            runs.begins[j], runs.ends[j] = lists.run_start[run], lists.run_start[run + 1]
        else:
            runs.begins[j], runs.ends[j] = 0, 0


@borrowing
def _windows(n):
    """How many windows hold a row's posting for nearly all rows: its place strays with the root of n."""
    return 1 if n <= WIDE else 4


@borrowing
def _guess(begin, end, row, density):
    """Where the rows of a term lie evenly, its windows from here on hold the row, or would."""
    n = end - begin
    width = _windows(n) * WINDOW
    return begin + max(0, min(n - width, np.int64(row * density) - width // 2))


@borrowing
def _before(local, first, n_windows, wanted):
    """Postings of rows before the wanted one, in so many windows.

    Counted, which the processor does without waiting for one step to begin the next, and in whole windows of two
    bytes throughout, so that many are compared at once.
    """
    before = np.uint16(0)
    for begin in range(first, first + n_windows * WINDOW, WINDOW):
        window = local[begin : begin + WINDOW]
        for x in range(WINDOW):
            before = np.uint16(before + np.uint16(window[x] < wanted))
    return np.int64(before)


@borrowing
def _place(local, begin, end, row, density):
    """`at_least` of a run, whose rows have `density` postings each, seen from a guess."""
    if end - begin < WINDOW:
        return at_least(local, begin, end, row)
    n_windows = _windows(end - begin)
    low = _guess(begin, end, row, density)
    high, step = low + n_windows * WINDOW, WINDOW
    if (low == begin or local[low - 1] < row) and (high == end or local[high] >= row):
        return low + _before(local, low, n_windows, np.uint16(row))
    while low > begin and local[low] >= row:
        low, high, step = max(begin, low - step), low + 1, 2 * step
    while high < end and local[high - 1] < row:
        low, high, step = high, min(end, high + step), 2 * step
    return at_least(local, low, high, row)


@borrowing
def _found(positions, block, densities, found, work):
    """Which of the terms have which of the rows, and where, into `found`: their number.

    Term by term, so that its run stays in the cache for all rows, while the next one is called for. The weights are
    called for too, and are there when all are found.
    """
    lists, runs, n_found = work.inverted.lists, work.runs, 0
    for j in range(len(densities)):
        if j + 1 < len(densities):
            for i in range(len(positions)):
                place = _guess(runs.begins[j + 1], runs.ends[j + 1], positions[i] % BLOCK, densities[j + 1])
                prefetch(lists.local, place)
                prefetch(lists.local, place + WINDOW // 2)
        begin, end = runs.begins[j], runs.ends[j]
        if begin == end:
            continue
        for i in range(len(positions)):
            row = positions[i] % BLOCK
            place = _place(lists.local, begin, end, row, densities[j])
            if place < end and lists.local[place] == row:
                prefetch(lists.values, place)
                found[n_found, 0], found[n_found, 1], found[n_found, 2] = j, i, place
                n_found += 1
    return n_found


@njit
def _row_sums(positions, block, work):
    """asked . row, for the linear part and each rival of what is asked, of rows of one block."""
    weights, values = work.asked.weights, work.inverted.lists.values
    densities = _densities(work.runs, min(BLOCK, work.inverted.n_rows - block * BLOCK))
    found = np.empty((len(densities) * len(positions), 3), np.int64)
    sums = np.zeros((len(positions), len(weights)))
    for n in range(_found(positions, block, densities, found, work)):
        j, i, place = found[n]
        for k in range(len(weights)):
            sums[i, k] += weights[k, j] * np.float64(values[place])
    return sums


@njit
def _densities(runs, height):
    """Postings of each run for a row of a block of this height."""
    return (runs.ends - runs.begins) / height


@njit
def _best_rival(first, stop, work):
    """max of asked . rival over the rivals from `first` on and before `stop`."""
    asked, runs, rivals, n_rivals = work.asked, work.others, work.inverted.rivals, work.inverted.first_rival[-1]
    sums = np.zeros(stop - first)
    for block in range(first // BLOCK, (stop - 1) // BLOCK + 1):
        before = block * BLOCK
        height = min(BLOCK, n_rivals - before)
        fill_runs(runs, asked.columns, block, rivals)
        densities = _densities(runs, height)
        for j in range(len(asked.columns)):
            begin, end = runs.begins[j], runs.ends[j]
            if begin == end:
                continue
            place = _place(rivals.local, begin, end, max(0, first - before), densities[j])
            while place < end and before + rivals.local[place] < stop:
                sums[before + rivals.local[place] - first] += asked.weights[0, j] * np.float64(rivals.values[place])
                place += 1
    return sums.max()


@njit
def _take(chosen, work):
    """Push these rows, which ascend, with their scores."""
    asked, inverted = work.asked, work.inverted
    first = 0
    while first < len(chosen):
        block, last = chosen[first] // BLOCK, first + 1
        while last < min(len(chosen), first + TOGETHER) and chosen[last] // BLOCK == block:
            last += 1
        fill_runs(work.runs, asked.columns, block, inverted.lists)
        sums = _row_sums(chosen[first:last], block, work)
        for i in range(first, last):
            position, score = chosen[i], sums[i - first, 0]
            start, stop = inverted.first_rival[position], inverted.first_rival[position + 1]
            if start < stop and len(inverted.rivals.local):  # rivals without a term have no lists to look into
                score += _best_rival(start, stop, work)
            if len(asked.weights) > 1:
                score += sums[i - first, 1:].max()
            score = min(np.rint(score * DECIMALS) / DECIMALS, 1.0)
            if score > 0:
                push(work.best, score, position)
        first = last


@njit
def settle(work):
    """Take exact scores of the rows that may be best, those of the greatest sums first; forget them.

    The threshold rises with the scores. `runs` are left anyhow.
    """
    maybe, best, threshold = work.maybe, work.best, work.threshold
    pivot = work.peaks.numbers[0] if is_full(work.peaks) else 0.0
    for greatest in (True, False):
        numbers, positions = maybe.numbers[: maybe.size[0]], maybe.positions[: maybe.size[0]]
        chosen = positions[((numbers >= pivot) == greatest) & (numbers >= threshold[0])]
        work.n_exact[0] += len(chosen)
        _take(chosen, work)
        if is_full(best):  # a score is rounded, a sum is not
            threshold[0] = max(threshold[0], np.int64((best.numbers[0] - 1 / DECIMALS) * work.scale) - 1)
    maybe.size[0] = 0
