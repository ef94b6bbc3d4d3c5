"""Some rows inverted under their ids: what an index is made of, and what lies in a file."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matching.index import InvalidId, InvalidTerm, Rows
from matching.index.postings import Counts, Postings, inverted, single_precision
from matching.index.signatures import signatures_of
from matching.index.vocabulary import Vocabulary


@dataclass(frozen=True)
class Segment:
    """Immutable. Rows ascend by id, so that the order of rows breaks ties.

    names : bytes of one width, shape (n_rows,), UTF-8 of the ids, ascending
    rows : postings of the linear parts, whose bounds hold what the best rival may add
    signatures : uint64, shape (n_rows, n_words), of the rows
    rivals : postings of the rivals, numbered in the order of the rows they belong to
    first_rival : int64, shape (n_rows + 1,)
    dead : int64, ascending, rows that are no longer there
    notes : what a back end has made of the segment, by its kind
    """

    names: NDArray[np.bytes_]
    vocabulary: Vocabulary
    rows: Postings
    signatures: NDArray[np.uint64]
    rivals: Postings
    first_rival: Counts
    dead: Counts
    notes: dict[Any, Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    @classmethod
    def build(cls, ids: Sequence[str], rows: Rows) -> "Segment":
        """ids : unique, in the order of the rows

        :raises InvalidId: an id has the character NUL.
        :raises InvalidTerm: a term has it.
        :raises InvalidWeight: a weight is negative or not finite.
        """
        if rows.matrix.shape[0] != len(ids):
            raise ValueError(f"{rows.matrix.shape[0]} rows for {len(ids)} ids")
        if any("\0" in id for id in ids):
            raise InvalidId("an id has the character NUL")
        if any("\0" in term for term in rows.terms):
            raise InvalidTerm("a term has the character NUL")
        order = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)
        names = np.array([ids[position].encode("utf-8", "surrogatepass") for position in order.tolist()], np.bytes_)
        matrix = single_precision(rows.matrix)[order]
        place = np.empty(len(ids), np.int64)
        place[order] = np.arange(len(ids))
        owners = place[rows.owners]
        by_owner = np.argsort(owners, kind="stable")
        rivals = single_precision(rows.rivals)[by_owner]
        owners = owners[by_owner]
        terms, (matrix, rivals) = _sorted_terms(rows.terms, matrix, rivals)
        first_rival = np.searchsorted(owners, np.arange(len(ids) + 1)).astype(np.int64)
        postings = inverted(matrix, best=_best(rivals, owners, matrix.shape))
        if not rivals.nnz:  # most corpora have none: no room for each term then
            rivals = rivals[:, :0]
        ours, theirs = (postings, signatures_of(matrix)), (inverted(rivals, bounded=False), first_rival)
        return cls(names, Vocabulary.of(terms), *ours, *theirs, np.zeros(0, np.int64))

    def __getstate__(self) -> dict[str, Any]:
        """A copy makes its own notes: they may hold addresses."""
        return {**self.__dict__, "notes": {}}

    def __len__(self) -> int:
        """Of the living rows."""
        return len(self.names) - len(self.dead)

    def ids(self, positions: NDArray[np.int64]) -> list[str]:
        names = self.names[positions].tolist()
        return b"\0".join(names).decode("utf-8", "surrogatepass").split("\0") if names else []

    @cached_property
    def living(self) -> NDArray[np.int64]:
        """Positions."""
        return np.delete(np.arange(len(self.names)), self.dead)

    def positions(self, ids: Iterable[str]) -> NDArray[np.int64]:
        """Of the living rows among these ids, ascending."""
        width = self.names.dtype.itemsize
        encoded = [name for id in ids if "\0" not in id and len(name := id.encode("utf-8", "surrogatepass")) <= width]
        wanted = np.array(encoded, self.names.dtype)
        places = np.searchsorted(self.names, wanted)
        found = places < len(self.names)
        places, wanted = places[found], wanted[found]
        places = np.unique(places[self.names[places] == wanted])
        return places[~np.isin(places, self.dead)] if len(self.dead) else places

    def without(self, ids: Collection[str]) -> "Segment":
        """This segment with tombstones for these ids."""
        gone = self.positions(ids) if len(self) else ()
        return replace(self, dead=np.union1d(self.dead, gone)) if len(gone) else self

    def living_mask(self, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """True for these, in the order of the living rows."""
        mask = np.zeros(len(self), np.bool_)
        mask[positions - np.searchsorted(self.dead, positions)] = True
        return mask

    def living_rows(self) -> Rows:
        """Back from the postings, in single precision."""
        matrix = self.rows.matrix(len(self.names))[self.living]
        rivals = self.rivals.matrix(int(self.first_rival[-1]))
        rivals.resize(rivals.shape[0], matrix.shape[1])
        counts = np.diff(self.first_rival)
        alive = np.ones(len(self.names), np.bool_)
        alive[self.dead] = False
        owners = np.repeat(np.arange(len(self)), counts[self.living])
        return Rows(tuple(self.vocabulary), matrix, rivals[np.repeat(alive, counts)], owners)


def merged(segments: Sequence[Segment]) -> Segment:
    """One of several: the living rows alone, and the terms that they have."""
    columns: dict[str, int] = {}
    parts = [segment.living_rows() for segment in segments]
    mappings = [np.array([columns.setdefault(term, len(columns)) for term in rows.terms], np.int64) for rows in parts]

    def stacked(matrices: Sequence[Any]) -> Any:
        widened = [
            sp.csr_array((each.data, mapping[each.indices], each.indptr), shape=(each.shape[0], len(columns)))
            for each, mapping in zip(matrices, mappings, strict=True)
        ]
        return sp.vstack(widened, format="csr")

    before = np.cumsum([0, *(len(segment) for segment in segments)])
    owners = np.concatenate([rows.owners + first for rows, first in zip(parts, before, strict=False)])
    rows = Rows(
        tuple(columns), stacked([rows.matrix for rows in parts]), stacked([rows.rivals for rows in parts]), owners
    )
    return Segment.build([id for segment in segments for id in segment.ids(segment.living)], rows)


def _sorted_terms(terms: Sequence[str], matrix: Any, rivals: Any) -> tuple[list[str], tuple[Any, Any]]:
    """The terms that a row has, ascending, and the matrices over them."""
    used = np.zeros(len(terms), np.bool_)
    used[matrix.indices] = True
    if not used[rivals.indices].all():
        raise ValueError("a rival has a term that its row lacks")
    kept = sorted(np.flatnonzero(used).tolist(), key=terms.__getitem__)
    mapping = np.zeros(len(terms), np.int64)
    mapping[kept] = np.arange(len(kept))
    return [terms[column] for column in kept], (
        _renamed(matrix, mapping, len(kept)),
        _renamed(rivals, mapping, len(kept)),
    )


def _renamed(matrix: Any, mapping: NDArray[np.int64], width: int) -> Any:
    return sp.csr_array((matrix.data, mapping[matrix.indices], matrix.indptr), shape=(matrix.shape[0], width))


def _best(rivals: Any, owners: NDArray[np.int64], shape: tuple[int, int]) -> Any:
    """csr of this shape: the greatest weight of a term among the rivals of a row."""
    if not rivals.nnz:
        return None
    keys = np.repeat(owners, np.diff(rivals.indptr)) * shape[1] + rivals.indices
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    firsts = np.flatnonzero(np.diff(keys, prepend=-1))
    best = np.maximum.reduceat(rivals.data[order], firsts)
    return sp.csr_array(sp.coo_array((best, (keys[firsts] // shape[1], keys[firsts] % shape[1])), shape=shape))
