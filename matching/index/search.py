"""What a back end does: the best rows of one segment, for any number of questions."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from matching.index import Mask
from matching.index.question import Questions
from matching.index.segment import Segment


class Best(NamedTuple):
    """Rows, question after question, those of a question by falling score, then position.

    counts : of each question
    positions : int64; scores : float64, of all
    """

    counts: list[int]
    positions: NDArray[np.int64]
    scores: NDArray[np.float64]

    @classmethod
    def joined(cls, parts: "Sequence[Best]") -> "Best":
        """Of the questions of several, in their order."""
        counts, positions, scores = zip(*parts, strict=True)
        return cls(list(chain.from_iterable(counts)), np.concatenate(positions), np.concatenate(scores))

    def parts(self) -> "list[Best]":
        """Of each question."""
        ends = np.cumsum(self.counts)[:-1]
        return [
            Best([len(positions)], positions, scores)
            for positions, scores in zip(np.split(self.positions, ends), np.split(self.scores, ends), strict=True)
        ]


class Search(Protocol):
    """A back end."""

    @property
    def name(self) -> str: ...

    def best(self, segment: Segment, questions: Questions, limit: int, mask: Mask | None) -> Best:
        """The best rows with scores above 0. mask : in the order of the living rows.

        :raises InvalidWeight: a weight is negative or not finite.
        """
