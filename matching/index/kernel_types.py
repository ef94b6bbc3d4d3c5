"""What the kernel takes and keeps."""

from typing import Any, NamedTuple

from numba import types


class Asked(NamedTuple):
    """columns : int64, shape (m,); weights : float64, shape (1 + n_rivals, m), the linear part first."""

    columns: Any
    weights: Any


class Words(NamedTuple):
    """letters, ends : of a vocabulary; table : int32, shape (a power of two,), columns at the hashes of their terms."""

    letters: Any
    ends: Any
    table: Any


class Inverted(NamedTuple):
    """lists, rivals : Postings; signatures : uint64, shape (n_rows, n_words); first_rival : int64, shape (n_rows + 1,);
    n_rows : tombstones too."""

    lists: Any
    signatures: Any
    rivals: Any
    first_rival: Any
    n_rows: Any


class Eligibility(NamedTuple):
    """dead : tombstones, ascending; masked : whether there is a mask; mask : in the order of the living rows."""

    dead: Any
    masked: Any
    mask: Any


class Found(NamedTuple):
    """Rows with a number each; the first size[0] places count."""

    numbers: Any
    positions: Any
    size: Any


class Runs(NamedTuple):
    """Where the postings of each asked term begin and end in a block, shape (m,)."""

    begins: Any
    ends: Any


class Block(NamedTuple):
    """Rows from `first` on. They are in chunks: with n chunks, every n-th row is in the same.

    sums : uint16, of bounds, and zeros behind them to the end of the chunks; greatest : uint16, of each chunk
    places : int64, room for chunks
    """

    first: Any
    sums: Any
    greatest: Any
    places: Any


class Pairs(NamedTuple):
    """Rows, of those at hand, and terms, of those asked; places : in the lists, of the postings that they have."""

    rows: Any
    terms: Any
    places: Any


class Work(NamedTuple):
    """One question under way. Numbers are scaled scores.

    runs, others : room for the runs of rows and of rivals
    maybe : rows that may be among the best, with their sums
    peaks : the greatest sums of different rows
    best : exact scores, the best so far
    scale : of a score of 1
    threshold : shape (1,), sums below it are of no interest
    n_exact : shape (1,), exact scores taken
    """

    asked: Any
    inverted: Any
    eligibility: Any
    runs: Any
    others: Any
    maybe: Any
    peaks: Any
    best: Any
    scale: Any
    threshold: Any
    n_exact: Any


def read(kind: str) -> Any:
    """Arrays may lie in a file that is mapped read-only."""
    return types.Array(getattr(types, kind), 1, "C", readonly=True)


_BYTES = types.Bytes(types.uint8, 1, "C", readonly=True)
SIGNATURE = (*(_BYTES,) * 3, *(types.int64,) * 3, types.boolean, read("boolean"))
