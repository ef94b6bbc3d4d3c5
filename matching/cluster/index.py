"""The index whose rows lie in shards: `matching.index.Index`, answered by all of them or not at all."""

import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from matching.cluster import VersionLost
from matching.cluster.change import NO_ROWS, Change, taken
from matching.index import Asked, Asking, DuplicateId, Index, InvalidLimit, Mask, Rows, check_mask
from matching.index.question import Question
from matching.index.segmented import SegmentedIndex, best_of

CHUNK = 250_000
"""Rows that travel to a shard in one piece, some two hundred megabytes; of more pieces the shard merges more often."""
FEW = 1_000
"""Rows that may travel for nothing."""
TOGETHER = 32
"""Questions that travel together, lest an answer come late."""


class Shards(Protocol):
    """Where the shards are reached."""

    def __len__(self) -> int: ...

    def call(self, method: str, arguments: Mapping[int, tuple[Any, ...]]) -> dict[int, Any]:
        """A method of `Shard`, called on these shards at once; the answers of all of them.

        :raises IndexUnavailable: one does not answer.
        :raises VersionLost: one has no such version.
        """


@dataclass(frozen=True, slots=True)
class Part:
    """What this index is in one shard."""

    token: str = ""
    size: int = 0


class ClusterIndex:
    """Immutable: names the version of each shard. A change costs a call of the shards it falls into, no other.

    parts : what it is in each shard
    is_lost : whether a shard said so; every call says it again, until the index is built anew
    """

    def __init__(
        self, shards: Shards, parts: Sequence[Part] = (), ids: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        """ids : of versions for which they are known already"""
        self.is_lost = False
        self._ids = dict(ids or {})
        self.shards = shards
        self.parts = tuple(parts) or (Part(),) * len(shards)

    def __len__(self) -> int:
        return sum(part.size for part in self.parts)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        asked = {shard: (part.token,) for shard, part in self._filled() if part.token not in self._ids}
        found = self._call("ids", asked)
        self._ids |= {self.parts[shard].token: ids for shard, ids in found.items()}
        return tuple(chain.from_iterable(self._ids[part.token] for _, part in self._filled()))

    def mask(self, ids: Iterable[str]) -> Mask:
        found = self._asked_of("mask", list(ids))
        parts = [_unpacked(found.get(shard), part.size) for shard, part in self._filled()]
        return np.concatenate(parts) if parts else np.zeros(0, np.bool_)

    def known(self, ids: Sequence[str]) -> frozenset[str]:
        """Of these ids, those that are there."""
        return frozenset(chain.from_iterable(self._asked_of("known", ids).values()))

    def upsert(self, ids: Sequence[str], rows: Rows) -> Self:
        if len(set(ids)) != len(ids):
            raise DuplicateId([id for id, count in Counter(ids).items() if count > 1])
        index, step = self, CHUNK * len(self.shards)
        for first in range(0, len(ids), step):
            positions = _by_shard(ids[first : first + step], len(self.shards))
            changes = {}
            for shard, chosen in positions.items():
                places = np.array(chosen, np.int64) + first
                of_shard = tuple(ids[place] for place in places.tolist())
                changes[shard] = Change(index.parts[shard].token, ids=of_shard, rows=taken(rows, places))
            index = index._changed(changes)
        return index

    def filled(self, index: Index) -> Self:
        """This index with the rows of one in memory or in a file added, segment by segment, as they are kept there.

        :raises TypeError: its rows lie elsewhere.
        """
        if not isinstance(index, SegmentedIndex):
            raise TypeError(f"rows of {type(index).__name__} cannot be taken out")
        filled = self
        for segment in index.segments:
            filled = filled.upsert(segment.ids(segment.living), segment.living_rows())
        return filled

    def remove(self, ids: Collection[str]) -> Self:
        changes = {
            shard: Change(self.parts[shard].token, gone=tuple(sorted(gone)), rows=NO_ROWS)
            for shard, gone in self._routed(list(ids)).items()
            if self.parts[shard].size
        }
        return self._changed(changes)

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
        for each in asking:
            Question.of(*each)  # says whether all weights are such, before anything travels
        under, found = self._under(mask), []
        for first in range(0, len(asking), TOGETHER):
            some = [(dict(one), [dict(rival) for rival in rivals]) for one, rivals in asking[first : first + TOGETHER]]
            answers = self._call("top", {shard: (token, some, limit, bits) for shard, (token, bits) in under.items()})
            found += [best_of([answer[place] for answer in answers.values()], limit) for place in range(len(some))]
        return found

    def _under(self, mask: Mask | None) -> dict[int, tuple[str, NDArray[np.uint8] | None]]:
        """The shards that the mask leaves somebody in: their versions, and their bits of it."""
        found: dict[int, tuple[str, NDArray[np.uint8] | None]] = {}
        first = 0
        for shard, part in self._filled():
            eligible = None if mask is None else mask[first : first + part.size]
            first += part.size
            if eligible is None or eligible.any():
                found[shard] = part.token, None if eligible is None else np.packbits(eligible)
        return found

    def _call(self, method: str, arguments: Mapping[int, tuple[Any, ...]]) -> dict[int, Any]:
        try:
            return self.shards.call(method, arguments) if arguments else {}
        except VersionLost:
            self.is_lost = True
            raise

    def _asked_of(self, method: str, ids: Sequence[str]) -> dict[int, Any]:
        """The answers of the shards that these ids fall into."""
        routed = self._routed(ids)
        filled = {shard: part.token for shard, part in self._filled() if shard in routed}
        return self._call(method, {shard: (token, routed[shard]) for shard, token in filled.items()})

    def _changed(self, changes: Mapping[int, Change]) -> Self:
        if not changes:
            return self
        # Another worker may have sent the same rows: then they need not travel again.
        large = {shard: (change.token,) for shard, change in changes.items() if len(change.ids) > FEW}
        sizes = {shard: size for shard, size in self._call("size", large).items() if size is not None}
        sizes |= self._call("change", {shard: (each,) for shard, each in changes.items() if shard not in sizes})
        parts = list(self.parts)
        for shard, change in changes.items():
            parts[shard] = Part(change.token, sizes[shard])
        tokens = {part.token for part in parts}
        return type(self)(self.shards, parts, {token: ids for token, ids in self._ids.items() if token in tokens})

    def _filled(self) -> list[tuple[int, Part]]:
        return [(shard, part) for shard, part in enumerate(self.parts) if part.size]

    def _routed(self, ids: Sequence[str]) -> dict[int, list[str]]:
        positions = _by_shard(ids, len(self.shards))
        return {shard: [ids[position] for position in chosen] for shard, chosen in positions.items()}


def shard_of(id: str, n_shards: int) -> int:
    """Where an id lies: the same for everybody, for ever."""
    return zlib.crc32(id.encode("utf-8", "surrogatepass")) % n_shards


def _by_shard(ids: Sequence[str], n_shards: int) -> dict[int, list[int]]:
    """Shard to positions of its ids, ascending."""
    found: dict[int, list[int]] = {}
    for position, id in enumerate(ids):
        found.setdefault(shard_of(id, n_shards), []).append(position)
    return found


def _unpacked(bits: NDArray[np.uint8] | None, size: int) -> Mask:
    """None stands for a shard that none of the ids falls into."""
    return np.zeros(size, np.bool_) if bits is None else np.unpackbits(bits, count=size).view(np.bool_)
