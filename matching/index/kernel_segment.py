"""A segment as the kernel takes it: by the address of the addresses of its arrays.

To take twenty arrays one by one from Python is a part of a call that one sees (docs/adr/0008).
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from matching.index.kernel_types import Inverted, Words
from matching.index.kernel_words import table_of
from matching.index.postings import Postings
from matching.index.segment import Segment

POSTINGS = ("uint16", "float32", "uint8", "float64", "int64", "int32", "int64")
KINDS = ("uint8", "int64", "int32", *POSTINGS, *POSTINGS, "uint64", "int64", "int64")
WORDS, ROWS, RIVALS, SIGNATURES, FIRST_RIVAL, DEAD = 0, 3, 10, 17, 18, 19
"""Where they begin in KINDS."""


class Addressed:
    """The arrays of a segment; `address`, which `segment_at` takes, is good as long as this lives."""

    def __init__(self, segment: Segment) -> None:
        vocabulary = segment.vocabulary
        if vocabulary.hashed is None:
            vocabulary.hashed = table_of(vocabulary.letters, vocabulary.ends)
        words = (vocabulary.letters, vocabulary.ends, vocabulary.hashed)
        arrays = (*words, *segment.rows, *segment.rivals, segment.signatures, segment.first_rival, segment.dead)
        self.arrays = [np.require(each, kind, ["C", "A"]) for each, kind in zip(arrays, KINDS, strict=True)]
        places = [(each.__array_interface__["data"][0], each.size) for each in self.arrays]
        self.places: NDArray[np.int64] = np.array(places, np.int64)
        self.address: int = self.places.__array_interface__["data"][0]


@intrinsic
def _pointer(_context: Any, address: Any) -> Any:
    """An address as a pointer to anything."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> ir.Value:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), generate


@njit
def _array(places, number, kind):
    return carray(_pointer(places[number, 0]), places[number, 1], kind)


@njit
def _postings(places, first):
    return Postings(
        _array(places, first, np.uint16),
        _array(places, first + 1, np.float32),
        _array(places, first + 2, np.uint8),
        _array(places, first + 3, np.float64),
        _array(places, first + 4, np.int64),
        _array(places, first + 5, np.int32),
        _array(places, first + 6, np.int64),
    )


@njit
def segment_at(address):
    """Its words, inverted rows and tombstones, in the order of KINDS."""
    places = carray(_pointer(address), (len(KINDS), 2), np.int64)
    words = Words(
        _array(places, WORDS, np.uint8), _array(places, WORDS + 1, np.int64), _array(places, WORDS + 2, np.int32)
    )
    marks, first_rival = _array(places, SIGNATURES, np.uint64), _array(places, FIRST_RIVAL, np.int64)
    n_rows = len(first_rival) - 1
    signatures = marks.reshape((n_rows, len(marks) // n_rows))
    inverted = Inverted(_postings(places, ROWS), signatures, _postings(places, RIVALS), first_rival, n_rows)
    return words, inverted, _array(places, DEAD, np.int64)
