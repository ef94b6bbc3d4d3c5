"""The index: immutable segments, of which a change adds one and entombs rows of the others."""

import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import Self

import numpy as np

from matching.index import Asked, Asking, DuplicateId, InvalidLimit, Mask, Rows, check_mask
from matching.index.question import Question, Questions
from matching.index.search import Search
from matching.index.segment import Segment, merged

TIER = 32
"""Segments grow by this factor."""
LOOSE = 7
"""Segments of the lowest tier that may lie side by side: a change inverts its own rows, and few changes merge."""
DEAD_SHARE = 0.5
"""Of tombstones, at which a segment is written anew."""


class SegmentedIndex:
    """Segments of falling tiers, but for a few loose ones of the lowest at the end."""

    def __init__(self, search: Search, segments: Sequence[Segment] = ()) -> None:
        self.search = search
        self.segments = tuple(segments)

    def __len__(self) -> int:
        return sum(map(len, self.segments))

    @cached_property
    def ids(self) -> tuple[str, ...]:
        return tuple(id for segment in self.segments for id in segment.ids(segment.living))

    def mask(self, ids: Iterable[str]) -> Mask:
        wanted = list(ids)
        parts = [segment.living_mask(segment.positions(wanted)) for segment in self.segments]
        return np.concatenate(parts) if parts else np.zeros(0, np.bool_)

    def known(self, ids: Sequence[str]) -> frozenset[str]:
        return frozenset(id for segment in self.segments for id in segment.ids(segment.positions(ids)))

    def upsert(self, ids: Sequence[str], rows: Rows) -> Self:
        if len(set(ids)) != len(ids):
            raise DuplicateId([id for id, count in Counter(ids).items() if count > 1])
        kept = self.remove(ids).segments
        return type(self)(self.search, _tiered((*kept, Segment.build(ids, rows)) if len(ids) else kept))

    def remove(self, ids: Collection[str]) -> Self:
        return type(self)(self.search, [kept for each in self.segments if len(kept := _thinned(each.without(ids)))])

    def merged(self) -> Self:
        """One segment, without tombstones: nothing is left of what was removed."""
        return type(self)(self.search, [merged(self.segments)] if len(self) else ())

    def top(
        self, asked: Asked, rivals: Sequence[Asked] = (), *, limit: int, mask: Mask | None = None
    ) -> list[tuple[str, float]]:
        return self.top_each([(asked, rivals)], limit=limit, mask=mask)[0]

    def top_each(
        self, asking: Sequence[Asking], *, limit: int, mask: Mask | None = None
    ) -> list[list[tuple[str, float]]]:
        if limit < 1:
            raise InvalidLimit(limit)
        if mask is not None:
            check_mask(mask, len(self))
        if not (asking and self.segments):
            for each in asking:
                Question.of(*each)  # says whether all weights are such
            return [[] for _ in asking]
        questions, first = Questions.of(asking), 0
        parts = []
        for segment in self.segments:
            part = None if mask is None else mask[first : first + len(segment)]
            first += len(segment)
            best = self.search.best(segment, questions, min(limit, len(segment)), part)
            pairs = zip(segment.ids(best.positions), best.scores.tolist(), strict=True)
            parts.append([list(islice(pairs, count)) for count in best.counts])
        return parts[0] if len(parts) == 1 else [best_of(each, limit) for each in zip(*parts, strict=True)]


def best_of(parts: Iterable[list[tuple[str, float]]], limit: int) -> list[tuple[str, float]]:
    """What parts of an index found, of which each gave its best."""
    return heapq.nsmallest(limit, chain.from_iterable(parts), key=lambda pair: (-pair[1], pair[0]))


def _tiered(segments: Sequence[Segment]) -> list[Segment]:
    """The last ones of the lowest tier merged where they are too many, then neighbours of one tier."""
    kept = list(segments)
    loose = sum(_tier(len(segment)) == 0 for segment in kept)
    if loose > LOOSE:
        kept[-loose:] = [merged(kept[-loose:])]
    while len(kept) > 1 and _tier(len(kept[-1])) >= max(1, _tier(len(kept[-2]))):
        kept[-2:] = [merged(kept[-2:])]
    return kept


def _tier(size: int) -> int:
    tier, most = 0, TIER
    while size > most:
        tier, most = tier + 1, most * TIER
    return tier


def _thinned(segment: Segment) -> Segment:
    return merged([segment]) if len(segment.dead) > DEAD_SHARE * len(segment.names) else segment
