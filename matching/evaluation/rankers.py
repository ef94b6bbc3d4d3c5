"""What can be measured: the engine, the engine with one lever off, and the plain rankers it must beat.

The registry knows each by name. The engine's own switches are met in `_engine` alone.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from matching.documents import Document, Query
from matching.engine import Engine
from matching.evaluation.judged import JudgedSet
from matching.evaluation.measures import DEPTH, Ranker, Ranking
from matching.index import SCORE_DECIMALS
from matching.lexicon import Lexicon
from matching.text import Layer, tokenize

Thesaurus = Mapping[str, tuple[str, ...]]
"""Concept to its forms, as `Lexicon.groups`."""


class Lever(StrEnum):
    """A part of the engine that can be switched off alone, to see what it is worth."""

    THESAURUS = "thesaurus"


@dataclass(frozen=True, slots=True)
class Configuration:
    """A way to rank.

    fit : learns from the texts of a set (never from its grades) and gives a ranker of them
    needs_thesaurus : without one it would be another configuration under a wrong name
    """

    name: str
    fit: Callable[[JudgedSet, Thesaurus | None], Ranker]
    needs_thesaurus: bool = False


def matching(name: str, *, off: Collection[Lever] = (), needs_thesaurus: bool = False) -> Configuration:
    """The engine with all its levers but those named. All text stands in one field, nobody claims or wishes skills."""
    levers = frozenset(Lever) - frozenset(off)

    def fit(judged: JudgedSet, thesaurus: Thesaurus | None) -> Ranker:
        engine = _engine(judged, thesaurus or {}, levers)

        def rank(text: str) -> Ranking:
            asked = engine.model.query(Query(texts={"own_words": text}))
            return [id for id, _ in engine.index.top(asked.row(), limit=DEPTH)]

        return rank

    return Configuration(name, fit, needs_thesaurus)


def _engine(judged: JudgedSet, thesaurus: Thesaurus, levers: Collection[Lever]) -> Engine:
    documents = [Document(id, {"summary": text}) for id, text in judged.corpus.items()]
    return Engine.fit(documents, lexicon=Lexicon(thesaurus if Lever.THESAURUS in levers else {}))


def levers_at_work(thesaurus: Thesaurus | None) -> tuple[Lever, ...]:
    """Levers whose absence can be noticed: without a thesaurus that one is off already."""
    return tuple(lever for lever in Lever if thesaurus or lever is not Lever.THESAURUS)


def configurations(levers: Sequence[Lever]) -> tuple[Configuration, ...]:
    """For an ablation: the engine without each of these levers, one at a time."""
    return tuple(matching(f"without {lever}", off=(lever,)) for lever in levers)


def _plain(vectorizer: Callable[[], TfidfVectorizer]) -> Callable[[JudgedSet, Thesaurus | None], Ranker]:
    """Cosine of scikit-learn's vectors, in its default weighting; equal scores stand by id."""

    def fit(judged: JudgedSet, thesaurus: Thesaurus | None) -> Ranker:
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

REGISTRY: Mapping[str, Configuration] = {
    configuration.name: configuration
    for configuration in (MATCHING, MATCHING_WITH_THESAURUS, SUDACHI_TFIDF, SCIKIT_LEARN)
}
