"""Sparse rows inverted, seven bytes a posting, of which a scan reads three."""

from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matching.index import InvalidWeight

BLOCK = 65_536
"""Rows that two bytes can number."""
STEPS = 255
"""Steps of a bound."""
SMALLEST = float(np.finfo(np.float32).smallest_subnormal)
"""Weight that is not zero."""

Counts = NDArray[np.int64]


class Postings(NamedTuple):
    """Term by term, and within a term by block of rows: a run is what one term has in one block. Arrays are read-only.

    local : uint16, shape (n,), row minus the first row of its block, ascending within a run
    values : float32, shape (n,), weights
    bounds : uint8, shape (n,), no row gets more from the term than `bounds` STEPSths of `tops`; empty for rivals
    tops : float64, shape (n_terms,)
    runs_of : int64, shape (n_terms + 1,), runs of each term
    run_block : int32, shape (n_runs,), ascending within a term
    run_start : int64, shape (n_runs + 1,), postings of each run
    """

    local: NDArray[np.uint16]
    values: NDArray[np.float32]
    bounds: NDArray[np.uint8]
    tops: NDArray[np.float64]
    runs_of: Counts
    run_block: NDArray[np.int32]
    run_start: Counts

    def matrix(self, n_rows: int) -> Any:
        """csr, float64, shape (n_rows, n_terms): what was inverted, in single precision."""
        blocks = np.repeat(self.run_block.astype(np.int64), np.diff(self.run_start))
        indptr = self.run_start[self.runs_of]
        shape = (n_rows, len(self.tops))
        return sp.csr_array(sp.csc_array((self.values.astype(np.float64), blocks * BLOCK + self.local, indptr), shape))


def inverted(matrix: Any, *, best: Any = None, bounded: bool = True) -> Postings:
    """Postings of a csr matrix of positive weights.

    best : csr of the same shape, zero where `matrix` is: what is added to a bound, for the best rival of the row
    bounded : whether there are bounds
    """
    by_term = sp.csc_array(matrix)
    by_term.sort_indices()
    rows, starts = by_term.indices, by_term.indptr.astype(np.int64)
    values = by_term.data.astype(np.float32)
    blocks = rows // BLOCK
    changes = np.zeros(len(rows) + 1, np.bool_)
    changes[1:-1] = blocks[1:] != blocks[:-1]
    changes[starts] = True
    changes[-1] = False
    run_start = np.append(np.flatnonzero(changes), len(rows)).astype(np.int64)
    runs_of = np.searchsorted(run_start, starts).astype(np.int64)
    bounds, tops = np.zeros(0, np.uint8), np.zeros(len(starts) - 1)
    if bounded:
        bounds, tops = _bounds(values.astype(np.float64) + _aligned(by_term, best), starts)
    run_block = blocks[run_start[:-1]].astype(np.int32)
    local = (rows % BLOCK).astype(np.uint16)
    arrays = (local, values, bounds, tops, runs_of, run_block, run_start)
    for array in arrays:
        array.setflags(write=False)
    return Postings(*arrays)


def _bounds(most: NDArray[np.float64], starts: Counts) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    lengths = np.diff(starts)
    tops = np.zeros(len(lengths))
    used = lengths > 0
    if used.any():
        tops[used] = np.maximum.reduceat(most, starts[:-1][used])
    return np.ceil(most / np.repeat(tops, lengths) * STEPS).astype(np.uint8), tops


def _aligned(by_term: Any, best: Any) -> NDArray[np.float64] | float:
    """The values of `best` at the places of `by_term`."""
    if best is None or not best.nnz:
        return 0.0
    n_rows, n_terms = by_term.shape
    added = sp.csc_array(best)
    added.sort_indices()

    def keys(matrix: Any) -> Counts:
        found: Counts = np.repeat(np.arange(n_terms) * n_rows, np.diff(matrix.indptr)) + matrix.indices
        return found

    ours, theirs = keys(by_term), keys(added)
    places = np.searchsorted(ours, theirs)
    if not (ours.take(places, mode="clip") == theirs).all():
        raise ValueError("a rival has a term that its row lacks")
    values = np.zeros(by_term.nnz)
    values[places] = added.data
    return values


def single_precision(matrix: Any) -> Any:
    """csr, its weights rounded to single precision, without zeros; what is too small for it becomes the smallest.

    :raises InvalidWeight: a weight is negative or not finite.
    """
    rounded = sp.csr_array(matrix, copy=True)
    rounded.sum_duplicates()
    small = (rounded.data > 0) & (rounded.data < SMALLEST)
    with np.errstate(over="ignore"):
        rounded.data = rounded.data.astype(np.float32).astype(np.float64)
    rounded.data[small] = SMALLEST
    if not (np.isfinite(rounded.data) & (rounded.data >= 0)).all():
        raise InvalidWeight("a weight is negative, too great or no number")
    rounded.eliminate_zeros()
    return rounded
