"""The numba back end, of the extra `scale`: importing it compiles the kernel, or reads it from numba's cache."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from matching.index import Mask
from matching.index.dense import Best, DenseSearch
from matching.index.kernel import MOST_TERMS, MOST_WANTED, scan
from matching.index.question import Question
from matching.index.segment import Segment

NO_MASK = np.zeros(0, np.bool_)
FEW_ROWS = 32_768
"""Rows, and rivals, whose exact sums are added up at once: with more, adding bounds first is faster."""


@dataclass(frozen=True, slots=True)
class CompiledSearch:
    """Few enough terms and results are scanned by the kernel, all else is added up by the other back end."""

    few_rows: int = FEW_ROWS
    name: ClassVar[str] = "numba"

    def best(self, segment: Segment, question: Question, limit: int, mask: Mask | None) -> Best:
        held = False
        if len(question.terms) <= MOST_TERMS and limit <= MOST_WANTED:
            columns = segment.vocabulary.columns(question.terms)
            eligible = (segment.dead, mask is not None, NO_MASK if mask is None else np.ascontiguousarray(mask))
            rows = (len(segment.names), self.few_rows, segment.rows, segment.rivals, segment.first_rival)
            held, positions, scores = scan(columns, question.weights, limit, *rows, *eligible)
        if not held:
            return DenseSearch().best(segment, question, limit, mask)
        return positions, scores
