"""One order of the rows of a shard for all who hold it, however the rows lie in segments there."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.index.segmented import SegmentedIndex

ScalarT = TypeVar("ScalarT", bound=np.generic)


class ByIds:
    """Rows by ascending id. Masks travel in this order: replicas, and a shard that has written its version whole,
    divide the same rows otherwise into segments.

    places : int64, ascending, where the rows of all segments but the largest stand among all
    """

    def __init__(self, index: SegmentedIndex) -> None:
        segments = index.segments
        self._ends = np.cumsum([len(segment) for segment in segments])[:-1]
        self._largest = max(range(len(segments)), key=lambda number: len(segments[number]), default=0)
        rest = [segment.names[segment.living] for number, segment in enumerate(segments) if number != self._largest]
        if not rest:
            self._places = self._sorted = np.zeros(0, np.int64)
            return
        names = np.concatenate(rest)
        self._sorted = np.argsort(names, kind="stable")
        largest = segments[self._largest]
        before = np.searchsorted(largest.names, names[self._sorted])
        self._places = before - np.searchsorted(largest.dead, before) + np.arange(len(names))

    def of_segments(self, rows: NDArray[ScalarT]) -> NDArray[ScalarT]:
        """What is given in the order of segments, in that of ids."""
        if not len(self._places):
            return rows
        parts = np.split(rows, self._ends)
        largest = parts.pop(self._largest)
        ordered = np.empty_like(rows)
        rest = self._rest(len(rows))
        ordered[self._places] = np.concatenate(parts)[self._sorted]
        ordered[rest] = largest
        return ordered

    def to_segments(self, rows: NDArray[ScalarT]) -> NDArray[ScalarT]:
        """The other way round."""
        if not len(self._places):
            return rows
        small = np.empty_like(rows, shape=len(self._places))
        small[self._sorted] = rows[self._places]
        sizes = np.diff([0, *self._ends.tolist(), len(rows)])
        parts = np.split(small, np.cumsum(np.delete(sizes, self._largest))[:-1])
        parts.insert(self._largest, rows[self._rest(len(rows))])
        return np.concatenate(parts)

    def _rest(self, size: int) -> NDArray[np.bool_]:
        rest: NDArray[Any] = np.ones(size, np.bool_)
        rest[self._places] = False
        return rest
