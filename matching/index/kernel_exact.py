"""Exact scores of the rows that may be best, with the very additions of `dense`, hence the same bits."""

import numpy as np
from numba import njit

from matching.index import SCORE_DECIMALS
from matching.index.kernel_best import is_full, push
from matching.index.kernel_memory import borrowing, prefetch
from matching.index.kernel_types import Pairs
from matching.index.postings import BLOCK
from matching.index.signatures import WORD, bit_of

ONE = np.uint64(1)
SIX, LAST = np.uint64(6), np.uint64(WORD - 1)
WINDOW = 64
"""Postings that are looked at together."""
WIDE = 2_048
"""Postings of a run from where on one window too often lacks the row."""
TOGETHER = 64
"""Rows scored at once."""
AHEAD = 8
"""Look-ups ahead that memory is called for."""
DECIMALS = 10.0**SCORE_DECIMALS


_bit_of = borrowing(bit_of)


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
def _may_have(positions, columns, signatures, pairs):
    """Which of the rows may have which of the terms, row by row, into `pairs`: their number.

    Without branches, as most signatures tell that a term is not there, and none can foretell which.
    """
    n_words, n = signatures.shape[1], np.uint64(0)
    for position in positions:
        prefetch(signatures, position * n_words)
    for j in range(len(columns)):  # in room that is not yet used
        pairs.places[j] = _bit_of(np.uint64(columns[j]), np.uint64(n_words * WORD))
    for i in range(len(positions)):
        signature = signatures[positions[i]]
        for j in range(len(columns)):
            word, bit = np.uint64(pairs.places[j]) >> SIX, np.uint64(pairs.places[j]) & LAST
            pairs.rows[n], pairs.terms[n] = i, j
            n += (signature[word] >> bit) & ONE
    return np.int64(n)


@borrowing
def _call_for(position, j, densities, work):
    """The postings around where a row's would be."""
    local, runs = work.inverted.lists.local, work.runs
    place = _guess(runs.begins[j], runs.ends[j], position % BLOCK, densities[j])
    prefetch(local, place)
    prefetch(local, place + WINDOW // 2)


@borrowing
def _have(positions, densities, n_pairs, pairs, work):
    """Which of the pairs there are, and where, in place of all: their number.

    Lists are called for some pairs ahead. Weights are called for too, and are there when all are found.
    """
    lists, runs, n = work.inverted.lists, work.runs, 0
    for x in range(n_pairs):
        if x + AHEAD < n_pairs:
            _call_for(positions[pairs.rows[x + AHEAD]], pairs.terms[x + AHEAD], densities, work)
        i, j = pairs.rows[x], pairs.terms[x]
        row, end = positions[i] % BLOCK, runs.ends[j]
        place = _place(lists.local, runs.begins[j], end, row, densities[j])
        if place < end and lists.local[place] == row:
            prefetch(lists.values, place)
            pairs.rows[n], pairs.terms[n], pairs.places[n] = i, j, place
            n += 1
    return n


@njit
def _pairs(positions, block, work):
    """Of these rows of a block and the terms, those that there are, row by row."""
    densities = _densities(work.runs, min(BLOCK, work.inverted.n_rows - block * BLOCK))
    n = len(positions) * len(densities) + len(densities)
    pairs = Pairs(np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64))
    n = _may_have(positions, work.asked.columns, work.inverted.signatures, pairs)
    n = _have(positions, densities, n, pairs, work)
    return Pairs(pairs.rows[:n], pairs.terms[:n], pairs.places[:n])


@njit
def _row_sums(n_rows, pairs, work):
    """asked . row, for the linear part and each rival of what is asked, of each row."""
    weights, values = work.asked.weights, work.inverted.lists.values
    sums = np.zeros((n_rows, len(weights)))
    for x in range(len(pairs.rows)):
        for k in range(len(weights)):
            sums[pairs.rows[x], k] += weights[k, pairs.terms[x]] * np.float64(values[pairs.places[x]])
    return sums


@njit
def _densities(runs, height):
    """Postings of each run for a row of a block of this height."""
    return (runs.ends - runs.begins) / height


@njit
def _best_rival(first, stop, terms, work):
    """max of asked . rival over rivals from `first` on and before `stop`, which have no term that their row lacks."""
    asked, runs, rivals, n_rivals = work.asked, work.others, work.inverted.rivals, work.inverted.first_rival[-1]
    sums = np.zeros(stop - first)
    for block in range(first // BLOCK, (stop - 1) // BLOCK + 1):
        before = block * BLOCK
        height = min(BLOCK, n_rivals - before)
        fill_runs(runs, asked.columns, block, rivals)
        densities = _densities(runs, height)
        for j in terms:
            begin, end = runs.begins[j], runs.ends[j]
            place = _place(rivals.local, begin, end, max(0, first - before), densities[j])
            while place < end and before + rivals.local[place] < stop:
                sums[before + rivals.local[place] - first] += asked.weights[0, j] * np.float64(rivals.values[place])
                place += 1
    return sums.max()


@njit
def _take(chosen, work):
    """Push these rows, those of a block together, with their scores."""
    asked, inverted = work.asked, work.inverted
    first = 0
    while first < len(chosen):
        block, last = chosen[first] // BLOCK, first + 1
        while last < min(len(chosen), first + TOGETHER) and chosen[last] // BLOCK == block:
            last += 1
        fill_runs(work.runs, asked.columns, block, inverted.lists)
        pairs = _pairs(chosen[first:last], block, work)
        sums, after = _row_sums(last - first, pairs, work), 0
        for i in range(first, last):
            position, score, before = chosen[i], sums[i - first, 0], after
            while after < len(pairs.rows) and pairs.rows[after] == i - first:
                after += 1
            start, stop = inverted.first_rival[position], inverted.first_rival[position + 1]
            if start < stop and len(inverted.rivals.local):  # rivals without a term have no lists to look into
                score += _best_rival(start, stop, pairs.terms[before:after], work)
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
