"""What can be measured: the engine, the engine with one lever off, and the plain rankers it must beat.

The registry knows each by name. The engine's own switches are met in `OFF` and `_engine` alone.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from matching import tables
from matching.documents import Document, Query
from matching.engine import Engine
from matching.evaluation.judged import JudgedSet
from matching.evaluation.measures import DEPTH, Ranker, Ranking
from matching.index import SCORE_DECIMALS
from matching.lexicon import Lexicon
from matching.text import Layer, tokenize
from matching.weights import Weights

Groups = Mapping[str, tuple[str, ...]]
"""Concept to its forms, as `Lexicon.groups`."""


@dataclass(frozen=True, slots=True)
class Concepts:
    """own : of the project, which every bank has; more : those of a thesaurus that somebody hands in."""

    own: Groups = field(default_factory=dict)
    more: Groups = field(default_factory=dict)


class Lever(StrEnum):
    """A part of the engine that can be switched off alone, to see what it is worth."""

    THESAURUS = "thesaurus"
    OWN_CONCEPTS = "own concepts"
    NEAR_TERMS = "near terms"
    BACKGROUND = "background"
    PARTS = "parts and stems"
    LENGTH = "text length"
    SATURATION = "saturation"


OFF: Mapping[Lever, Mapping[str, float]] = {
    Lever.NEAR_TERMS: {"near_share": 0.0},
    Lever.PARTS: {"part_share": 0.0},
    Lever.LENGTH: {"length_pivot": 0.0},
    Lever.SATURATION: {"saturation": 1e-6},  # a term is covered or not, however often it stands
}
"""What a lever that is a number of the formula is when it is off."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """A way to rank.

    fit : learns from the texts of a set (never from its grades) and gives a ranker of them
    needs_thesaurus : without one it would be another configuration under a wrong name
    """

    name: str
    fit: Callable[[JudgedSet, Concepts | None], Ranker]
    needs_thesaurus: bool = False


def matching(
    name: str, *, off: Collection[Lever] = (), needs_thesaurus: bool = False, by_field: bool = False
) -> Configuration:
    """The engine with all its levers but those named. All text stands in one field, nobody claims or wishes skills.

    by_field : profiles stand as people fill them in, where the set has them
    """
    levers = frozenset(Lever) - frozenset(off)

    def fit(judged: JudgedSet, concepts: Concepts | None) -> Ranker:
        engine = _engine(judged, concepts or Concepts(), levers, by_field)

        def rank(text: str) -> Ranking:
            asked = engine.model.query(Query(texts={"own_words": text}))
            return [id for id, _ in engine.index.top(asked.row(), limit=DEPTH)]

        return rank

    return Configuration(name, fit, needs_thesaurus)


def _engine(judged: JudgedSet, concepts: Concepts, levers: Collection[Lever], by_field: bool) -> Engine:
    profiles = judged.profiles if by_field else {}
    documents = [Document(id, profiles.get(id, {"summary": text})) for id, text in judged.corpus.items()]
    own = concepts.own if Lever.OWN_CONCEPTS in levers else {}
    more = concepts.more if Lever.THESAURUS in levers else {}
    off: dict[str, Any] = {
        name: value for lever, values in OFF.items() if lever not in levers for name, value in values.items()
    }
    return Engine.fit(
        documents,
        lexicon=Lexicon({**more, **own}),
        background=tables.background() if Lever.BACKGROUND in levers else None,
        neighbours=tables.near_terms(),
        weights=replace(Weights(), **off),
    )


def levers_at_work(concepts: Concepts) -> tuple[Lever, ...]:
    """Levers whose absence can be noticed: without a thesaurus that one is off already."""
    off = {Lever.THESAURUS} if not concepts.more else set()
    return tuple(lever for lever in Lever if lever not in off)


def configurations(levers: Sequence[Lever]) -> tuple[Configuration, ...]:
    """For an ablation: the engine with these levers without each of them, one at a time."""
    rest = set(Lever) - set(levers)
    return tuple(matching(f"without {lever}", off={*rest, lever}) for lever in levers)


def _plain(vectorizer: Callable[[], TfidfVectorizer]) -> Callable[[JudgedSet, Concepts | None], Ranker]:
    """Cosine of scikit-learn's vectors, in its default weighting; equal scores stand by id."""

    def fit(judged: JudgedSet, concepts: Concepts | None) -> Ranker:
        ids = sorted(judged.corpus)
        vectors = vectorizer()
        try:
            matrix = vectors.fit_transform([judged.corpus[id] for id in ids])
        except ValueError:  # scikit-learn refuses a corpus without a word; there is nothing to rank by then
            return lambda text: ()

        def rank(text: str) -> Ranking:
            scores = (matrix @ vectors.transform([text]).T).toarray().ravel().round(SCORE_DECIMALS)
            order = np.argsort(-scores, kind="stable")[:DEPTH]
            return [ids[position] for position in order.tolist() if scores[position] > 0]

        return rank

    return fit


def _terms(text: str) -> list[str]:
    return [token.term for token in tokenize(text) if token.layer is Layer.WORD]


SUDACHI_TFIDF = Configuration("sudachi tf-idf", _plain(lambda: TfidfVectorizer(analyzer=_terms)))
"""Plain TF-IDF over the words the engine reads: what is left of the difference is the engine's own."""

SCIKIT_LEARN = Configuration("scikit-learn default", _plain(TfidfVectorizer))
"""As it comes: a run of kana and kanji between two marks is one word to it."""

MATCHING = matching("matching", off=(Lever.THESAURUS,))
MATCHING_WITH_THESAURUS = matching("matching + thesaurus", needs_thesaurus=True)
BY_FIELD = matching("matching, by field", off=(Lever.THESAURUS,), by_field=True)
BY_FIELD_WITH_THESAURUS = matching("matching + thesaurus, by field", needs_thesaurus=True, by_field=True)
"""As a bank ranks: for sets that have profiles.jsonl."""

REGISTRY: Mapping[str, Configuration] = {
    configuration.name: configuration
    for configuration in (
        MATCHING,
        MATCHING_WITH_THESAURUS,
        BY_FIELD,
        BY_FIELD_WITH_THESAURUS,
        SUDACHI_TFIDF,
        SCIKIT_LEARN,
    )
}
