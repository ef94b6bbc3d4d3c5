"""The scipy back end: postings of the query's terms only, added term at a time into one accumulator."""

import heapq
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matching.index import SCORE_DECIMALS, Asked, DuplicateId, InvalidLimit, Mask, MaskLengthMismatch, Rows

SMALLEST_MERGE = 256


@dataclass(frozen=True)
class Segment:
    """Some rows inverted.

    positions, columns : id to row, term to column
    postings : csc, float64, shape (n_rows, n_terms)
    rivals : csc, float64, shape (n_rivals, n_terms)
    owners : shape (n_rivals,), ascending
    alive : shape (n_rows,), False for tombstones
    """

    ids: tuple[str, ...]
    positions: Mapping[str, int]
    columns: Mapping[str, int]
    postings: Any
    rivals: Any
    owners: NDArray[np.int64]
    alive: Mask

    @classmethod
    def build(cls, ids: Sequence[str], rows: Rows) -> "Segment":
        columns = {term: column for column, term in enumerate(rows.terms)}
        positions = {id: position for position, id in enumerate(ids)}
        alive = np.ones(len(ids), dtype=np.bool_)
        return cls(
            tuple(ids), positions, columns, sp.csc_array(rows.matrix), sp.csc_array(rows.rivals), rows.owners, alive
        )

    @cached_property
    def living(self) -> tuple[str, ...]:
        return tuple(id for id, alive in zip(self.ids, self.alive, strict=True) if alive)

    def without(self, ids: Collection[str]) -> "Segment":
        gone = [self.positions[id] for id in ids if id in self.positions]
        if not gone:
            return self
        alive = self.alive.copy()
        alive[gone] = False
        return replace(self, alive=alive)

    def scores(self, asked: Asked, rivals: Sequence[Asked]) -> NDArray[np.float64]:
        """Of every row, tombstones too."""
        scores = self._products(self.postings, asked)
        if len(self.owners):
            best = np.zeros(len(self.ids))
            np.maximum.at(best, self.owners, self._products(self.rivals, asked))
            scores += best
        if rivals:
            scores += np.max([self._products(self.postings, each) for each in rivals], axis=0)
        return np.minimum(scores.round(SCORE_DECIMALS), 1.0)

    def _products(self, postings: Any, asked: Asked) -> NDArray[np.float64]:
        """Terms are added in sorted order, so that equal rows get equal bits."""
        products = np.zeros(postings.shape[0])
        indptr, indices, values = postings.indptr, postings.indices, postings.data
        for term in sorted(asked.keys() & self.columns.keys()):
            column = self.columns[term]
            part = slice(indptr[column], indptr[column + 1])
            products[indices[part]] += values[part] * asked[term]
        return products

    def rows(self) -> Rows:
        """The living rows, back from the postings."""
        living = np.flatnonzero(self.alive)
        kept = np.flatnonzero(self.alive[self.owners])
        renumbered = np.cumsum(self.alive) - 1
        owners = renumbered[self.owners[kept]]
        return Rows(tuple(self.columns), sp.csr_array(self.postings)[living], sp.csr_array(self.rivals)[kept], owners)


EMPTY = Segment.build((), Rows.of(()))


class PostingsIndex:
    """A main segment, and a small one for what changed since; the two are merged when the small one outgrows
    max(256, 4 √n) rows, where the cost of rebuilding it at each change meets that of merging."""

    def __init__(self, main: Segment = EMPTY, delta: Segment = EMPTY) -> None:
        self._main = main
        self._delta = delta

    @cached_property
    def ids(self) -> tuple[str, ...]:
        return self._main.living + self._delta.living

    def upsert(self, ids: Sequence[str], rows: Rows) -> Self:
        if len(set(ids)) != len(ids):
            raise DuplicateId([id for id, count in Counter(ids).items() if count > 1])
        main, delta = self._main.without(ids), self._delta.without(ids)
        delta = _concatenated((delta.living, delta.rows()), (tuple(ids), rows))
        if len(delta.ids) > max(SMALLEST_MERGE, 4 * math.isqrt(len(main.ids))):
            main, delta = _concatenated((main.living, main.rows()), (delta.ids, delta.rows())), EMPTY
        return type(self)(main, delta)

    def remove(self, ids: Collection[str]) -> Self:
        return type(self)(self._main.without(ids), self._delta.without(ids))

    def top(
        self, asked: Asked, rivals: Sequence[Asked] = (), *, limit: int, mask: Mask | None = None
    ) -> list[tuple[str, float]]:
        if limit < 1:
            raise InvalidLimit(limit)
        if mask is not None and len(mask) != len(self.ids):
            raise MaskLengthMismatch(expected=len(self.ids), actual=len(mask))
        split = len(self._main.living)
        best = []
        for segment, part in ((self._main, slice(None, split)), (self._delta, slice(split, None))):
            eligible = segment.alive.copy()
            if mask is not None:
                eligible[segment.alive] = mask[part]
            best += _best(segment, segment.scores(asked, rivals), eligible, limit)
        return heapq.nsmallest(limit, best, key=_order)


def _best(segment: Segment, scores: NDArray[np.float64], eligible: Mask, limit: int) -> list[tuple[str, float]]:
    candidates = np.flatnonzero(eligible & (scores > 0))
    if len(candidates) > limit:
        at_least = np.partition(scores[candidates], -limit)[-limit]
        candidates = candidates[scores[candidates] >= at_least]
    pairs = [(segment.ids[position], float(scores[position])) for position in candidates.tolist()]
    return heapq.nsmallest(limit, pairs, key=_order)


def _order(pair: tuple[str, float]) -> tuple[float, str]:
    return -pair[1], pair[0]


def _concatenated(*parts: tuple[tuple[str, ...], Rows]) -> Segment:
    """One segment of several, over the union of their terms; terms that no living row has fall away."""
    columns: dict[str, int] = {}
    mappings = []
    for _, rows in parts:
        used = np.zeros(len(rows.terms), dtype=np.bool_)
        used[rows.matrix.indices] = True  # a rival has no term that its row lacks
        mapping = np.full(len(rows.terms), -1, dtype=np.int64)
        for position in np.flatnonzero(used).tolist():
            mapping[position] = columns.setdefault(rows.terms[position], len(columns))
        mappings.append(mapping)

    def stacked(matrices: Sequence[Any]) -> Any:
        shifted = [
            sp.csr_array((each.data, mapping[each.indices], each.indptr), shape=(each.shape[0], len(columns)))
            for each, mapping in zip(matrices, mappings, strict=True)
        ]
        return sp.vstack(shifted, format="csr")

    ids = tuple(id for part_ids, _ in parts for id in part_ids)
    before = np.cumsum([0, *(len(part_ids) for part_ids, _ in parts)])
    owners = np.concatenate([rows.owners + first for (_, rows), first in zip(parts, before, strict=False)])
    matrix, rivals = stacked([rows.matrix for _, rows in parts]), stacked([rows.rivals for _, rows in parts])
    return Segment.build(ids, Rows(tuple(columns), matrix, rivals, owners))
