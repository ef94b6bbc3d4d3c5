"""One side indexed, the other asking: what is held, how it changes, what is ranked. `engine` has the two directions."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Generic, Protocol, Self, TypeVar

import numpy as np

from matching.documents import Ranked
from matching.held import READ, Held, StoredT
from matching.index import Asking, Index, Mask, Rows
from matching.index.segmented import SegmentedIndex
from matching.scoring import Model

Eligible = Callable[[str], bool] | AbstractSet[str] | Mask | None
"""Who may be ranked: a predicate over ids, a set of ids, a boolean array in the order of `ids`, None for everybody."""
NOTHING: Mapping[str, Any] = MappingProxyType({})


class UnknownId(LookupError):
    """The id is not indexed."""

    code = "unknown_id"

    def __init__(self, id: str) -> None:
        self.id = id
        super().__init__(f"{id} is not indexed")


class _Analyzed(Protocol):
    def row(self) -> dict[str, float]: ...

    def rivals(self) -> list[dict[str, float]]: ...


AskedT = TypeVar("AskedT")
ReadT = TypeVar("ReadT")
StoredAnalysisT = TypeVar("StoredAnalysisT", bound=_Analyzed)
AskedAnalysisT = TypeVar("AskedAnalysisT", bound=_Analyzed)


class Directed(ABC, Generic[StoredT, AskedT, ReadT, StoredAnalysisT, AskedAnalysisT]):
    """One side indexed, the other asking."""

    def __init__(self, model: Model, items: Iterable[StoredT] = ()) -> None:
        self._writing = threading.Lock()
        self._held: Held[StoredT, ReadT, StoredAnalysisT] = Held.nothing(model)
        self.upsert(items)

    @classmethod
    def holding(cls, held: Held[StoredT, ReadT, StoredAnalysisT]) -> Self:
        """An engine of what was opened from a file."""
        engine = cls(held.model)
        engine._held = held
        return engine

    def __copy__(self) -> Self:
        """An engine that shares what there is now, at no cost, and changes apart from this one."""
        return type(self).holding(self._held)

    def with_index(self, index: Index) -> Self:
        """An engine of the same items whose rows lie in another index, which holds the same; changes go there."""
        return self.holding(replace(self._held, index=index))

    def __len__(self) -> int:
        return len(self._held.index)

    def __contains__(self, id: object) -> bool:
        return id in self._held

    @property
    def model(self) -> Model:
        """The fitted model; give it to the engine of the other direction."""
        return self._held.model

    @property
    def model_version(self) -> str:
        """Tokenizer, tables, lexicon, weights and idf snapshot in 16 hex digits; keep it with every stored score."""
        return self._held.model.version

    @property
    def held(self) -> Held[StoredT, ReadT, StoredAnalysisT]:
        """What is indexed now, with its items; a later write does not change it."""
        return self._held

    @property
    def index(self) -> Index:
        """The current index, for scores without reasons."""
        return self._held.index

    @property
    def own_index(self) -> SegmentedIndex:
        """The index as this process holds it, to be written to a file or to be sent to a cluster.

        :raises TypeError: its rows lie elsewhere.
        """
        if not isinstance(self.index, SegmentedIndex):
            raise TypeError(f"the rows lie in {type(self.index).__name__}")
        return self.index

    @property
    def ids(self) -> tuple[str, ...]:
        """Indexed ids in the order of boolean masks; any write may change it."""
        return self._held.index.ids

    @property
    def insufficient(self) -> frozenset[str]:
        """Ids of which there is nothing to judge by: no word and no skill. They are never ranked."""
        return self._held.empty

    def upsert(self, items: Iterable[StoredT]) -> None:
        """Add these, or replace those of the same ids; of one id given twice the last counts. The idf snapshot stays.

        :raises UnknownField: a text under a field without weight; nothing is changed then.
        """
        changed = {item.id: item for item in items}
        with self._writing:
            if changed:
                self._held = self._with(self._held, changed)

    def remove(self, ids: Collection[str]) -> None:
        """Drop these with their texts and analyses; an unknown id is nothing to remove."""
        with self._writing:
            self._held = self._held.without(set(ids))

    def rebuild(self, model: Model) -> None:
        """Index everything anew under another model, such as that of the refitted other direction."""
        with self._writing:
            held = self._held
            items = held.many(held.index.ids)
            known = held.reads if model.reads_like(held.model) else {}
            self._held = self._with(Held.nothing(model), items, known) if items else Held.nothing(model)

    def rank(self, asked: AskedT, *, eligible: Eligible = None, limit: int = 20) -> list[Ranked]:
        """The best by falling score, then id; only those with something in common, so possibly fewer than `limit`.

        :raises InvalidLimit: limit < 1.
        :raises MaskLengthMismatch: a boolean array not as long as `ids`.
        :raises UnknownField: a text under a field without weight.
        """
        held = self._held
        analysis = self._ask(held.model, asked)
        best = held.index.top(analysis.row(), analysis.rivals(), limit=limit, mask=_mask(eligible, held.index))
        stored = self._analyses(held, [id for id, _ in best])
        ranked = [self._explain(analysis, each, id) for id, each in stored.items()]
        return sorted(ranked, key=lambda pair: (-(pair.score or 0.0), pair.id))

    def scores(self, asked: AskedT, *, eligible: Eligible = None, limit: int = 20) -> list[tuple[str, float]]:
        """`rank` without its reasons, for many at once: (id, score to about six decimals) by falling score, then id.

        :raises InvalidLimit, MaskLengthMismatch, UnknownField: as `rank`.
        """
        held = self._held
        row, rivals = self._asking(held.model, asked)
        return held.index.top(row, rivals, limit=limit, mask=_mask(eligible, held.index))

    def asking(self, asked: AskedT) -> Asking:
        """As the index is asked for it: once for several filters, or many for `Index.top_each`.

        :raises UnknownField: as `rank`.
        """
        return self._asking(self._held.model, asked)

    def score(self, asked: AskedT, id: str) -> Ranked:
        """The pair, with the very number that `rank` gives it, in either direction.

        :raises UnknownId: the id is not indexed.
        """
        held = self._held
        stored = self._analyses(held, [id]).get(id)
        if stored is None:
            raise UnknownId(id)
        return self._explain(self._ask(held.model, asked), stored, id)

    def _asking(self, model: Model, asked: AskedT) -> Asking:
        analysis = self._ask(model, asked)
        return analysis.row(), analysis.rivals()

    def _with(
        self,
        held: Held[StoredT, ReadT, StoredAnalysisT],
        items: Mapping[str, StoredT],
        known: Mapping[str, ReadT] = NOTHING,
    ) -> Held[StoredT, ReadT, StoredAnalysisT]:
        """known : what was read of some of these items"""
        reads = {id: known.get(id) or self._read(held.model, item) for id, item in items.items()}
        return held.with_items(items, self._rows(held.model, list(reads.values())), few(reads))

    def _analyses(self, held: Held[StoredT, ReadT, StoredAnalysisT], ids: Sequence[str]) -> dict[str, StoredAnalysisT]:
        """In this order; an id that is not there is left out."""
        found = {id: analysis for id in ids if (analysis := held.analyses.get(id)) is not None}
        reads = {id: read for id in ids if id not in found and (read := held.reads.get(id)) is not None}
        absent = [id for id in ids if id not in found and id not in reads]
        fresh = {id: self._read(held.model, item) for id, item in held.many(absent).items()}
        weighed = {id: self._weigh(held.model, read) for id, read in (reads | fresh).items()}
        held.remember(fresh, weighed)
        every = found | weighed
        return {id: every[id] for id in ids if id in every}

    @abstractmethod
    def _read(self, model: Model, item: StoredT) -> ReadT: ...

    @abstractmethod
    def _rows(self, model: Model, reads: Sequence[ReadT]) -> Rows: ...

    @abstractmethod
    def _weigh(self, model: Model, read: ReadT) -> StoredAnalysisT: ...

    @abstractmethod
    def _ask(self, model: Model, asked: AskedT) -> AskedAnalysisT: ...

    @abstractmethod
    def _explain(self, asked: AskedAnalysisT, stored: StoredAnalysisT, id: str) -> Ranked: ...


def few(reads: dict[str, ReadT]) -> dict[str, ReadT]:
    """What is read is kept of few; of many it is read again where it is asked for."""
    return reads if len(reads) <= READ else {}


def _mask(eligible: Eligible, index: Index) -> Mask | None:
    if eligible is None or isinstance(eligible, np.ndarray):
        return eligible
    if isinstance(eligible, AbstractSet):
        return index.mask(eligible)
    return np.fromiter((bool(eligible(id)) for id in index.ids), np.bool_, len(index))
