"""Exact top-k over sparse rows under an eligibility mask: one interface, several back ends."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

SCORE_DECIMALS = 12
"""Scores are rounded to this many decimals: beyond them is the order of additions, which must not decide a tie."""

Mask = NDArray[np.bool_]
Asked = Mapping[str, float]
"""Term to weight."""
Asking = tuple[Asked, Sequence[Asked]]
"""What is asked, and its rivals, of which only the best counts."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of an index: a linear part, and rivals of which only the best counts.

    terms : of the columns, unique
    matrix : csr, float64, shape (n_rows, n_terms), weights not negative; an index keeps them in single precision
    rivals : csr, float64, shape (n_rivals, n_terms); a rival has no term that its row lacks
    owners : int64, shape (n_rivals,): row that each rival belongs to, ascending
    """

    terms: tuple[str, ...]
    matrix: Any
    rivals: Any
    owners: NDArray[np.int64]

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, float]]) -> "Rows":
        """Mappings of term to weight, without rivals."""
        columns: dict[str, int] = {}
        indices = [columns.setdefault(term, len(columns)) for row in rows for term in row]
        values = np.fromiter((weight for row in rows for weight in row.values()), np.float64, len(indices))
        indptr = np.cumsum([0, *map(len, rows)])
        matrix = sp.csr_array((values, indices, indptr), shape=(len(rows), len(columns)))
        return cls(tuple(columns), matrix, sp.csr_array((0, len(columns))), np.zeros(0, np.int64))

    def beside(self, other: "Rows") -> "Rows":
        """These rows continued by rows of other terms, which have no rivals."""
        wide = (self.rivals.shape[0], len(self.terms) + len(other.terms))
        rivals = sp.csr_array((self.rivals.data, self.rivals.indices, self.rivals.indptr), shape=wide)
        matrix = sp.csr_array(sp.hstack([self.matrix, other.matrix], format="csr"))
        return Rows(self.terms + other.terms, matrix, rivals, self.owners)


class MaskLengthMismatch(ValueError):
    """An eligibility mask must have one entry for each id of the index, in the order of `ids`."""

    code = "mask_length_mismatch"

    def __init__(self, *, expected: int, actual: int) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(f"the mask has {actual} entries, the index {expected}")


def check_mask(mask: Mask, n_ids: int) -> None:
    """Before it reaches a back end, of which each would make something else of another array.

    :raises TypeError: it is no row of booleans.
    :raises MaskLengthMismatch: it is not as long as `ids`.
    """
    if mask.ndim != 1 or mask.dtype != np.bool_:
        raise TypeError(f"a mask is a row of booleans; this one has {mask.ndim} dimensions and is of {mask.dtype}")
    if len(mask) != n_ids:
        raise MaskLengthMismatch(expected=n_ids, actual=len(mask))


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


class InvalidId(ValueError):
    """An id is text without the character NUL."""

    code = "invalid_id"


class InvalidTerm(ValueError):
    """A term is text without the character NUL."""

    code = "invalid_term"


class InvalidWeight(ValueError):
    """Weights are finite and not negative."""

    code = "invalid_weight"


class Index(Protocol):
    """Rows under ids. Immutable: a change returns a new index that shares what did not change; readers need no lock."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the living rows, in the order of masks."""

    def __len__(self) -> int:
        """How many ids there are."""

    def mask(self, ids: Iterable[str]) -> Mask:
        """True for these ids, in the order of `ids`; an unknown one is passed over."""

    def known(self, ids: Sequence[str]) -> frozenset[str]:
        """Of these ids, those that are there."""

    def upsert(self, ids: Sequence[str], rows: Rows) -> Self:
        """The index with these rows added, or put in place of the rows of the same ids.

        :raises DuplicateId: an id stands twice.
        :raises InvalidId: an id has the character NUL.
        :raises InvalidTerm: a term has it.
        :raises InvalidWeight: a weight is negative or not finite.
        """

    def remove(self, ids: Collection[str]) -> Self:
        """The index without these ids; an unknown id is nothing to remove."""

    def top(
        self, asked: Asked, rivals: Sequence[Asked] = (), *, limit: int, mask: Mask | None = None
    ) -> list[tuple[str, float]]:
        """The best (id, score) by falling score, then id; only scores above 0, only where the mask is True.

        score = asked . row + max over the row's rivals of asked . rival + max over `rivals` of rival . row, exactly of
        the weights as the index keeps them, rounded to SCORE_DECIMALS and 1 at most. No such row: [].

        :raises InvalidLimit: limit < 1.
        :raises InvalidWeight: a weight is negative or not finite.
        :raises MaskLengthMismatch: the mask is not as long as `ids`.
        :raises TypeError: the mask is no row of booleans.
        """

    def top_each(
        self, asking: Sequence[Asking], *, limit: int, mask: Mask | None = None
    ) -> list[list[tuple[str, float]]]:
        """`top` of each, in this order: many at once take less time, and all cores.

        :raises InvalidLimit, InvalidWeight, MaskLengthMismatch, TypeError: as `top`, for all.
        """
