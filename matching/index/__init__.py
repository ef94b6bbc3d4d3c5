"""Exact top-k over sparse rows under an eligibility mask: one interface, several back ends."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from matching.weighting import TermRows

SCORE_DECIMALS = 12
"""Scores are rounded to this many decimals: beyond them is the order of additions, which must not decide a tie."""

Mask = NDArray[np.bool_]


class MaskLengthMismatch(ValueError):
    """An eligibility mask must have one entry for each id of the index, in the order of `ids`."""

    code = "mask_length_mismatch"

    def __init__(self, *, expected: int, actual: int) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(f"the mask has {actual} entries, the index {expected}")


class InvalidLimit(ValueError):
    """At least one result must be asked for."""

    code = "invalid_limit"

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"limit is {limit}, must be at least 1")


class DuplicateId(ValueError):
    """An id stands twice in one batch."""

    code = "duplicate_id"

    def __init__(self, ids: Collection[str]) -> None:
        self.ids = tuple(sorted(ids))
        super().__init__(f"given twice: {', '.join(self.ids[:5])}")


class Index(Protocol):
    """Rows under ids. Immutable: a change returns a new index that shares what did not change; readers need no lock."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the living rows, in the order of masks."""

    def upsert(self, ids: Sequence[str], rows: TermRows) -> Self:
        """The index with these rows added, or put in place of the rows of the same ids.

        :raises DuplicateId: an id stands twice.
        """

    def remove(self, ids: Collection[str]) -> Self:
        """The index without these ids; an unknown id is nothing to remove."""

    def top(self, query: Mapping[str, float], *, limit: int, mask: Mask | None = None) -> list[tuple[str, float]]:
        """The best (id, score) by falling score, then id; only scores above 0, only where the mask is True.

        score = sum over terms of query weight * row weight, exactly, rounded to SCORE_DECIMALS. No such row: [].

        :raises InvalidLimit: limit < 1.
        :raises MaskLengthMismatch: the mask is not as long as `ids`.
        """
