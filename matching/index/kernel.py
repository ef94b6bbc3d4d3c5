"""The scan of the numba back end: bounds added in whole numbers, then exact scores of the few rows that may be best.

Scores are scaled so that a sum of bounds fits two bytes, and rows are taken a block at a time, whose sums stay in the
second-level cache. Each product is rounded up, so a sum is never less than the scaled score. Without rivals it is at
most STEPS and three for each term more, and what is rounded off a score, so that the limit-th greatest sum tells which
rows may be among the best; and the limit-th greatest of the greatest of each CHUNK rows is nearly as good, which the
processor finds many rows at a time. With rivals sums tell nothing of the kind, for the best rival of a row is worth
less than its best weights of all terms together: there the exact scores so far tell.

Source: safe bounds with exact scores after Turtle and Flood 1995, "Query Evaluation: Strategies and Optimizations".
"""

from hashlib import sha256
from pathlib import Path

import numpy as np
from numba import njit

from matching.index.kernel_best import is_full, push, put_in_order
from matching.index.kernel_bounds import add_block
from matching.index.kernel_eligible import count_eligible, drop_ineligible, is_eligible
from matching.index.kernel_exact import DECIMALS, fill_runs, settle
from matching.index.kernel_few import scan_few
from matching.index.kernel_memory import borrowing, prefetch
from matching.index.kernel_peaks import CHUNK, GREATEST, greatest_of, n_chunks_of, places_from, push_peaks
from matching.index.kernel_segment import segment_at
from matching.index.kernel_types import SIGNATURE, Asked, Block, Eligibility, Found, Runs, Work
from matching.index.kernel_words import columns_of
from matching.index.postings import BLOCK, STEPS

FEW = 2_048
"""Postings in a block up to which its rows are visited by them, not all in turn."""
SPARSE = 24
"""Postings added in the time that one is looked up: so few eligible rows are scored without a scan."""
MOST_TERMS = 4_096
MOST_WANTED = 1_024
"""Results. More terms than that, or results, and adding up every posting is as good."""
FULL = 65_000.0
"""What the sum of all bounds is scaled to, with two more for each term."""
ROOM = 4_096
"""Rows remembered until their exact scores are taken."""
MOST_EXACT = 8 * MOST_WANTED
GIVEN_UP = -1
LEAST = 1e-9
"""Sum of all bounds; smaller ones use fewer of the bits."""


@borrowing
def _remember(number, position, work):
    maybe = work.maybe
    size = maybe.size[0]
    maybe.numbers[size], maybe.positions[size] = number, position
    maybe.size[0] = size + 1


@borrowing
def _raise_threshold(slack, work):
    """To the least sum of a row that may be among the best; all scores above 1 are 1."""
    peaks, threshold = work.peaks, work.threshold
    if slack >= 0 and is_full(peaks):
        threshold[0] = max(threshold[0], np.int64(min(peaks.numbers[0], work.scale)) - slack)


@borrowing
def _scan_few(first, sums, factors, slack, work):
    """A block of few postings, whose rows alone are looked at."""
    lists, runs, threshold = work.inverted.lists, work.runs, work.threshold
    for j in range(len(factors)):
        for place in range(runs.begins[j], runs.ends[j]):
            sums[lists.local[place]] = 0
    add_block(sums, factors, lists, runs)
    for j in range(len(factors)):
        for place in range(runs.begins[j], runs.ends[j]):
            row = lists.local[place]
            number, position = np.int64(sums[row]), first + row
            sums[row] = 0
            if number >= threshold[0] and is_eligible(position, work.eligibility):
                _remember(number, position, work)
                push(work.peaks, number, position)
                _raise_threshold(slack, work)


@borrowing
def _remember_chunk(chunk, block, least, below, work):
    """Its rows from `least` on and `below`: without branches, as none can foretell which row it is."""
    maybe, n = work.maybe, np.uint64(work.maybe.size[0])
    for row in range(np.uint64(chunk), np.uint64(len(block.sums)), np.uint64(len(block.greatest))):
        number = np.int64(block.sums[row])
        maybe.numbers[n], maybe.positions[n] = number, block.first + np.int64(row)
        n += np.uint64((least <= number) & (number < below))
    maybe.size[0] = np.int64(n)


@njit
def _take_between(block, least, below, settled, work):
    """Remember all rows from `least` on and `below`; whether there were not too many.

    Exact scores are taken where there is no room, and where they must be `settled` before the next rows.
    """
    n = places_from(block.greatest, max(least, work.threshold[0]), block.places)
    for x in range(n):
        _remember_chunk(block.places[x], block, max(least, work.threshold[0]), below, work)
        if work.maybe.size[0] + CHUNK > ROOM or (settled and x + 1 == n):
            settle(work)
            if work.n_exact[0] > MOST_EXACT:
                return False
    return True


@njit
def _scan_many(first, end, room, factors, slack, looked_up, work):
    """A block of many postings. Whether it did not ask for too many exact scores."""
    n, peaks = end - first, work.peaks
    n_chunks = n_chunks_of(n, len(peaks.numbers))
    sums = room.sums[: (n + n_chunks - 1) // n_chunks * n_chunks]
    block = Block(first, sums, room.greatest[:n_chunks], room.places)
    sums[:] = 0
    if looked_up:
        sums[:n] = GREATEST
    else:
        add_block(sums, factors, work.inverted.lists, work.runs)
    drop_ineligible(sums, first, end, work.eligibility)
    greatest_of(sums, block.greatest)
    pivot, settled = 1, slack < 0 and not looked_up
    if not looked_up:
        push_peaks(block, peaks)
        if is_full(peaks):
            pivot = np.int64(peaks.numbers[0])
    _raise_threshold(slack, work)
    least, below = pivot if settled else 1, GREATEST + 1
    while below > 1:
        if not _take_between(block, least, below, settled, work):
            return False
        least, below = 1, least
    return True


@borrowing
def _n_lists(n_weights, n_terms):
    """Of weights that each of the terms has."""
    return max(1, n_weights // max(1, n_terms))


@borrowing
def _are_weights(weights, n_terms):
    """Not negative, finite, and as many for each term."""
    right = _n_lists(len(weights), n_terms) * n_terms == len(weights)
    for x in range(len(weights)):
        right &= (weights[x] >= 0) & (weights[x] < np.inf)
    return right


@njit
def _known(columns, weights):
    """What is asked of the terms that there are; they ascend, so that they are added in one order in every segment."""
    order = np.argsort(columns)
    order = order[np.sum(columns < 0) :]
    known = np.empty((len(weights), len(order)))
    for j in range(len(order)):
        for k in range(len(weights)):
            known[k, j] = weights[k, order[j]]
    return Asked(columns[order], known)


@njit
def _scaled(asked, tops):
    """factors : uint32, shape (m,), of the bounds of each term; scale : of a score of 1"""
    m, weights = len(asked.columns), asked.weights
    factors, most = np.empty(m, np.uint32), np.empty(m)
    for j in range(m):
        rival = 0.0
        for k in range(1, len(weights)):
            rival = max(rival, weights[k, j])
        most[j] = (weights[0, j] + rival) * tops[asked.columns[j]]
    scale = (FULL - 2 * m) / max(most.sum(), LEAST)
    for j in range(m):
        factors[j] = np.uint32(np.ceil(most[j] * scale * 256 / STEPS))
    return factors, scale


@borrowing
def _call_for(columns, lists):
    """What is asked of each term at first, of all at once."""
    for j in range(len(columns)):
        prefetch(lists.runs_of, columns[j])
        prefetch(lists.tops, columns[j])
    for j in range(len(columns)):
        prefetch(lists.run_block, lists.runs_of[columns[j]])
        prefetch(lists.run_start, lists.runs_of[columns[j]])


@njit
def _room(size):
    return Found(np.empty(size), np.empty(size, np.int64), np.zeros(1, np.int64))


@njit
def _runs(m):
    return Runs(np.empty(m, np.int64), np.empty(m, np.int64))


@njit
def _scan_blocks(work, factors, slack):
    """Whether so few rows are nearly equal that their exact scores could be taken."""
    most_chunks = n_chunks_of(BLOCK, MOST_WANTED)
    sums, greatest = np.empty(BLOCK + most_chunks, np.uint16), np.empty(most_chunks, np.uint16)
    room = Block(0, sums, greatest, np.empty(most_chunks, np.int64))
    runs, n_rows, lists = work.runs, work.inverted.n_rows, work.inverted.lists
    for first in range(0, n_rows, BLOCK):
        end = min(first + BLOCK, n_rows)
        fill_runs(runs, work.asked.columns, first // BLOCK, lists)
        n_postings = (runs.ends - runs.begins).sum()
        n_eligible = count_eligible(first, end, work.eligibility) if n_postings else 0
        if n_eligible == 0:
            continue
        if n_postings <= FEW:
            _scan_few(first, sums, factors, slack, work)
        else:
            looked_up = n_eligible * len(factors) * SPARSE < n_postings
            if not _scan_many(first, end, room, factors, slack, looked_up, work):
                return False
        if slack < 0 or work.maybe.size[0] + FEW > ROOM:
            settle(work)
            if work.n_exact[0] > MOST_EXACT:
                return False
    return True


@njit
def _scan_bounds(asked, inverted, eligibility, best):
    """Push the best rows: whether so few are nearly equal that their exact scores could be taken."""
    m = len(asked.columns)
    factors, scale = _scaled(asked, inverted.lists.tops)
    rounded = np.int64(np.ceil(scale / DECIMALS))
    slack = -1 if len(asked.weights) > 1 or len(inverted.rivals.local) > 0 else STEPS + 3 * m + 8 + rounded
    threshold, n_exact = np.ones(1, np.int64), np.zeros(1, np.int64)
    progress = (_room(ROOM), _room(len(best.numbers)), best, scale, threshold, n_exact)
    work = Work(asked, inverted, eligibility, _runs(m), _runs(m), *progress)
    if not (scale > 0 and _scan_blocks(work, factors, slack)):
        return False
    settle(work)
    return True


@njit
def _scan(asked, inverted, eligibility, few_rows, best):
    """Push the best rows: whether the scan held out."""
    _call_for(asked.columns, inverted.lists)
    if max(inverted.n_rows, inverted.first_rival[-1]) > few_rows:
        return _scan_bounds(asked, inverted, eligibility, best)
    scan_few(asked, inverted, eligibility, best)
    return True


def _of(sources):
    """numba's cache knows a kernel by its own file, its code and what that encloses: here, the other files too."""

    @njit(SIGNATURE, cache=True, nogil=True)
    def scan(letters, weights, shapes, limit, few_rows, segment, masked, mask):
        """How many rows each question found, or GIVEN_UP; and positions and scores of all, question after question.

        The rows of a question are the best, by falling score, then position. It gives up what is not usual: so many
        rows nearly equal, or so many terms, that adding up every posting is faster, weights that are none; and all
        questions where a term has an END. `Questions` says what it takes.
        """
        words, inverted, dead = segment_at(segment)
        eligibility = Eligibility(dead, masked, mask)
        every, shape = np.frombuffer(weights, np.float64), np.frombuffer(shapes, np.int64)
        counts = np.full(len(shape) // 2, GIVEN_UP)
        numbers, positions = np.empty(limit * len(counts)), np.empty(limit * len(counts), np.int64)
        size, found, letter, weight = np.zeros(1, np.int64), 0, 0, 0
        for x in range(len(counts) if sources else 0):
            n_terms, n_weights = shape[2 * x], shape[2 * x + 1]
            columns, letter = columns_of(letters, letter, n_terms, words)
            of_terms, weight = every[weight : weight + n_weights], weight + n_weights
            if n_terms <= MOST_TERMS and _are_weights(of_terms, n_terms):
                asked = _known(columns, of_terms.reshape((_n_lists(n_weights, n_terms), n_terms)))
                best, size[0] = Found(numbers[found : found + limit], positions[found : found + limit], size), 0
                if _scan(asked, inverted, eligibility, few_rows, best):
                    put_in_order(best)
                    counts[x], found = size[0], found + size[0]
        if letter != len(letters):
            counts[:], found = GIVEN_UP, 0
        return counts, positions[:found], numbers[:found]

    return scan.overloads[SIGNATURE].entry_point  # there is one; to see whether it fits took 4 µs of each call


_SOURCES = sorted(Path(__file__).parent.glob("*.py"))
scan = _of(int(sha256(b"".join(path.read_bytes() for path in _SOURCES)).hexdigest()[:15], 16) | 1)
