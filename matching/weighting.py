"""Field-weighted TF-IDF: what a term of a field is worth."""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

Terms = Sequence[str]
FieldTerms = Mapping[str, Terms]

DOCUMENT_FIELDS: Mapping[str, float] = MappingProxyType(
    # What somebody did says most about what they can do; a headline is short and chosen with care, so that its few
    # words deserve as much as a list of skill names; the summary is the least specific.
    {"headline": 0.25, "skills": 0.25, "experiences": 0.30, "summary": 0.20}
)

QUERY_FIELDS: Mapping[str, float] = MappingProxyType(
    # Title and own words carry the need; named problems and skills translate it into the vocabulary of the profiles;
    # the rest is context and must not outvote them.
    {
        "title": 0.20,
        "own_words": 0.20,
        "public_summary": 0.10,
        "problems": 0.15,
        "skills": 0.15,
        "outcome": 0.08,
        "deliverables": 0.05,
        "background": 0.04,
        "tools": 0.03,
    }
)


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
    counts : term, as `text.tokenize` gives it, to the number of documents that hold it
    name : enters the model version; says which corpus, which edition, under which license
    """

    n_documents: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    name: str = "none"


@dataclass(frozen=True, slots=True)
class IdfSnapshot:
    """idf(t) = ln((1 + n) / (1 + df(t))) + 1, fixed until the next fit. A term never seen has df 0, the highest idf.

    Hence the weight of a term depends on the snapshot alone, and a pair scores the same whatever else is indexed.
    """

    n_documents: int
    counts: Mapping[str, int]

    def idf(self, term: str) -> float:
        return math.log((1 + self.n_documents) / (1 + self.counts.get(term, 0))) + 1

    def digest(self) -> str:
        """SHA-256 in hex."""
        digest = hashlib.sha256(str(self.n_documents).encode())
        for term in sorted(self.counts):
            digest.update(f"\x1e{term}\x1f{self.counts[term]}".encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class TermRows:
    """Weights of some documents.

    terms : of the columns, unique
    matrix : csr, float64, shape (n_documents, n_terms)
    """

    terms: tuple[str, ...]
    matrix: Any


class FieldWeightedTfidf:
    """Sublinear TF-IDF over several fields of a document.

    Each field f is a row  x_f = L2-normalized (1 + ln tf) * idf, idf(t) = ln((1 + n) / (1 + df(t))) + 1, with n and df
    taken over all fitted documents plus the background, and the document is  sum_f w_f x_f,  sum_f w_f = 1. A document
    has a term when one of its fields has it. An empty field is a zero row: its weight goes to nobody.

    Source: Manning, Raghavan and Schütze 2008, §6.2–6.4; scikit-learn's smooth idf.

    Parameters
    ----------
    fields : field name to weight, summing to 1
    snapshot : idf of an earlier `fit`; queries and documents share one
    """

    def __init__(self, fields: Mapping[str, float], snapshot: IdfSnapshot) -> None:
        if not math.isclose(sum(fields.values()), 1.0):
            raise ValueError(f"field weights sum to {sum(fields.values())}, not to 1")
        self.fields = MappingProxyType(dict(fields))
        self.snapshot = snapshot

    @classmethod
    def fit(
        cls,
        documents: Iterable[FieldTerms],
        *,
        fields: Mapping[str, float] = DOCUMENT_FIELDS,
        background: BackgroundFrequencies | None = None,
    ) -> "FieldWeightedTfidf":
        """Count in how many documents each term stands, and keep that as the snapshot."""
        background = background or BackgroundFrequencies()
        counts = Counter(background.counts)
        n_documents = background.n_documents
        for document in documents:
            n_documents += 1
            counts.update({term for terms in document.values() for term in terms})
        return cls(fields, IdfSnapshot(n_documents, MappingProxyType(dict(counts))))

    def transform(self, documents: Sequence[FieldTerms]) -> TermRows:
        """One row sum_f w_f x_f for each document.

        :raises UnknownField: a document has a field without weight.
        """
        terms, rows = self._field_rows(documents)
        if not terms:
            return TermRows((), sp.csr_array((len(documents), 0), dtype=np.float64))
        weights = np.tile(np.fromiter(self.fields.values(), np.float64), len(documents))
        owners = np.repeat(np.arange(len(documents)), len(self.fields))
        folding = sp.csr_array((weights, (owners, np.arange(len(weights)))), shape=(len(documents), len(weights)))
        return TermRows(terms, sp.csr_array(folding @ rows))

    def by_field(self, document: FieldTerms) -> dict[str, dict[str, float]]:
        """Field to term to w_f x_f[term] of one document; summed over the fields it is the document's row."""
        terms, rows = self._field_rows([document])
        if not terms:
            return {}
        weighted: dict[str, dict[str, float]] = {}
        for position, (name, weight) in enumerate(self.fields.items()):
            part = slice(rows.indptr[position], rows.indptr[position + 1])
            if part.start < part.stop:
                values = (rows.data[part] * weight).tolist()
                weighted[name] = dict(zip((terms[column] for column in rows.indices[part]), values, strict=True))
        return weighted

    def _field_rows(self, documents: Sequence[FieldTerms]) -> tuple[tuple[str, ...], Any]:
        """Terms, and x_f: csr of shape (n_documents * n_fields, n_terms), a document's fields next to each other.

        The vocabulary is that of these documents, not of the fit: a word unknown to the snapshot still has its weight.
        """
        for document in documents:
            if unknown := document.keys() - self.fields.keys():
                raise UnknownField(unknown, self.fields)
        texts = [document.get(name, ()) for document in documents for name in self.fields]
        if not any(texts):
            return (), None
        vectorizer = CountVectorizer(analyzer=_as_given, dtype=np.float64)
        counts = vectorizer.fit_transform(texts)
        terms = tuple(vectorizer.get_feature_names_out().tolist())
        transformer = TfidfTransformer(sublinear_tf=True).fit(counts)
        transformer.idf_ = np.fromiter(map(self.snapshot.idf, terms), np.float64, len(terms))
        return terms, transformer.transform(counts)


def _as_given(terms: Terms) -> Terms:
    return terms
