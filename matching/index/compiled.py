"""The numba back end, of the extra `scale`: importing it compiles the kernel, or reads it from numba's cache."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from matching.index import Mask
from matching.index.dense import Best, DenseSearch
from matching.index.kernel import MOST_TERMS, MOST_WANTED, scan
from matching.index.kernel_segment import Addressed
from matching.index.question import Question
from matching.index.segment import Segment

NO_MASK = np.zeros(0, np.bool_)
FEW_ROWS = 12_288
"""Rows, and rivals, whose exact sums are added up at once: with more, adding bounds first is faster."""


@dataclass(frozen=True, slots=True)
class CompiledSearch:
    """Few enough terms and results are scanned by the kernel, all else is added up by the other back end."""

    few_rows: int = FEW_ROWS
    name: ClassVar[str] = "numba"

    def best(self, segment: Segment, question: Question, limit: int, mask: Mask | None) -> Best:
        held = False
        if len(question.terms) <= MOST_TERMS and limit <= MOST_WANTED:
            allowed = NO_MASK if mask is None else np.ascontiguousarray(mask, np.bool_)
            asked = (question.letters, question.weights, len(question.terms), limit)
            held, positions, scores = scan(*asked, self.few_rows, _address(segment), mask is not None, allowed)
        if not held:
            return DenseSearch().best(segment, question, limit, mask)
        return positions, scores


def _address(segment: Segment) -> int:
    """Made once, and kept with the segment."""
    addressed = segment.notes.get(Addressed)
    if addressed is None:
        addressed = segment.notes.setdefault(Addressed, Addressed(segment))
    address: int = addressed.address
    return address
