"""The scan of the numba back end: bounds added in whole numbers, then exact scores of the few rows that may be best.

Scores are scaled so that a sum of bounds fits two bytes. Rows are taken UNIT at a time, whose sums stay in the
first-level cache. Each product is rounded up, so a sum is never less than the scaled score. Without rivals it is at
most STEPS and two for each term more, so that the limit-th greatest sum tells which rows may be among the best. With
rivals it tells nothing of the kind, for the best rival of a row is worth less than its best weights of all terms
together: there the exact scores so far tell.

All of it stands in this file, for numba's cache knows a kernel by the time of the file it is in.

Source: safe bounds with exact scores after Turtle and Flood 1995, "Query Evaluation: Strategies and Optimizations".
"""

import numpy as np
from numba import njit

from matching.index import SCORE_DECIMALS
from matching.index.kernel_types import SIGNATURE, Eligibility, Found, Runs
from matching.index.postings import BLOCK, STEPS

UNIT = 16_384
LAST = np.uint16(UNIT - 1)
ONE = np.uint64(1)
CHUNK = 64
FEW = 512
"""Postings in a unit up to which its rows are visited by them, not all in turn."""
MOST_TERMS = 4_096
MOST_WANTED = 1_024
"""Results. More terms than that, or results, and adding up every posting is as good."""
FULL = 65_000.0
"""What the sum of all bounds is scaled to, with two more for each term."""
ROOM = 4 * UNIT
"""Rows remembered until their exact scores are taken."""
MOST_EXACT = 8 * MOST_WANTED
DECIMALS = 10.0**SCORE_DECIMALS
LEAST = 1e-9
"""Sum of all bounds; smaller ones use fewer of the bits."""


@njit
def _at_least(ascending, first, end, wanted):
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


@njit
def _fill_runs(runs, columns, block, lists):
    for j in range(len(columns)):
        last = lists.runs_of[columns[j] + 1]
        run = _at_least(lists.run_block, lists.runs_of[columns[j]], last, block)
        if run < last and lists.run_block[run] == block:
            runs.begins[j], runs.ends[j] = lists.run_start[run], lists.run_start[run + 1]
        else:
            runs.begins[j], runs.ends[j] = 0, 0


@njit
def _worse(heap, one, other):
    if heap.numbers[one] != heap.numbers[other]:
        return heap.numbers[one] < heap.numbers[other]
    return heap.positions[one] > heap.positions[other]


@njit
def _exchange(heap, one, other):
    heap.numbers[one], heap.numbers[other] = heap.numbers[other], heap.numbers[one]
    heap.positions[one], heap.positions[other] = heap.positions[other], heap.positions[one]


@njit
def _push(heap, number, position):
    """Into a heap with the worst on top, which falls out where there is no room."""
    size = heap.size[0]
    if size < len(heap.numbers):
        heap.size[0] += 1
        heap.numbers[size], heap.positions[size] = number, position
        while size and _worse(heap, size, (size - 1) >> 1):
            _exchange(heap, size, (size - 1) >> 1)
            size = (size - 1) >> 1
    elif number > heap.numbers[0] or (number == heap.numbers[0] and position < heap.positions[0]):
        heap.numbers[0], heap.positions[0] = number, position
        place = 0
        while 2 * place + 1 < size:
            below = 2 * place + 1
            if below + 1 < size and _worse(heap, below + 1, below):
                below += 1
            if not _worse(heap, below, place):
                break
            _exchange(heap, place, below)
            place = below


@njit
def _is_eligible(position, eligibility):
    place = position
    if len(eligibility.dead):
        before = _at_least(eligibility.dead, 0, len(eligibility.dead), position)
        if before < len(eligibility.dead) and eligibility.dead[before] == position:
            return False
        place -= before
    return not eligibility.masked or eligibility.mask[place]


@njit
def _any_eligible(first, end, eligibility):
    """By the mask alone."""
    dead = eligibility.dead
    for place in range(first - _at_least(dead, 0, len(dead), first), end - _at_least(dead, 0, len(dead), end)):
        if eligibility.mask[place]:
            return True
    return False


@njit
def _add(local, bounds, begin, end, factor, sums):
    """factor * bound / 256, rounded up, to each row's sum. The rows of a run differ, so four at a time are safe."""
    rows, steps = local[begin:end], bounds[begin:end]
    n = len(rows)
    whole = n & ~3
    for x in range(0, whole, 4):
        a, b, c, d = rows[x] & LAST, rows[x + 1] & LAST, rows[x + 2] & LAST, rows[x + 3] & LAST
        one = (factor * np.uint32(steps[x])) >> np.uint32(8)
        two = (factor * np.uint32(steps[x + 1])) >> np.uint32(8)
        three = (factor * np.uint32(steps[x + 2])) >> np.uint32(8)
        four = (factor * np.uint32(steps[x + 3])) >> np.uint32(8)
        sum_a, sum_b, sum_c, sum_d = sums[a], sums[b], sums[c], sums[d]
        sums[a] = np.uint16(sum_a + one + ONE)
        sums[b] = np.uint16(sum_b + two + ONE)
        sums[c] = np.uint16(sum_c + three + ONE)
        sums[d] = np.uint16(sum_d + four + ONE)
    for x in range(whole, n):
        a = rows[x] & LAST
        sums[a] = np.uint16(sums[a] + ((factor * np.uint32(steps[x])) >> np.uint32(8)) + ONE)


@njit
def _add_unit(lists, cursors, ends, start, stop, factors, sums):
    """The postings of rows from `start` on and before `stop` of a block; their number. `cursors` are left at them."""
    n_added = 0
    for j in range(len(factors)):
        begin, last = cursors.ends[j], ends[j]
        if begin < last and lists.local[begin] < start:
            begin = _at_least(lists.local, begin, last, start)
        end = begin
        if begin < last and lists.local[begin] < stop:
            end = last if lists.local[last - 1] < stop else _at_least(lists.local, begin, last, stop)
            n_added += end - begin
            _add(lists.local, lists.bounds, begin, end, factors[j], sums)
        cursors.begins[j], cursors.ends[j] = begin, end
    return n_added


@njit
def _take(number, position, threshold, slack, maybe, kept, eligibility):
    """Remember a row that is eligible; the threshold, which rises with it unless slack < 0."""
    if number < threshold or not _is_eligible(position, eligibility):
        return threshold
    size = maybe.size[0]
    maybe.numbers[size], maybe.positions[size] = number, position
    maybe.size[0] += 1
    _push(kept, number, position)
    if slack >= 0 and kept.size[0] == len(kept.numbers):
        return max(threshold, np.int64(kept.numbers[0]) - slack)
    return threshold


@njit
def _take_few(lists, cursors, first, sums, threshold, slack, maybe, kept, eligibility):
    """Rows whose sums reach the threshold, by way of the postings; the sums become 0."""
    for j in range(len(cursors.begins)):
        for place in range(cursors.begins[j], cursors.ends[j]):
            row = lists.local[place] & LAST
            if sums[row] >= threshold:
                threshold = _take(sums[row], first + row, threshold, slack, maybe, kept, eligibility)
            sums[row] = 0
    return threshold


@njit
def _take_many(first, sums, threshold, slack, maybe, kept, eligibility):
    """The same by way of all rows."""
    for begin in range(0, UNIT, CHUNK):
        chunk, least = sums[begin : begin + CHUNK], np.uint16(threshold)
        reached = np.uint16(0)
        for row in range(CHUNK):
            reached |= np.uint16(chunk[row] >= least)
        if reached:
            for row in range(CHUNK):
                if chunk[row] >= threshold:
                    position = first + begin + row
                    threshold = _take(chunk[row], position, threshold, slack, maybe, kept, eligibility)
    sums[:] = 0
    return threshold


@njit
def _row_sums(positions, weights, runs, lists):
    """asked . row, for the linear part and each rival of what is asked, of rows of one block.

    Added in the order of `dense`, hence the same bits. Term by term, so that its run stays in the cache for all rows.
    """
    sums = np.zeros((len(positions), len(weights)))
    for j in range(len(runs.begins)):
        begin, end = runs.begins[j], runs.ends[j]
        if begin == end:
            continue
        for i in range(len(positions)):
            row = positions[i] % BLOCK
            place = _at_least(lists.local, begin, end, row)
            if place < end and lists.local[place] == row:
                for k in range(len(weights)):
                    sums[i, k] += weights[k, j] * np.float64(lists.values[place])
    return sums


@njit
def _best_rival(first, stop, columns, weights, rivals, runs):
    """max of asked . rival over the rivals from `first` on and before `stop`."""
    sums = np.zeros(stop - first)
    for block in range(first // BLOCK, (stop - 1) // BLOCK + 1):
        before = block * BLOCK
        _fill_runs(runs, columns, block, rivals)
        for j in range(len(columns)):
            place = _at_least(rivals.local, runs.begins[j], runs.ends[j], max(0, first - before))
            while place < runs.ends[j] and before + rivals.local[place] < stop:
                sums[before + rivals.local[place] - first] += weights[0, j] * np.float64(rivals.values[place])
                place += 1
    return sums.max()


@njit
def _filtered(maybe, threshold):
    size = 0
    for i in range(maybe.size[0]):
        if maybe.numbers[i] >= threshold:
            maybe.numbers[size], maybe.positions[size] = maybe.numbers[i], maybe.positions[i]
            size += 1
    maybe.size[0] = size


@njit
def _settle(
    maybe, kept, best, n_exact, threshold, scale, columns, weights, at, runs, lists, rivals, first_rival, others
):
    """Take exact scores: of the greatest sums first, then of the rest that may still be among the best.

    The threshold as it is then. What was remembered is forgotten.
    """
    pivot = kept.numbers[0] if kept.size[0] == len(kept.numbers) and best.size[0] < len(best.numbers) else 0.0
    for greatest in (True, False):
        numbers, positions = maybe.numbers[: maybe.size[0]], maybe.positions[: maybe.size[0]]
        chosen = positions[((numbers >= pivot) == greatest) & (numbers >= threshold)]
        n_exact[0] += len(chosen)
        first = 0
        while first < len(chosen):
            block, last = chosen[first] // BLOCK, first + 1
            while last < len(chosen) and chosen[last] // BLOCK == block:
                last += 1
            if at[0] != block:
                at[0] = block
                _fill_runs(runs, columns, block, lists)
            sums = _row_sums(chosen[first:last], weights, runs, lists)
            for i in range(first, last):
                position, score = chosen[i], sums[i - first, 0]
                start, stop = first_rival[position], first_rival[position + 1]
                if start < stop and len(rivals.local):  # rivals without a term have no lists to look into
                    score += _best_rival(start, stop, columns, weights, rivals, others)
                if len(weights) > 1:
                    score += sums[i - first, 1:].max()
                score = min(np.rint(score * DECIMALS) / DECIMALS, 1.0)
                if score > 0:
                    _push(best, score, position)
            first = last
        if best.size[0] == len(best.numbers):  # a score is rounded, a sum is not
            threshold = max(threshold, np.int64((best.numbers[0] - 1 / DECIMALS) * scale) - 1)
    maybe.size[0] = 0
    return threshold


@njit(SIGNATURE, cache=True, nogil=True)
def scan(columns, weights, limit, n_rows, lists, rivals, first_rival, dead, masked, mask):
    """The best rows: whether the scan held out, their positions and scores, in no order.

    It gives up where so many rows are nearly equal that adding up every posting is faster.
    """
    eligibility = Eligibility(dead, masked, mask)
    m = len(columns)
    factors, scale = np.empty(m, np.uint32), 0.0
    most = np.empty(m)
    for j in range(m):
        rival = 0.0
        for k in range(1, len(weights)):
            rival = max(rival, weights[k, j])
        most[j] = (weights[0, j] + rival) * lists.tops[columns[j]]
    scale = (FULL - 2 * m) / max(most.sum(), LEAST)
    for j in range(m):
        factors[j] = np.uint32(np.ceil(most[j] * scale * 256 / STEPS))
    loose = len(weights) > 1 or len(rivals.local) > 0
    slack = -1 if loose else STEPS + 2 * m + 8

    kept = Found(np.empty(limit), np.empty(limit, np.int64), np.zeros(1, np.int64))
    best = Found(np.empty(limit), np.empty(limit, np.int64), np.zeros(1, np.int64))
    maybe = Found(np.empty(ROOM + UNIT, np.int64), np.empty(ROOM + UNIT, np.int64), np.zeros(1, np.int64))
    at, runs = np.full(1, -1, np.int64), Runs(np.empty(m, np.int64), np.empty(m, np.int64))
    inverted = (lists, rivals, first_rival, Runs(np.empty(m, np.int64), np.empty(m, np.int64)))
    cursors = Runs(np.empty(m, np.int64), np.empty(m, np.int64))
    sums = np.zeros(UNIT, np.uint16)
    threshold, n_exact = np.int64(1), np.zeros(1, np.int64)

    for first in range(0, n_rows, UNIT):
        if first % BLOCK == 0:
            at[0] = first // BLOCK
            _fill_runs(runs, columns, at[0], lists)
            cursors.ends[:] = runs.begins
        if masked and not _any_eligible(first, min(first + UNIT, n_rows), eligibility):
            continue
        start = first % BLOCK
        n_added = _add_unit(lists, cursors, runs.ends, start, start + UNIT, factors, sums)
        if n_added <= FEW:
            threshold = _take_few(lists, cursors, first, sums, threshold, slack, maybe, kept, eligibility)
        else:
            threshold = _take_many(first, sums, threshold, slack, maybe, kept, eligibility)
        if loose:
            threshold = _settle(maybe, kept, best, n_exact, threshold, scale, columns, weights, at, runs, *inverted)
        elif maybe.size[0] > ROOM:
            _filtered(maybe, threshold)
        if maybe.size[0] > ROOM or n_exact[0] > MOST_EXACT:
            return False, best.positions[:0], best.numbers[:0]
    _filtered(maybe, threshold)
    if maybe.size[0] > MOST_EXACT:
        return False, best.positions[:0], best.numbers[:0]
    _settle(maybe, kept, best, n_exact, threshold, scale, columns, weights, at, runs, *inverted)
    return True, best.positions[: best.size[0]], best.numbers[: best.size[0]]
