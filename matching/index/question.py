"""What is asked of an index: as numpy takes it, and as a kernel does."""

from array import array
from collections.abc import Collection, Iterable, Sequence
from struct import pack
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.index import Asked, Asking, InvalidWeight
from matching.index.segment import Segment
from matching.index.vocabulary import UNKNOWN, letters_of


class Question(NamedTuple):
    """terms : each once; weights : float64, shape (1 + n_rivals, n_terms), the linear part first"""

    terms: tuple[str, ...]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, asked: Asked, rivals: Sequence[Asked]) -> "Question":
        """:raises InvalidWeight: a weight is negative or not finite."""
        terms = tuple(_terms(asked, rivals))
        weights = np.array([*_weights(terms, asked, rivals)], np.float64).reshape(1 + len(rivals), len(terms))
        if not ((weights >= 0).all() and np.isfinite(weights).all()):
            raise InvalidWeight("a weight is negative or no finite number")
        return cls(terms, weights)

    def within(self, segment: Segment) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Columns of the terms that the segment has, ascending, and the weights of these.

        Columns ascend by term, so that terms are added in one order in every segment.
        """
        columns = segment.vocabulary.columns(self.terms)
        known = columns.argsort()[np.count_nonzero(columns == UNKNOWN) :]  # unknown ones come first
        return columns.take(known), self.weights.take(known, axis=1)


class Questions(NamedTuple):
    """Some, written after each other: bytes, as a call has a tenth of a millisecond, of which arrays took their share.

    letters : of the terms, each with its END
    weights : of float64, of each question as many times its terms as it has parts, the linear part first; not checked
    shapes : of int64, how many terms and how many weights each question has
    """

    asking: Sequence[Asking]
    letters: bytes
    weights: bytes
    shapes: bytes

    @classmethod
    def of(cls, asking: Sequence[Asking]) -> "Questions":
        """Nothing is checked."""
        terms: list[str] = []
        weights: list[float] = []
        shapes = array("q")
        for asked, rivals in asking:
            before = len(terms), len(weights)
            terms += (own := _terms(asked, rivals))
            weights += _weights(own, asked, rivals)
            shapes.extend((len(terms) - before[0], len(weights) - before[1]))
        return cls(asking, letters_of(terms), pack(f"{len(weights)}d", *weights), shapes.tobytes())

    def each(self) -> list[Question]:
        """:raises InvalidWeight: a weight is negative or not finite."""
        return [Question.of(asked, rivals) for asked, rivals in self.asking]


def _terms(asked: Asked, rivals: Sequence[Asked]) -> Collection[str]:
    return set(asked).union(*rivals) if rivals else asked.keys()


def _weights(terms: Iterable[str], asked: Asked, rivals: Sequence[Asked]) -> Collection[float]:
    if not rivals:
        return asked.values()
    return [each.get(term, 0.0) for each in (asked, *rivals) for term in terms]
