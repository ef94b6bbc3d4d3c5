"""What is asked of an index, as arrays."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.index import Asked, InvalidWeight
from matching.index.segment import Segment
from matching.index.vocabulary import UNKNOWN


@dataclass(frozen=True, slots=True)
class Question:
    """terms : each once; weights : float64, shape (1 + n_rivals, n_terms), the linear part first."""

    terms: Sequence[str]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, asked: Asked, rivals: Sequence[Asked]) -> "Question":
        """:raises InvalidWeight: a weight is negative or not finite."""
        if not rivals:
            terms, rows = list(asked), [list(asked.values())]
        else:
            terms = list(set(asked).union(*rivals))
            rows = [[each.get(term, 0.0) for term in terms] for each in (asked, *rivals)]
        if terms and not all(min(row) >= 0 and math.isfinite(sum(row)) for row in rows):
            raise InvalidWeight("a weight is negative or no number")
        return cls(terms, np.array(rows, np.float64))

    def within(self, segment: Segment) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Columns of the terms that the segment has, ascending, and the weights of these.

        Columns ascend by term, so that terms are added in one order in every segment.
        """
        columns = segment.vocabulary.columns(self.terms)
        known = columns.argsort()[np.count_nonzero(columns == UNKNOWN) :]  # unknown ones come first
        return columns.take(known), self.weights.take(known, axis=1)
