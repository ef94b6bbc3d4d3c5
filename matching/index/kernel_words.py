"""The columns of asked terms, found in a table by their hashes.

Memory of all terms is called for at once. A dictionary is asked for one after the other, and finds little of itself in
the cache (docs/adr/0008).
"""

import numpy as np
from numba import njit

from matching.index.kernel_memory import borrowing, prefetch
from matching.index.kernel_types import read
from matching.index.vocabulary import UNKNOWN

FREE = -1
BASIS, PRIME = np.uint64(14_695_981_039_346_656_037), np.uint64(1_099_511_628_211)
HALF = np.uint64(32)


@borrowing
def _slot(letters, begin, end, table):
    """Where a term belongs: the hash FNV-1a of its bytes, whose upper half is the better one.

    Source: Fowler, Noll and Vo, RFC 9923.
    """
    value = BASIS
    for place in range(begin, end):
        value = (value ^ np.uint64(letters[place])) * PRIME
    return np.int64((value ^ (value >> HALF)) & np.uint64(len(table) - 1))


@borrowing
def _begin(ends, column):
    return ends[column - 1] if column else 0


@njit((read("uint8"), read("int64")), cache=True)
def table_of(letters, ends):
    """Open addressing, at least half of it free."""
    size = 2
    while size < 2 * len(ends):
        size *= 2
    table = np.full(size, np.int32(FREE))
    for column in range(len(ends)):
        slot = _slot(letters, _begin(ends, column), ends[column], table)
        while table[slot] != FREE:
            slot = (slot + 1) & (size - 1)
        table[slot] = column
    return table


@borrowing
def _is(column, letters, begin, end, words):
    """Whether the term of this column is this piece of text."""
    start, n, same = _begin(words.ends, column), end - begin, 0
    if words.ends[column] - start != n:
        return False
    while same < n and words.letters[start + same] == letters[begin + same]:
        same += 1
    return same == n


@njit
def columns_of(letters, begin, n_terms, words):
    """int64, shape (n_terms,), of the terms from here on, or UNKNOWN; and where they end, each having its END."""
    slots, ends, columns = np.empty(n_terms, np.int64), np.empty(n_terms, np.int64), np.full(n_terms, UNKNOWN)
    first = begin
    for term in range(n_terms):
        end = first
        while end < len(letters) and letters[end]:
            end += 1
        slots[term], ends[term] = _slot(letters, first, end, words.table), end
        prefetch(words.table, slots[term])
        first = end + 1
    for term in range(n_terms):
        prefetch(words.ends, words.table[slots[term]])
    for term in range(n_terms):
        slot, end = slots[term], ends[term]
        while words.table[slot] != FREE and columns[term] == UNKNOWN:
            if _is(words.table[slot], letters, begin, end, words):
                columns[term] = words.table[slot]
            slot = (slot + 1) & (len(words.table) - 1)
        begin = end + 1
    return columns, begin
