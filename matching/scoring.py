"""The score of a pair, defined once for both directions.

    score(q, d) = a * text(q, d) + (1 - a) * weighted mean of the credits of the wished skills      in [0, 1]
    text(q, d)  = 1/2 q . x_d  +  1/2 (sum_f w_f q . x_f  +  w_e (1/2 max_e q . x_e + 1/2 mean_e q . x_e))

d is the profile read as one text, f are its fields but the experiences, e its experiences; q is what each term of the
need is worth, summing to 1, spread to near terms; x is how far a text covers a term, in [0, 1). So a score says how
much of the need the profile covers. a is 1 where the need wishes for no skill, 0 where it has no words, `text_share`
otherwise: a fact of the need. The numbers are those of `weights.Weights`.

But for the best experience, a score is the inner product of a sparse row of the need and one of the professional, and
either side can be the indexed one.

Sources: Robertson and Zaragoza 2009 (saturation and length); Sidorov et al. 2014, "Soft Similarity and Soft Cosine
Measure" (near terms).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matching import skills
from matching.analysis import Entry, Fields, ReadDocument, ReadQuery, analyzed, by_term
from matching.counts import CountedTexts, Counts
from matching.cues import Speaker
from matching.documents import Document, Query
from matching.index import Rows
from matching.lexicon import Analyzer, Lexicon, analyzer_of
from matching.neighbours import NeighbourTable
from matching.sides import AnalyzedDocument, AnalyzedQuery, Near, WeighedText
from matching.terms import PROTECTED, STOP_WORDS
from matching.text import Layer, Token, tokenizer_version
from matching.weighting import BackgroundFrequencies, Snapshot, TermRows, asked_weights, coverage_rows
from matching.weights import EXPERIENCES, WHOLE, Weights


class _Text(NamedTuple):
    """A text of a profile: its w in the linear part, and what it adds if it is the best of the experiences."""

    field: str
    entries: tuple[Entry, ...]
    share: float
    best_share: float = 0.0


class Model:
    """What a score depends on besides the pair: lexicon, snapshot, tables, weights. Immutable, shared by indexes."""

    def __init__(
        self,
        analyzer: Analyzer,
        snapshot: Snapshot,
        neighbours: NeighbourTable,
        weights: Weights,
        background: BackgroundFrequencies,
    ) -> None:
        self._analyzer = analyzer
        self._snapshot = snapshot
        self._neighbours = neighbours
        self._weights = weights
        self._background = background

    @classmethod
    def fit(
        cls,
        counts: Counts,
        *,
        lexicon: Lexicon | None = None,
        background: BackgroundFrequencies | None = None,
        neighbours: NeighbourTable | None = None,
        weights: Weights | None = None,
    ) -> "Model":
        """Learn the snapshot from these profiles, read by the same lexicon, and the background."""
        background = background or BackgroundFrequencies()
        return cls(
            analyzer_of(lexicon or Lexicon()),
            Snapshot.fit(counts, background),
            neighbours or NeighbourTable.of({}),
            weights or Weights(),
            background,
        )

    def refitted(self, counts: Counts) -> "Model":
        """This model over the snapshot of these profiles."""
        other = self.under()
        other._snapshot = Snapshot.fit(counts, self._background)
        return other

    def reads_like(self, other: "Model") -> bool:
        """Whether what one has read may be weighed by the other."""
        return self._analyzer is other._analyzer

    def under(self, *, lexicon: Lexicon | None = None, weights: Weights | None = None) -> "Model":
        """This model with another lexicon or other weights, over the same snapshot: no text is counted anew.

        A concept is worth a share of the words it stands for, and lengths count words alone, so that pairs score what
        they would after a fit of the same documents; only the version differs from that of the fit.
        """
        other = copy(self)
        other.__dict__.pop("version", None)
        other._analyzer = analyzer_of(lexicon) if lexicon else self._analyzer
        other._weights = weights or self._weights
        return other

    @cached_property
    def version(self) -> str:
        """16 hex digits: equal versions give equal scores for equal texts."""
        facts = {
            "text": text_version(),
            "lexicon": self._analyzer.lexicon.digest(),
            "snapshot": self._snapshot.digest(),
            "background": self._background.name,
            "neighbours": self._neighbours.digest(),
            "weights": self._weights.facts(),
        }
        return _digest(facts)

    @property
    def lexicon(self) -> Lexicon:
        return self._analyzer.lexicon

    @property
    def snapshot(self) -> Snapshot:
        return self._snapshot

    @property
    def weights(self) -> Weights:
        return self._weights

    @property
    def neighbours(self) -> NeighbourTable:
        return self._neighbours

    @property
    def background(self) -> BackgroundFrequencies:
        return self._background

    def query(self, query: Query) -> AnalyzedQuery:
        """:raises UnknownField: a text under a field without weight."""
        return self.weighed_query(self.read_query(query))

    def read_query(self, query: Query) -> ReadQuery:
        """:raises UnknownField: a text under a field without weight."""
        return ReadQuery(query, analyzed(self._analyzer, query.texts, self._weights.query_fields, Speaker.NEED))

    def weighed_query(self, read: ReadQuery) -> AnalyzedQuery:
        """read : by this model or one of the same lexicon"""
        query, fields = read
        entries = [entry for found in fields.values() for entry in found]
        weights = self._asked(fields)
        skill_share = (1 - self._weights.text_share if weights else 1.0) if query.wishes else 0.0
        scaled = {term: weight * (1 - skill_share) for term, weight in weights.items()}
        refused = tuple(word for entry in entries for word in entry.refused)
        words = _in_layers(entries, Layer.WORD)
        near = self._near(scaled, words | _in_layers(entries, Layer.PART))
        return AnalyzedQuery(query, scaled, words, near, by_term(entries), refused, skill_share)

    def _asked(self, fields: Fields) -> dict[str, float]:
        """Term to what it is worth in all fields, each weighed; fields without a term leave their share to the rest."""
        shares = self._weights.query_fields
        by_field = _by_field(fields).items()
        worth = {
            name: asked_weights(texts, self._snapshot, self._background, self._weights) for name, texts in by_field
        }
        total = sum(shares[name] for name, terms in worth.items() if terms)
        weights: dict[str, float] = {}
        for name, terms in worth.items():
            for term, weight in terms.items():
                weights[term] = weights.get(term, 0.0) + weight * shares[name] / total
        return weights

    def _near(self, weights: Mapping[str, float], words: frozenset[str]) -> dict[str, tuple[Near, ...]]:
        near: dict[str, list[Near]] = {}
        for word in sorted(words):
            for term, cosine in self._neighbours.nearest(word):
                near.setdefault(term, []).append(Near(word, cosine, weights[word] * self._weights.near_share * cosine))
        return {term: tuple(found) for term, found in near.items()}

    def document(self, document: Document) -> AnalyzedDocument:
        """:raises UnknownField: a text under a field without weight."""
        return self.weighed_document(self.read_document(document))

    def read_document(self, document: Document) -> ReadDocument:
        """:raises UnknownField: a text under a field without weight."""
        return read_document(self._analyzer, document, self._weights)

    def weighed_document(self, read: ReadDocument) -> AnalyzedDocument:
        """read : by this model or one of the same lexicon"""
        texts = _weighed(read.fields, self._weights)
        counted = CountedTexts.of([_tokens(text.entries) for text in texts])
        rows = self._coverage(counted, [text.field for text in texts], np.arange(len(texts)))
        whole = self._parts_of_whole(counted)
        weighed = []
        for position, text in enumerate(texts):
            part = slice(rows.matrix.indptr[position], rows.matrix.indptr[position + 1])
            terms = [rows.terms[column] for column in rows.matrix.indices[part]]
            coverage = dict(zip(terms, rows.matrix.data[part].tolist(), strict=True))
            of_whole = dict(zip(terms, whole[part].tolist(), strict=True))
            found = by_term(text.entries)
            weighed.append(WeighedText(text.field, coverage, found, text.share, text.best_share, of_whole))
        refused = tuple(word for found in read.fields.values() for entry in found for word in entry.refused)
        return AnalyzedDocument(read.document, tuple(weighed), refused, self._weights)

    def _parts_of_whole(self, counted: CountedTexts) -> NDArray[np.float64]:
        """`WeighedText.whole` of the texts of one profile, in the order of `times`: by how often each has the term."""
        whole = self._whole(counted, np.zeros(len(counted.words), np.int64), 1)
        every = np.asarray(counted.times.sum(axis=0)).ravel()
        covered = np.zeros(len(every))
        covered[whole.indices] = whole.data
        columns = counted.times.indices
        return np.asarray(covered[columns] * counted.times.data / every[columns], np.float64)

    def _whole(self, texts: CountedTexts, owners: NDArray[np.int64], n_profiles: int) -> Any:
        """csr, shape (n_profiles, n_terms): how far each profile read as one covers its terms, times its share."""
        together = texts.of_profiles(owners, n_profiles)
        usual = np.full(n_profiles, self._snapshot.length(WHOLE))
        return coverage_rows(together, usual, self._weights).matrix * self._weights.whole_share

    def document_rows(self, counts: Counts) -> Rows:
        """`AnalyzedDocument.row` and `.rivals` of many: what the texts cover, times their shares in their profiles."""
        covered = self._coverage(counts.texts, counts.fields, counts.field)
        shares, best = self._shares(counts)
        n_texts = len(counts.owners)
        folding = sp.csr_array((shares, (counts.owners, np.arange(n_texts))), shape=(len(counts), n_texts))
        rival = np.flatnonzero(best)
        scaled = sp.diags_array(best[rival]) @ covered.matrix[rival]
        linear = folding @ covered.matrix + self._whole(counts.texts, counts.owners, len(counts))
        words = Rows(covered.terms, sp.csr_array(linear), sp.csr_array(scaled), counts.owners[rival])
        return words.beside(Rows.of([skills.claim_terms(claims, self._weights) for claims in counts.claims]))

    def _shares(self, counts: Counts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Of each text what `_Text` names `share` and `best_share`."""
        weights = self._weights
        shares = np.array([weights.field_share(name) for name in counts.fields])[counts.field]
        is_experience = np.array([name == EXPERIENCES for name in counts.fields], np.bool_)[counts.field]
        many = np.bincount(counts.owners[is_experience], minlength=len(counts))[counts.owners]
        mean = shares * (1 - weights.best_share) / np.maximum(1, many)
        best = np.where(is_experience, shares * weights.best_share, 0.0)
        return np.where(is_experience, mean, shares), best

    def _coverage(self, texts: CountedTexts, fields: Sequence[str], field: NDArray[np.int64]) -> TermRows:
        lengths = np.array([self._snapshot.length(name) for name in fields], np.float64)[field]
        return coverage_rows(texts, lengths, self._weights)

    def query_rows(self, queries: Sequence[ReadQuery]) -> Rows:
        """`AnalyzedQuery.row` of many."""
        return Rows.of([self.weighed_query(query).row() for query in queries])


def text_version() -> str:
    """16 hex digits: equal versions read equal texts alike under equal lexicons."""
    return _digest(
        {
            "tokenizer": tokenizer_version(),
            "protected": sorted(PROTECTED.items()),
            "stop_words": sorted(STOP_WORDS),
        }
    )


def _digest(facts: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def read_document(analyzer: Analyzer, document: Document, weights: Weights) -> ReadDocument:
    """:raises UnknownField: a text under a field without weight."""
    return ReadDocument(document, analyzed(analyzer, document.texts, weights.document_fields, Speaker.PROFILE))


def _in_layers(entries: Sequence[Entry], *layers: Layer) -> frozenset[str]:
    return frozenset(token.term for entry in entries for token in entry.tokens if token.layer in layers)


def _tokens(entries: Sequence[Entry]) -> list[Token]:
    return [token for entry in entries for token in entry.tokens]


def _by_field(fields: Fields) -> dict[str, list[list[Token]]]:
    return {name: [list(entry.tokens) for entry in entries] for name, entries in fields.items()}


def _weighed(fields: Fields, weights: Weights) -> list[_Text]:
    """Texts of a profile that say something."""
    found = []
    for name, entries in fields.items():
        said = tuple(entry for entry in entries if entry.tokens)
        weight = weights.field_share(name)
        if name == EXPERIENCES:
            share = weight * (1 - weights.best_share) / max(1, len(said))
            found += [_Text(name, (entry,), share, weight * weights.best_share) for entry in said]
        elif said:
            found.append(_Text(name, said, weight))
    return found
