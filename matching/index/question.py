"""What is asked of an index, as a kernel takes it."""

from array import array
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.index import Asked, InvalidWeight
from matching.index.segment import Segment
from matching.index.vocabulary import UNKNOWN, letters_of


class Question(NamedTuple):
    """Bytes, as a call has a tenth of a millisecond, of which arrays would take their share.

    terms : each once
    letters : of the terms, each with its END
    weights : of float64, shape (1 + n_rivals, n_terms), the linear part first
    n_rivals : of what is asked, of which only the best counts
    """

    terms: tuple[str, ...]
    letters: bytes
    weights: bytes
    n_rivals: int

    @classmethod
    def of(cls, asked: Asked, rivals: Sequence[Asked]) -> "Question":
        """Weights are not checked."""
        if rivals:
            terms = tuple(set(asked).union(*rivals))
            weights = array("d", [each.get(term, 0.0) for each in (asked, *rivals) for term in terms])
        else:
            terms, weights = tuple(asked), array("d", asked.values())
        return cls(terms, letters_of(terms), weights.tobytes(), len(rivals))

    def checked(self) -> "Question":
        """This question.

        :raises InvalidWeight: a weight is negative or not finite.
        """
        weights = self.matrix()
        if not ((weights >= 0).all() and np.isfinite(weights).all()):
            raise InvalidWeight("a weight is negative or no finite number")
        return self

    def matrix(self) -> NDArray[np.float64]:
        """Weights."""
        return np.frombuffer(self.weights).reshape(1 + self.n_rivals, len(self.terms))

    def within(self, segment: Segment) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Columns of the terms that the segment has, ascending, and the weights of these.

        Columns ascend by term, so that terms are added in one order in every segment.
        """
        columns = segment.vocabulary.columns(self.terms)
        known = columns.argsort()[np.count_nonzero(columns == UNKNOWN) :]  # unknown ones come first
        return columns.take(known), self.matrix().take(known, axis=1)
