"""The score of a pair, defined once for both directions.

    score(q, d) = a * text(q, d) + (1 - a) * weighted mean of the credits of the wished skills      in [0, 1]
    text(q, d)  = sum_f w_f q . x_f  +  w_e (1/2 max_e q . x_e + 1/2 mean_e q . x_e)

f are the fields of the profile but the experiences, e its experiences; q is what each term of the need is worth,
summing to 1, spread to near terms; x is how far a text covers a term, in [0, 1). So a score says how much of the need
the profile covers. a is 1 where the need wishes for no skill, 0 where it has no words, `text_share` otherwise: a fact
of the need. The numbers are those of `weights.Weights`.

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
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from matching import skills, weighting
from matching.analysis import Entry, analyzed, by_term
from matching.cues import Speaker
from matching.documents import Document, Query
from matching.index import Rows
from matching.lexicon import Analyzer, Lexicon, analyzer_of
from matching.neighbours import NeighbourTable
from matching.sides import AnalyzedDocument, AnalyzedQuery, Near, WeighedText
from matching.terms import PROTECTED, STOP_WORDS
from matching.text import Layer, Token, tokenizer_version
from matching.weighting import BackgroundFrequencies, Snapshot, asked_weights, coverage_rows
from matching.weights import EXPERIENCES, Weights

Fields = Mapping[str, tuple[Entry, ...]]


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
        background: str = "none",
    ) -> None:
        self._analyzer = analyzer
        self._snapshot = snapshot
        self._neighbours = neighbours
        self._weights = weights
        self._background = background

    @classmethod
    def fit(
        cls,
        documents: Sequence[Document],
        *,
        lexicon: Lexicon | None = None,
        background: BackgroundFrequencies | None = None,
        neighbours: NeighbourTable | None = None,
        weights: Weights | None = None,
    ) -> tuple["Model", Rows]:
        """Learn the snapshot from these documents and the background; with the model come the documents' rows.

        Each text is analyzed once: that costs far more than everything else here.

        :raises UnknownField: a document has a field without weight.
        """
        weights = weights or Weights()
        background = background or BackgroundFrequencies()
        analyzer = analyzer_of(lexicon or Lexicon())
        fields = [_profile(analyzer, document, weights) for document in documents]
        snapshot = Snapshot.fit(map(_texts, fields), background)
        model = cls(analyzer, snapshot, neighbours or NeighbourTable.of({}), weights, background.name)
        return model, model._rows(documents, fields)

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
            "tokenizer": tokenizer_version(),
            "protected": sorted(PROTECTED.items()),
            "stop_words": sorted(STOP_WORDS),
            "lexicon": self._analyzer.lexicon.digest(),
            "snapshot": self._snapshot.digest(),
            "background": self._background,
            "neighbours": self._neighbours.digest(),
            "weights": self._weights.facts(),
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]

    def query(self, query: Query) -> AnalyzedQuery:
        """:raises UnknownField: a text under a field without weight."""
        fields = analyzed(self._analyzer, query.texts, self._weights.query_fields, Speaker.NEED)
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
        worth = {name: asked_weights(texts, self._snapshot, self._weights) for name, texts in by_field}
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
        fields = _profile(self._analyzer, document, self._weights)
        texts = _weighed(fields, self._weights)
        rows = self._coverage(texts)
        weighed = []
        for position, text in enumerate(texts):
            part = slice(rows.matrix.indptr[position], rows.matrix.indptr[position + 1])
            terms = (rows.terms[column] for column in rows.matrix.indices[part])
            coverage = dict(zip(terms, rows.matrix.data[part].tolist(), strict=True))
            weighed.append(WeighedText(text.field, coverage, by_term(text.entries), text.share, text.best_share))
        refused = tuple(word for found in fields.values() for entry in found for word in entry.refused)
        return AnalyzedDocument(document, tuple(weighed), refused, self._weights)

    def document_rows(self, documents: Sequence[Document]) -> Rows:
        """`AnalyzedDocument.row` and `.rivals` of many at once, without the spans."""
        return self._rows(documents, [_profile(self._analyzer, document, self._weights) for document in documents])

    def _rows(self, documents: Sequence[Document], profiles: Sequence[Fields]) -> Rows:
        """One sparse product: what the texts cover, times the shares of the texts in their profiles."""
        texts = [_weighed(fields, self._weights) for fields in profiles]
        every = [text for found in texts for text in found]
        owners = np.repeat(np.arange(len(profiles)), [len(found) for found in texts])
        covered = self._coverage(every)
        shares = np.fromiter((text.share for text in every), np.float64, len(every))
        best = np.fromiter((text.best_share for text in every), np.float64, len(every))
        folding = sp.csr_array((shares, (owners, np.arange(len(every)))), shape=(len(documents), len(every)))
        rival = np.flatnonzero(best)
        scaled = sp.diags_array(best[rival]) @ covered.matrix[rival]
        words = Rows(covered.terms, sp.csr_array(folding @ covered.matrix), sp.csr_array(scaled), owners[rival])
        claims = [skills.claim_terms(document.skills, self._weights) for document in documents]
        return words.beside(Rows.of(claims))

    def _coverage(self, texts: Sequence[_Text]) -> weighting.TermRows:
        lengths = [self._snapshot.length(text.field) for text in texts]
        return coverage_rows([_tokens(text.entries) for text in texts], lengths, self._weights)

    def query_rows(self, queries: Sequence[Query]) -> Rows:
        """`AnalyzedQuery.row` of many."""
        return Rows.of([self.query(query).row() for query in queries])


def _profile(analyzer: Analyzer, document: Document, weights: Weights) -> dict[str, tuple[Entry, ...]]:
    return analyzed(analyzer, document.texts, weights.document_fields, Speaker.PROFILE)


def _in_layers(entries: Sequence[Entry], *layers: Layer) -> frozenset[str]:
    return frozenset(token.term for entry in entries for token in entry.tokens if token.layer in layers)


def _tokens(entries: Sequence[Entry]) -> list[Token]:
    return [token for entry in entries for token in entry.tokens]


def _texts(fields: Fields) -> dict[str, list[list[Token]]]:
    """Field to what counts as a text of its own: each experience, and of other fields all entries together."""
    return {
        name: [_tokens([entry]) for entry in entries] if name == EXPERIENCES else [_tokens(entries)]
        for name, entries in fields.items()
    }


def _by_field(fields: Fields) -> dict[str, list[list[Token]]]:
    return {name: [list(entry.tokens) for entry in entries] for name, entries in fields.items()}


def _weighed(fields: Fields, weights: Weights) -> list[_Text]:
    """Texts of a profile that say something."""
    found = []
    for name, entries in fields.items():
        said = tuple(entry for entry in entries if entry.tokens)
        weight = weights.document_fields[name]
        if name == EXPERIENCES:
            share = weight * (1 - weights.best_share) / max(1, len(said))
            found += [_Text(name, (entry,), share, weight * weights.best_share) for entry in said]
        elif said:
            found.append(_Text(name, said, weight))
    return found
