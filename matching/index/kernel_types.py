"""What the kernel takes and keeps."""

from typing import Any, NamedTuple

from numba import types

from matching.index.postings import Postings


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
    """Where the postings of each asked term begin and end, shape (m,)."""

    begins: Any
    ends: Any


def _read(of: Any, dimensions: int = 1) -> Any:
    """Arrays may lie in a file that is mapped read-only."""
    return types.Array(of, dimensions, "C", readonly=True)


_FIELDS = (types.uint16, types.float32, types.uint8, types.float64, types.int64, types.int32, types.int64)
_POSTINGS = types.NamedTuple([*map(_read, _FIELDS)], Postings)
SIGNATURE = (
    *(_read(types.int64), _read(types.float64, 2), types.int64, types.int64),
    *(_POSTINGS, _POSTINGS, _read(types.int64)),
    *(_read(types.int64), types.boolean, _read(types.boolean)),
)
