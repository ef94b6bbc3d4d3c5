"""The score of a pair, defined once for both directions.

    score(q, d) = a * sum_f w_f cos(q, d_f) + (1 - a) * weighted mean of the credits of the wished skills      in [0, 1]

a is 1 where the need wishes for no skill, 0 where it has no words, TEXT_SHARE otherwise: a fact of the need. So a score
is the inner product of one sparse row of the need and one of the professional, and either side can be the indexed one.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from matching import skills
from matching.documents import Document, Query, Span, Texts
from matching.lexicon import Analyzer, Lexicon
from matching.terms import PROTECTED, STOP_WORDS
from matching.text import Token, tokenizer_version
from matching.weighting import (
    DOCUMENT_FIELDS,
    QUERY_FIELDS,
    BackgroundFrequencies,
    FieldWeightedTfidf,
    TermRows,
    UnknownField,
)

TEXT_SHARE = 0.6
"""Of a need with words and wishes. Words outweigh: they are the need, a list of skills is a reading of it."""


class Occurrence(NamedTuple):
    """A term where it stands: span, the characters as written, and its form before a concept took its place."""

    span: Span
    surface: str
    form: str


Occurrences = Mapping[str, tuple[Occurrence, ...]]


@dataclass(frozen=True, slots=True)
class AnalyzedQuery:
    """A need ready to be compared. weights : term to weight, norm a; skill_share : 1 - a."""

    query: Query
    weights: Mapping[str, float]
    occurrences: Occurrences
    skill_share: float

    @property
    def is_empty(self) -> bool:
        return not self.weights and not self.query.wishes

    def row(self) -> dict[str, float]:
        """Every index term of the need with its weight."""
        return {**self.weights, **skills.wish_terms(self.query.wishes, share=self.skill_share)}


@dataclass(frozen=True, slots=True)
class AnalyzedDocument:
    """A professional ready to be compared. weights, occurrences : field to term to w_f x_f, or to where it stands."""

    document: Document
    weights: Mapping[str, Mapping[str, float]]
    occurrences: Mapping[str, Occurrences]

    @property
    def is_empty(self) -> bool:
        return not self.weights and not self.document.skills

    def row(self) -> dict[str, float]:
        """Every index term of the professional with its weight."""
        row = skills.claim_terms(self.document.skills)
        for field in self.weights.values():
            for term, weight in field.items():
                row[term] = row.get(term, 0.0) + weight
        return row


class Model:
    """What a score depends on besides the pair: lexicon, idf snapshot, weights. Immutable, shared by all indexes."""

    def __init__(self, analyzer: Analyzer, documents: FieldWeightedTfidf, background: str = "none") -> None:
        self._analyzer = analyzer
        self._documents = documents
        self._queries = FieldWeightedTfidf(QUERY_FIELDS, documents.snapshot)
        self._background = background

    @classmethod
    def fit(
        cls,
        documents: Sequence[Document],
        *,
        lexicon: Lexicon | None = None,
        background: BackgroundFrequencies | None = None,
    ) -> tuple["Model", TermRows]:
        """Learn the idf snapshot from these documents and the background; with the model come the documents' rows.

        Each text is analyzed once: that costs far more than everything else here.

        :raises UnknownField: a document has a field that is none of DOCUMENT_FIELDS.
        """
        lexicon = lexicon or Lexicon()
        background = background or BackgroundFrequencies()
        analyzer = Analyzer(lexicon)
        terms = [_field_terms(_analyzed(analyzer, document.texts, DOCUMENT_FIELDS)) for document in documents]
        model = cls(analyzer, FieldWeightedTfidf.fit(terms, background=background), background.name)
        return model, model._rows(documents, terms)

    @cached_property
    def version(self) -> str:
        """16 hex digits: equal versions give equal scores for equal texts."""
        facts = {
            "tokenizer": tokenizer_version(),
            "protected": sorted(PROTECTED.items()),
            "stop_words": sorted(STOP_WORDS),
            "lexicon": self._analyzer.lexicon.digest(),
            "idf": self._documents.snapshot.digest(),
            "background": self._background,
            "weights": [
                *(dict(fields) for fields in (self._documents.fields, QUERY_FIELDS)),
                [TEXT_SHARE, skills.CLAIM_SHARE, skills.LEVEL_SHARE, skills.YEARS_SHARE, skills.EVIDENCE_SHARE],
            ],
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]

    def query(self, query: Query) -> AnalyzedQuery:
        """:raises UnknownField: a text under a field that is none of QUERY_FIELDS."""
        fields = _analyzed(self._analyzer, query.texts, QUERY_FIELDS)
        weights: dict[str, float] = {}
        for field in self._queries.by_field(_field_terms(fields)).values():
            for term, weight in field.items():
                weights[term] = weights.get(term, 0.0) + weight
        skill_share = (1 - TEXT_SHARE if weights else 1.0) if query.wishes else 0.0
        scale = (1 - skill_share) / math.sqrt(math.fsum(weight**2 for weight in weights.values())) if weights else 0.0
        occurrences = _by_term(occurrence for field in fields.values() for occurrence in field)
        return AnalyzedQuery(query, {term: w * scale for term, w in weights.items()}, occurrences, skill_share)

    def document(self, document: Document) -> AnalyzedDocument:
        """:raises UnknownField: a text under a field that is none of DOCUMENT_FIELDS."""
        fields = _analyzed(self._analyzer, document.texts, self._documents.fields)
        weights = self._documents.by_field(_field_terms(fields))
        return AnalyzedDocument(document, weights, {name: _by_term(found) for name, found in fields.items()})

    def document_rows(self, documents: Sequence[Document]) -> TermRows:
        """`AnalyzedDocument.row` of many at once, without the spans."""
        fields = self._documents.fields
        return self._rows(
            documents, [_field_terms(_analyzed(self._analyzer, document.texts, fields)) for document in documents]
        )

    def _rows(self, documents: Sequence[Document], terms: Sequence[Mapping[str, list[str]]]) -> TermRows:
        words = self._documents.transform(terms)
        claims = sparse_rows([skills.claim_terms(document.skills) for document in documents])
        return TermRows(words.terms + claims.terms, sp.hstack([words.matrix, claims.matrix], format="csr"))

    def query_rows(self, queries: Sequence[Query]) -> TermRows:
        """`AnalyzedQuery.row` of many."""
        return sparse_rows([self.query(query).row() for query in queries])


def sparse_rows(rows: Sequence[Mapping[str, float]]) -> TermRows:
    """Mappings of term to weight as one matrix."""
    columns: dict[str, int] = {}
    indices = [columns.setdefault(term, len(columns)) for row in rows for term in row]
    values = np.fromiter((weight for row in rows for weight in row.values()), np.float64, len(indices))
    indptr = np.cumsum([0, *map(len, rows)])
    return TermRows(tuple(columns), sp.csr_array((values, indices, indptr), shape=(len(rows), len(columns))))


_Found = list[tuple[str, Occurrence]]


def _analyzed(analyzer: Analyzer, texts: Texts, known: Mapping[str, float]) -> dict[str, _Found]:
    """Field to its terms in order; fields without a single term are left out."""
    if unknown := texts.keys() - known.keys():
        raise UnknownField(unknown, known)
    fields: dict[str, _Found] = {}
    for name, entries in texts.items():
        found: _Found = []
        for number, text in enumerate((entries,) if isinstance(entries, str) else entries):
            found += [(token.term, _occurrence(name, number, text, token)) for token in analyzer.analyze(text)]
        if found:
            fields[name] = found
    return fields


def _occurrence(field: str, entry: int, text: str, token: Token) -> Occurrence:
    return Occurrence(Span(field, entry, token.start, token.end), text[token.start : token.end], token.form)


def _field_terms(fields: Mapping[str, _Found]) -> dict[str, list[str]]:
    return {name: [term for term, _ in found] for name, found in fields.items()}


def _by_term(found: Iterable[tuple[str, Occurrence]]) -> Occurrences:
    grouped: dict[str, list[Occurrence]] = {}
    for term, occurrence in found:
        grouped.setdefault(term, []).append(occurrence)
    return {term: tuple(occurrences) for term, occurrences in grouped.items()}
