"""Field-weighted TF-IDF: what a term of a need is worth, and how far a text covers it."""

import hashlib
import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matching.counts import CountedTexts, Counts
from matching.text import Layer, Token
from matching.weights import WHOLE, Weights

Tokens = Sequence[Token]

USUAL_LENGTH = 20.0
"""Words of a field of which the snapshot has seen none."""
BESIDE = frozenset({Layer.PART, Layer.STEM})
"""Layers that say less than the word they stand in."""


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

    def share(self, term: str) -> float:
        """Of its documents, those that hold the term."""
        return self.counts.get(term, 0.0) / self.n_documents if self.n_documents else 0.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a fit learns: idf and the usual length of a field, fixed until the next fit.

    idf(t) = ln((1 + n) / (1 + df(t))) + 1, scikit-learn's smooth idf; a term never seen has df 0, the highest idf.
    lengths : field to the mean number of words of its texts, and WHOLE to that of the profiles that say something
    known_digest : of one that was opened from a file
    Hence a pair scores the same whatever else is indexed.
    """

    n_documents: int
    counts: Mapping[str, float]
    lengths: Mapping[str, float]
    known_digest: str = ""

    def idf(self, term: str) -> float:
        return math.log((1 + self.n_documents) / (1 + self.counts.get(term, 0))) + 1

    def length(self, name: str) -> float:
        return self.lengths.get(name, USUAL_LENGTH)

    def digest(self) -> str:
        """SHA-256 in hex."""
        if self.known_digest:
            return self.known_digest
        digest = hashlib.sha256(f"{self.n_documents} {sorted(self.lengths.items())}".encode())
        for term in sorted(self.counts):
            digest.update(f"\x1e{term}\x1f{self.counts[term]}".encode())
        return digest.hexdigest()

    @classmethod
    def fit(cls, counts: Counts, background: BackgroundFrequencies | None = None) -> "Snapshot":
        """Count in how many profiles each term stands, and how long the texts of each field are."""
        background = background or BackgroundFrequencies()
        texts, owners = counts.texts, counts.owners
        found = np.bincount(texts.of_profiles(owners, len(counts)).times.indices, minlength=len(texts.terms))
        frequencies = dict(background.counts)
        for term, n in zip(texts.terms, found.tolist(), strict=True):
            frequencies[term] = frequencies.get(term, 0) + n
        total = np.bincount(counts.field, texts.words, len(counts.fields)).tolist()
        many = np.bincount(counts.field, minlength=len(counts.fields)).tolist()
        lengths = {name: all / n for name, all, n in zip(counts.fields, total, many, strict=True) if n}
        if telling := len(np.unique(owners)):
            lengths[WHOLE] = sum(total) / telling
        n_documents = background.n_documents + len(counts)
        return cls(n_documents, MappingProxyType(frequencies), MappingProxyType(lengths))


@dataclass(frozen=True, slots=True)
class TermRows:
    """Weights of some texts.

    terms : of the columns, unique
    matrix : csr, float64, shape (n_texts, n_terms)
    """

    terms: tuple[str, ...]
    matrix: Any


def coverage_rows(texts: CountedTexts, usual_lengths: NDArray[np.float64], weights: Weights) -> TermRows:
    """How far each text covers each of its terms: tf / (tf + k (1 - b + b length / usual length)), in [0, 1).

    usual_lengths : shape (n_texts,), of the fields that the texts stand in
    One row a text; the vocabulary is that of these texts, so that a word unknown to the snapshot counts too.

    Source: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", §3.
    """
    times = texts.times
    damping = weights.saturation * (1 - weights.length_pivot + weights.length_pivot * (texts.words / usual_lengths))
    covered = times.data / (times.data + np.repeat(damping, np.diff(times.indptr)))
    return TermRows(texts.terms, sp.csr_array((covered, times.indices, times.indptr), shape=times.shape))


def asked_weights(
    texts: Sequence[Tokens], snapshot: Snapshot, background: BackgroundFrequencies, weights: Weights
) -> dict[str, float]:
    """What each term of one field of a need is worth, summing to 1; {} for no term.

    A word is worth (1 + ln tf) idf, and half of that where everybody says it in `usual_half` of what is said. Where it
    stands in a form of a concept, it is worth all of it, as it names a topic there, and the concept takes
    `synonym_share` of that, shared among the concepts: so the same word counts in full, a synonym for that share. Parts
    of compounds and stems are worth `part_share` of their own worth, beside the words.
    """

    def worth(term: str, n: int, *, is_named: bool = False) -> float:
        usual = 1.0 if is_named else weights.usual_half / (weights.usual_half + background.share(term))
        return (1 + math.log(n)) * snapshot.idf(term) * usual

    words = Counter(token.term for text in texts for token in text if token.layer is Layer.WORD)
    beside = Counter(token.term for text in texts for token in text if token.layer in BESIDE)
    asked: dict[str, float] = {}
    for text in texts:
        for word, concepts in _with_concepts(text):
            n = words[word.term]
            once = worth(word.term, n, is_named=bool(concepts)) / n
            _add(asked, word.term, once * (1 - weights.synonym_share) if concepts else once)
            for concept in concepts:
                _add(asked, concept, once * weights.synonym_share / len(concepts))
    for term, n in beside.items():
        _add(asked, term, weights.part_share * worth(term, n))
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
