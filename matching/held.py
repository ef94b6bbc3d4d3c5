"""What an engine holds at one moment: an index with the items in it, and what was read of them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np
from immutables import Map
from numpy.typing import NDArray

from matching.counts import digest_of
from matching.documents import Document, Query
from matching.index import Index, Rows
from matching.index.backends import empty_index
from matching.scoring import Model

REMEMBERED = 2_048
"""Analyses kept for explanations, at most; analyzing a text costs far more than scoring it."""
READ = 400
"""Items of which is kept what reading leaves, at most: enough to weigh a small bank anew without reading again."""


StoredT = TypeVar("StoredT", Document, Query)
ReadT = TypeVar("ReadT")
AnalysisT = TypeVar("AnalysisT")


class Shelf(Generic[StoredT]):
    """Items whose ids and digests lie in the file of an index, and whose texts lie with whoever keeps them.

    names : bytes of one width, ascending, UTF-8 of the ids
    digests : uint8, shape (n_items, DIGEST_BYTES)
    read : ids to the items as they are now; one that is gone is left out
    """

    def __init__(
        self,
        names: NDArray[np.bytes_],
        digests: NDArray[np.uint8],
        read: Callable[[Sequence[str]], Iterable[StoredT]],
    ) -> None:
        self._names, self._digests = names, digests
        self._read: Callable[[Sequence[str]], Iterable[StoredT]] = read

    def read(self, ids: Sequence[str]) -> dict[str, StoredT]:
        return {item.id: item for item in self._read(ids)} if ids else {}

    def digest(self, id: str) -> bytes | None:
        """As of the file; None where the id is not in it."""
        name = id.encode("utf-8", "surrogatepass")
        place = int(np.searchsorted(self._names, name)) if len(name) <= self._names.dtype.itemsize else len(self._names)
        is_there = place < len(self._names) and self._names[place] == name
        return self._digests[place].tobytes() if is_there else None


@dataclass(frozen=True, slots=True)
class Held(Generic[StoredT, ReadT, AnalysisT]):
    """What a reader sees: replaced as a whole by a writer, so a reader needs no lock.

    items : those that did not come from the shelf; None for one of the shelf that is gone
    empty : ids of items without a term and without a skill
    reads, analyses : memories of items, filled while reading; each value has its own
    """

    model: Model
    index: Index
    items: Map[str, StoredT | None]
    shelf: Shelf[StoredT] | None
    empty: frozenset[str]
    reads: dict[str, ReadT]
    analyses: dict[str, AnalysisT]

    @classmethod
    def nothing(cls, model: Model) -> "Held[StoredT, ReadT, AnalysisT]":
        return cls(model, empty_index(), Map(), None, frozenset(), {}, {})

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and bool(self.index.known([id]))

    def item(self, id: str) -> StoredT | None:
        return self.many([id]).get(id)

    def many(self, ids: Iterable[str]) -> Mapping[str, StoredT]:
        """Of these ids those that are indexed, with their items; one that its keeper has lost is left out."""
        found, absent = {}, []
        for id in ids:
            item = self.items.get(id)
            if item is not None:
                found[id] = item
            elif self.shelf and id not in self.items:
                absent.append(id)
        return {**found, **self.shelf.read(sorted(self.index.known(absent)))} if self.shelf and absent else found

    def differing(self, items: Iterable[StoredT]) -> list[StoredT]:
        """Those that are not indexed just so."""
        return [item for item in items if not self._is_held(item)]

    def _is_held(self, item: StoredT) -> bool:
        if item.id in self.items:
            return self.items[item.id] == item
        return self.shelf is not None and self.shelf.digest(item.id) == digest_of(item)

    def with_items(
        self, items: Mapping[str, StoredT], rows: Rows, reads: Mapping[str, ReadT]
    ) -> "Held[StoredT, ReadT, AnalysisT]":
        """reads : of these items, as far as they shall be kept"""
        blank = np.flatnonzero(np.diff(rows.matrix.indptr) == 0).tolist()
        ids = list(items)
        return replace(
            self,
            index=self.index.upsert(ids, rows),
            items=self.items.update(items),
            empty=(self.empty - items.keys()) | {ids[position] for position in blank},
            reads=_bounded({**_others(self.reads, items.keys()), **reads}, READ),
            analyses=_others(self.analyses, items.keys()),
        )

    def without(self, ids: AbstractSet[str]) -> "Held[StoredT, ReadT, AnalysisT]":
        items = self.items.mutate()
        for id in ids:
            if self.shelf and self.shelf.digest(id) is not None:
                items[id] = None
            else:
                items.pop(id, None)
        return replace(
            self,
            index=self.index.remove(ids),
            items=items.finish(),
            empty=self.empty - ids,
            reads=_others(self.reads, ids),
            analyses=_others(self.analyses, ids),
        )

    def remember(self, reads: Mapping[str, ReadT], analyses: Mapping[str, AnalysisT]) -> None:
        """Keep these for the next reader of this value."""
        _remember(self.reads, reads, READ)
        _remember(self.analyses, analyses, REMEMBERED)


def chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _remember(memory: dict[str, Any], found: Mapping[str, Any], most: int) -> None:
    if len(memory) + len(found) > most:
        memory.clear()
    if len(found) <= most:
        memory.update(found)


def _others(memory: dict[str, Any], ids: Collection[str]) -> dict[str, Any]:
    """A copy: other readers may be filling the memory."""
    return {id: kept for id, kept in memory.copy().items() if id not in ids}


def _bounded(memory: dict[str, Any], most: int) -> dict[str, Any]:
    return memory if len(memory) <= most else {}
