"""The numba back end, of the extra `scale`: importing it compiles the kernel, or reads it from numba's cache."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from matching.index import Mask
from matching.index.dense import DenseSearch, best_by_sums
from matching.index.kernel import GIVEN_UP, MOST_WANTED, scan
from matching.index.kernel_segment import Addressed
from matching.index.question import Questions
from matching.index.search import Best
from matching.index.segment import Segment

NO_MASK = np.zeros(0, np.bool_)
FEW_ROWS = 12_288
"""Rows, and rivals, whose exact sums are added up at once: with more, adding bounds first is faster."""


@dataclass(frozen=True, slots=True)
class CompiledSearch:
    """Few enough results are scanned for by the kernel; all else, and what it gives up, the other back end adds up."""

    few_rows: int = FEW_ROWS
    name: ClassVar[str] = "numba"

    def best(self, segment: Segment, questions: Questions, limit: int, mask: Mask | None) -> Best:
        if limit > MOST_WANTED:
            return DenseSearch().best(segment, questions, limit, mask)
        allowed = NO_MASK if mask is None else np.ascontiguousarray(mask, np.bool_)
        _, *asked = questions
        counts, positions, scores = scan(*asked, limit, self.few_rows, _address(segment), mask is not None, allowed)
        best = Best(counts.tolist(), positions, scores)
        return _completed(best, segment, questions, limit, mask) if GIVEN_UP in best.counts else best


def _completed(best: Best, segment: Segment, questions: Questions, limit: int, mask: Mask | None) -> Best:
    """With what the kernel gave up added up."""
    held = Best([max(0, count) for count in best.counts], best.positions, best.scores).parts()
    return Best.joined(
        [
            best_by_sums(segment, question, limit, mask) if count == GIVEN_UP else part
            for count, part, question in zip(best.counts, held, questions.each(), strict=True)
        ]
    )


def _address(segment: Segment) -> int:
    """Made once, and kept with the segment."""
    addressed = segment.notes.get(Addressed)
    if addressed is None:
        addressed = segment.notes.setdefault(Addressed, Addressed(segment))
    address: int = addressed.address
    return address
