"""Field-weighted TF-IDF: what a term of a need is worth, and how far a text covers it."""

import hashlib
import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

from matching.text import Layer, Token
from matching.weights import Weights

Tokens = Sequence[Token]

USUAL_LENGTH = 20.0
"""Words of a field of which the snapshot has seen none."""
BESIDE = frozenset({Layer.PART, Layer.STEM})
"""Layers that say less than the word they stand in."""


class UnknownField(ValueError):
    """A text was given for a field that has no weight."""

    code = "unknown_field"

    def __init__(self, unknown: Iterable[str], known: Iterable[str]) -> None:
        self.unknown, self.known = tuple(sorted(unknown)), tuple(known)
        super().__init__(f"no weight for {', '.join(self.unknown)}; the fields are {', '.join(self.known)}")


@dataclass(frozen=True, slots=True)
class BackgroundFrequencies:
    """Document frequencies of a larger corpus, added to the bank's own: 38 profiles are too few for an idf.

    n_documents : size of that corpus
    counts : term, as `lexicon.Analyzer` gives it, to the number of documents that hold it; a fraction where expected
    name : enters the model version; says which corpus, which edition, under which license
    """

    n_documents: int = 0
    counts: Mapping[str, float] = field(default_factory=dict)
    name: str = "none"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a fit learns: idf and the usual length of a field, fixed until the next fit.

    idf(t) = ln((1 + n) / (1 + df(t))) + 1, scikit-learn's smooth idf; a term never seen has df 0, the highest idf.
    lengths : field to the mean number of words of its texts
    Hence a pair scores the same whatever else is indexed.
    """

    n_documents: int
    counts: Mapping[str, float]
    lengths: Mapping[str, float]

    def idf(self, term: str) -> float:
        return math.log((1 + self.n_documents) / (1 + self.counts.get(term, 0))) + 1

    def length(self, name: str) -> float:
        return self.lengths.get(name, USUAL_LENGTH)

    def digest(self) -> str:
        """SHA-256 in hex."""
        digest = hashlib.sha256(f"{self.n_documents} {sorted(self.lengths.items())}".encode())
        for term in sorted(self.counts):
            digest.update(f"\x1e{term}\x1f{self.counts[term]}".encode())
        return digest.hexdigest()

    @classmethod
    def fit(
        cls, documents: Iterable[Mapping[str, Sequence[Tokens]]], background: BackgroundFrequencies | None = None
    ) -> "Snapshot":
        """Count in how many documents each term stands, and how long the texts of each field are.

        documents : field to its texts, as tokens
        """
        background = background or BackgroundFrequencies()
        counts = dict(background.counts)
        n_documents = background.n_documents
        lengths: dict[str, list[int]] = {}
        for document in documents:
            n_documents += 1
            for term in {token.term for texts in document.values() for text in texts for token in text}:
                counts[term] = counts.get(term, 0) + 1
            for name, texts in document.items():
                lengths.setdefault(name, []).extend(n_words(text) for text in texts if text)
        means = {name: sum(found) / len(found) for name, found in lengths.items() if found}
        return cls(n_documents, MappingProxyType(counts), MappingProxyType(means))


@dataclass(frozen=True, slots=True)
class TermRows:
    """Weights of some texts.

    terms : of the columns, unique
    matrix : csr, float64, shape (n_texts, n_terms)
    """

    terms: tuple[str, ...]
    matrix: Any


def n_words(tokens: Tokens) -> int:
    return sum(token.layer is Layer.WORD for token in tokens)


def coverage_rows(texts: Sequence[Tokens], usual_lengths: Sequence[float], weights: Weights) -> TermRows:
    """How far each text covers each of its terms: tf / (tf + k (1 - b + b length / usual length)), in [0, 1).

    One row a text; the vocabulary is that of these texts, so that a word unknown to the snapshot counts too.

    Source: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", §3.
    """
    if not any(texts):
        return TermRows((), sp.csr_array((len(texts), 0), dtype=np.float64))
    vectorizer = CountVectorizer(analyzer=_terms, dtype=np.float64)
    counts = sp.csr_array(vectorizer.fit_transform(texts))
    longer = np.fromiter(map(n_words, texts), np.float64, len(texts)) / np.asarray(usual_lengths)
    damping = weights.saturation * (1 - weights.length_pivot + weights.length_pivot * longer)
    counts.data /= counts.data + np.repeat(damping, np.diff(counts.indptr))
    return TermRows(tuple(vectorizer.get_feature_names_out().tolist()), counts)


def _terms(tokens: Tokens) -> list[str]:
    return [token.term for token in tokens]


def asked_weights(texts: Sequence[Tokens], snapshot: Snapshot, weights: Weights) -> dict[str, float]:
    """What each term of one field of a need is worth, summing to 1; {} for no term.

    A word is worth (1 + ln tf) idf. Where it stands in a form of a concept, the concept takes `synonym_share` of that,
    shared among the concepts there: so the same word counts in full, a synonym for that share. Parts of compounds and
    stems are worth `part_share` of their own (1 + ln tf) idf, beside the words.
    """
    words = Counter(token.term for text in texts for token in text if token.layer is Layer.WORD)
    beside = Counter(token.term for text in texts for token in text if token.layer in BESIDE)
    asked: dict[str, float] = {}
    for text in texts:
        for word, concepts in _with_concepts(text):
            n = words[word.term]
            worth = (1 + math.log(n)) / n * snapshot.idf(word.term)
            _add(asked, word.term, worth * (1 - weights.synonym_share) if concepts else worth)
            for concept in concepts:
                _add(asked, concept, worth * weights.synonym_share / len(concepts))
    for term, n in beside.items():
        _add(asked, term, weights.part_share * (1 + math.log(n)) * snapshot.idf(term))
    total = math.fsum(asked.values())
    return {term: weight / total for term, weight in asked.items()}


def _with_concepts(text: Tokens) -> Iterator[tuple[Token, list[str]]]:
    """Each word with the concepts of the forms that it stands in."""
    words = [token for token in text if token.layer is Layer.WORD]
    starts = [word.start for word in words]
    over: list[list[str]] = [[] for _ in words]
    for concept in (token for token in text if token.layer is Layer.CONCEPT):
        for position in range(bisect_left(starts, concept.start), bisect_left(starts, concept.end)):
            over[position].append(concept.term)
    return zip(words, over, strict=True)


def _add(weights: dict[str, float], term: str, weight: float) -> None:
    weights[term] = weights.get(term, 0.0) + weight
