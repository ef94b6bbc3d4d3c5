"""The facade: professionals ranked for a need, needs ranked for a professional, one number for the pair."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, Self, TypeVar

import numpy as np

from matching.documents import Document, Query, Ranked
from matching.explanation import explain
from matching.index import Index, Mask, Rows
from matching.index.backends import empty_index
from matching.lexicon import Lexicon
from matching.neighbours import NeighbourTable
from matching.scoring import Model
from matching.sides import AnalyzedDocument, AnalyzedQuery
from matching.weighting import BackgroundFrequencies
from matching.weights import Weights

Eligible = Callable[[str], bool] | AbstractSet[str] | Mask | None
"""Who may be ranked: a predicate over ids, a set of ids, a boolean array in the order of `ids`, None for everybody."""

REMEMBERED = 2_048
"""Analyses kept for explanations, at most; analyzing a text costs far more than scoring it."""


class UnknownId(LookupError):
    """The id is not indexed."""

    code = "unknown_id"

    def __init__(self, id: str) -> None:
        self.id = id
        super().__init__(f"{id} is not indexed")


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


class _Analyzed(Protocol):
    def row(self) -> dict[str, float]: ...

    def rivals(self) -> list[dict[str, float]]: ...


StoredT = TypeVar("StoredT", bound=_Identified)
AskedT = TypeVar("AskedT")
StoredAnalysisT = TypeVar("StoredAnalysisT", bound=_Analyzed)
AskedAnalysisT = TypeVar("AskedAnalysisT", bound=_Analyzed)


@dataclass(frozen=True, slots=True)
class _State(Generic[StoredT, StoredAnalysisT]):
    """What a reader sees: replaced as a whole by a writer, so a reader needs no lock.

    empty : ids of items without a term and without a skill
    analyses : a memory of `stored`, filled while reading; each state has its own
    """

    model: Model
    index: Index
    stored: dict[str, StoredT]
    empty: frozenset[str]
    analyses: dict[str, StoredAnalysisT]

    def with_items(self, items: dict[str, StoredT], rows: Rows) -> "_State[StoredT, StoredAnalysisT]":
        blank = np.flatnonzero(np.diff(rows.matrix.indptr) == 0).tolist()
        ids = list(items)
        rest = self.without(items.keys())
        return _State(
            model=self.model,
            index=self.index.upsert(ids, rows),
            stored={**rest.stored, **items},
            empty=rest.empty | {ids[position] for position in blank},
            analyses=rest.analyses,
        )

    def without(self, ids: AbstractSet[str]) -> "_State[StoredT, StoredAnalysisT]":
        return _State(
            model=self.model,
            index=self.index.remove(ids),
            stored={id: item for id, item in self.stored.items() if id not in ids},
            empty=self.empty - ids,
            analyses={id: analysis for id, analysis in self.analyses.copy().items() if id not in ids},
        )


class _Directed(ABC, Generic[StoredT, AskedT, StoredAnalysisT, AskedAnalysisT]):
    """One side indexed, the other asking."""

    def __init__(self, model: Model, items: Iterable[StoredT] = ()) -> None:
        self._writing = threading.Lock()
        stored = {item.id: item for item in items}
        self._state = _filled(model, stored, self._rows(model, list(stored.values())))

    def __copy__(self) -> Self:
        """An engine that shares what there is now, at no cost, and changes apart from this one."""
        twin = object.__new__(type(self))
        twin._writing = threading.Lock()
        twin._state = self._state
        return twin

    def with_index(self, index: Index) -> Self:
        """An engine of the same items whose rows lie in another index, which holds the same; changes go there."""
        twin = copy(self)
        twin._state = replace(self._state, index=index)
        return twin

    def __len__(self) -> int:
        return len(self._state.stored)

    def __contains__(self, id: object) -> bool:
        return id in self._state.stored

    @property
    def model(self) -> Model:
        """The fitted model; give it to the engine of the other direction."""
        return self._state.model

    @property
    def model_version(self) -> str:
        """Tokenizer, tables, lexicon, weights and idf snapshot in 16 hex digits; keep it with every stored score."""
        return self._state.model.version

    @property
    def index(self) -> Index:
        """The current index, for scores without reasons."""
        return self._state.index

    @property
    def ids(self) -> tuple[str, ...]:
        """Indexed ids in the order of boolean masks; any write may change it."""
        return self._state.index.ids

    @property
    def insufficient(self) -> frozenset[str]:
        """Ids of which there is nothing to judge by: no word and no skill. They are never ranked."""
        return self._state.empty

    def upsert(self, items: Iterable[StoredT]) -> None:
        """Add these, or replace those of the same ids; of one id given twice the last counts. The idf snapshot stays.

        :raises UnknownField: a text under a field without weight; nothing is changed then.
        """
        changed = {item.id: item for item in items}
        with self._writing:
            if changed:
                self._state = self._state.with_items(changed, self._rows(self._state.model, list(changed.values())))

    def remove(self, ids: Collection[str]) -> None:
        """Drop these with their texts and analyses; an unknown id is nothing to remove."""
        with self._writing:
            self._state = self._state.without(set(ids))

    def rebuild(self, model: Model) -> None:
        """Index everything anew under another model, such as that of the refitted other direction."""
        with self._writing:
            stored = self._state.stored
            self._state = _filled(model, stored, self._rows(model, list(stored.values())))

    def rank(self, asked: AskedT, *, eligible: Eligible = None, limit: int = 20) -> list[Ranked]:
        """The best by falling score, then id; only those with something in common, so possibly fewer than `limit`.

        :raises InvalidLimit: limit < 1.
        :raises MaskLengthMismatch: a boolean array not as long as `ids`.
        :raises UnknownField: a text under a field without weight.
        """
        state = self._state
        analysis = self._ask(state.model, asked)
        best = state.index.top(analysis.row(), analysis.rivals(), limit=limit, mask=_mask(eligible, state.index))
        ranked = [self._explain(analysis, self._analysis(state, id), id) for id, _ in best]
        return sorted(ranked, key=lambda pair: (-(pair.score or 0.0), pair.id))

    def scores(self, asked: AskedT, *, eligible: Eligible = None, limit: int = 20) -> list[tuple[str, float]]:
        """`rank` without its reasons, for many at once: (id, score to about six decimals) by falling score, then id.

        :raises InvalidLimit, MaskLengthMismatch, UnknownField: as `rank`.
        """
        state = self._state
        analysis = self._ask(state.model, asked)
        return state.index.top(analysis.row(), analysis.rivals(), limit=limit, mask=_mask(eligible, state.index))

    def score(self, asked: AskedT, id: str) -> Ranked:
        """The pair, with the very number that `rank` gives it, in either direction.

        :raises UnknownId: the id is not indexed.
        """
        state = self._state
        return self._explain(self._ask(state.model, asked), self._analysis(state, id), id)

    def _analysis(self, state: _State[StoredT, StoredAnalysisT], id: str) -> StoredAnalysisT:
        if id not in state.stored:
            raise UnknownId(id)
        analysis = state.analyses.get(id)
        if analysis is None:
            analysis = self._store(state.model, state.stored[id])
            if len(state.analyses) >= REMEMBERED:
                state.analyses.clear()
            state.analyses[id] = analysis
        return analysis

    @abstractmethod
    def _rows(self, model: Model, items: Sequence[StoredT]) -> Rows: ...

    @abstractmethod
    def _store(self, model: Model, item: StoredT) -> StoredAnalysisT: ...

    @abstractmethod
    def _ask(self, model: Model, asked: AskedT) -> AskedAnalysisT: ...

    @abstractmethod
    def _explain(self, asked: AskedAnalysisT, stored: StoredAnalysisT, id: str) -> Ranked: ...


class Engine(_Directed[Document, Query, AnalyzedDocument, AnalyzedQuery]):
    """Professionals are indexed, a need asks."""

    @classmethod
    def fit(
        cls,
        documents: Iterable[Document],
        *,
        lexicon: Lexicon | None = None,
        background: BackgroundFrequencies | None = None,
        neighbours: NeighbourTable | None = None,
        weights: Weights | None = None,
    ) -> "Engine":
        """Learn the idf snapshot from the documents and index them; of one id given twice the last counts.

        Refit by fitting anew and swapping the engine.

        :raises UnknownField: a text under a field without weight.
        """
        stored = {document.id: document for document in documents}
        model, rows = Model.fit(
            list(stored.values()), lexicon=lexicon, background=background, neighbours=neighbours, weights=weights
        )
        engine = cls(model)
        engine._state = _filled(model, stored, rows)
        return engine

    def _rows(self, model: Model, items: Sequence[Document]) -> Rows:
        return model.document_rows(items)

    def _store(self, model: Model, item: Document) -> AnalyzedDocument:
        return model.document(item)

    def _ask(self, model: Model, asked: Query) -> AnalyzedQuery:
        return model.query(asked)

    def _explain(self, asked: AnalyzedQuery, stored: AnalyzedDocument, id: str) -> Ranked:
        return explain(asked, stored, id=id)


class NeedEngine(_Directed[Query, Document, AnalyzedQuery, AnalyzedDocument]):
    """Needs are indexed, a professional asks. Takes the model of an `Engine`, hence the same score for a pair."""

    def _rows(self, model: Model, items: Sequence[Query]) -> Rows:
        return model.query_rows(items)

    def _store(self, model: Model, item: Query) -> AnalyzedQuery:
        return model.query(item)

    def _ask(self, model: Model, asked: Document) -> AnalyzedDocument:
        return model.document(asked)

    def _explain(self, asked: AnalyzedDocument, stored: AnalyzedQuery, id: str) -> Ranked:
        return explain(stored, asked, id=id)


def _filled(model: Model, items: dict[str, StoredT], rows: Rows) -> _State[StoredT, Any]:
    empty: _State[StoredT, Any] = _State(model, empty_index(), {}, frozenset(), {})
    return empty.with_items(items, rows)


def _mask(eligible: Eligible, index: Index) -> Mask | None:
    if eligible is None or isinstance(eligible, np.ndarray):
        return eligible
    if isinstance(eligible, AbstractSet):
        return index.mask(eligible)
    return np.fromiter((bool(eligible(id)) for id in index.ids), np.bool_, len(index))
