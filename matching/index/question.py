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
    """terms : ascending; weights : float64, shape (1 + n_rivals, n_terms), the linear part first."""

    terms: Sequence[str]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, asked: Asked, rivals: Sequence[Asked]) -> "Question":
        """:raises InvalidWeight: a weight is negative or not finite."""
        terms = sorted(set(asked).union(*rivals) if rivals else asked)
        rows = (
            [[asked[term] for term in terms]]
            if not rivals
            else [[each.get(term, 0.0) for term in terms] for each in (asked, *rivals)]
        )
        if terms and not all(min(row) >= 0 and math.isfinite(sum(row)) for row in rows):
            raise InvalidWeight("a weight is negative or no number")
        return cls(terms, np.array(rows, np.float64))

    def within(self, segment: Segment) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Columns of the terms that the segment has, and the weights of these."""
        columns = segment.vocabulary.columns(self.terms)
        if UNKNOWN in columns:
            known = [place for place, column in enumerate(columns) if column != UNKNOWN]
            weights = np.ascontiguousarray(self.weights[:, known])
            return np.array([columns[place] for place in known], np.int64), weights
        return np.array(columns, np.int64), self.weights
