"""What is asked of an index, as arrays."""

import math
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.index import Asked, InvalidWeight
from matching.index.segment import Segment
from matching.index.vocabulary import END, UNKNOWN, letters_of


class Question(NamedTuple):
    """terms : each once; letters : of the terms, each with its END; weights : float64, shape (1 + n_rivals, n_terms),
    the linear part first."""

    terms: Collection[str]
    letters: bytes
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, asked: Asked, rivals: Sequence[Asked]) -> "Question":
        """:raises InvalidWeight: a weight is negative or not finite."""
        for each in (asked, *rivals):
            if each and not (min(each.values()) >= 0 and math.isfinite(sum(each.values()))):
                raise InvalidWeight("a weight is negative or no number")
        terms: Collection[str] = asked
        if rivals:
            terms = set(asked).union(*rivals)
            weights = np.array([[each.get(term, 0.0) for term in terms] for each in (asked, *rivals)], np.float64)
        else:  # lists would be made and thrown away, in a call that has a tenth of a millisecond
            weights = np.fromiter(asked.values(), np.float64, len(asked)).reshape(1, -1)
        letters = letters_of(terms)
        if letters.count(END) != len(terms):  # no segment has a term with this character
            known = [place for place, term in enumerate(terms) if END.decode() not in term]
            terms, weights = [term for term in terms if END.decode() not in term], weights.take(known, axis=1)
            letters = letters_of(terms)
        return cls(terms, letters, weights)

    def within(self, segment: Segment) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Columns of the terms that the segment has, ascending, and the weights of these.

        Columns ascend by term, so that terms are added in one order in every segment.
        """
        columns = segment.vocabulary.columns(self.terms)
        known = columns.argsort()[np.count_nonzero(columns == UNKNOWN) :]  # unknown ones come first
        return columns.take(known), self.weights.take(known, axis=1)
