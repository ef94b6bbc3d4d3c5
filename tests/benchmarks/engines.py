"""The engines that are compared. Each is built of a corpus, takes a need and gives its best twenty."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp

from matching.index import Rows
from matching.index.compiled import CompiledSearch
from matching.index.dense import DenseSearch
from matching.index.search import Search
from matching.index.segment import Segment
from matching.index.segmented import SegmentedIndex
from tests.benchmarks.generator import N_TERMS, Corpus

LIMIT = 20
Need = dict[int, float]


class Engine(ABC):
    """most : profiles of the largest corpus that it is built of; None where there is no limit."""

    name: ClassVar[str]
    most: ClassVar[int | None] = None

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus

    @abstractmethod
    def asked(self, need: Need) -> Any:
        """The need as the engine takes it; not measured."""

    @abstractmethod
    def top(self, asked: Any) -> Any:
        """What is measured."""

    def scores(self, found: Any) -> list[float]:
        """Of what `top` gave, falling."""
        raise NotImplementedError


class ScikitLearn(Engine):
    """What everybody writes."""

    name = "scikit-learn"

    def asked(self, need: Need) -> sp.csr_array:
        return _row(need)

    def top(self, asked: sp.csr_array) -> Any:
        from sklearn.metrics.pairwise import cosine_similarity

        scores = cosine_similarity(asked, self.corpus.weights)[0]
        best = np.argsort(-scores)[:LIMIT]
        return scores[best]

    def scores(self, found: Any) -> list[float]:
        return [float(score) for score in found if score > 0]


class Scipy(ScikitLearn):
    """The matrix transposed once, a product, a partition."""

    name = "scipy"

    def __init__(self, corpus: Corpus) -> None:
        super().__init__(corpus)
        self.transposed = sp.csr_array(corpus.weights.T)

    def top(self, asked: sp.csr_array) -> Any:
        product = asked @ self.transposed
        best = np.argpartition(-product.data, min(LIMIT, product.nnz - 1))[:LIMIT]
        return np.sort(product.data[best])[::-1]


class Tantivy(Engine):
    """BM25, any of the words."""

    name = "tantivy"

    def __init__(self, corpus: Corpus) -> None:
        import tantivy

        super().__init__(corpus)
        schema = tantivy.SchemaBuilder().add_text_field("body", tokenizer_name="whitespace").build()
        index = tantivy.Index(schema)
        writer = index.writer(300_000_000, 1)
        for words in _texts(corpus):
            writer.add_document(tantivy.Document(body=" ".join(words)))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self.schema, self.searcher, self.tantivy = schema, index.searcher(), tantivy

    def asked(self, need: Need) -> Any:
        query, terms = self.tantivy.Query, self.corpus.terms
        clauses = [(self.tantivy.Occur.Should, query.term_query(self.schema, "body", terms[column])) for column in need]
        return query.boolean_query(clauses)

    def top(self, asked: Any) -> Any:
        return self.searcher.search(asked, LIMIT, count=False).hits


class Bm25s(Engine):
    """Built in minutes of Python for a million profiles."""

    name = "bm25s"
    most = 100_000

    def __init__(self, corpus: Corpus) -> None:
        import bm25s

        super().__init__(corpus)
        self.index = bm25s.BM25()
        self.index.index(list(_texts(corpus)), show_progress=False)

    def asked(self, need: Need) -> list[list[str]]:
        return [[self.corpus.terms[column] for column in need]]

    def top(self, asked: Any) -> Any:
        return self.index.retrieve(asked, k=LIMIT, show_progress=False, n_threads=0)


class Ours(Engine):
    """This project's index with its compiled kernel: TF-IDF alone."""

    name = "matching (numba)"
    search: ClassVar[Search] = CompiledSearch()

    def __init__(self, corpus: Corpus) -> None:
        super().__init__(corpus)
        self.index = SegmentedIndex(self.search, self.segments())

    def segments(self) -> Sequence[Segment]:
        return _plain(self.corpus)

    def asked(self, need: Need) -> dict[str, float]:
        return {self.corpus.terms[column]: weight for column, weight in need.items()}

    def top(self, asked: dict[str, float]) -> Any:
        return self.index.top(asked, limit=LIMIT)

    def scores(self, found: Any) -> list[float]:
        return [score for _, score in found]


class OursWithoutNumba(Ours):
    name = "matching (numpy)"
    search = DenseSearch()


class OursWhole(Ours):
    """The whole model: a quarter of each weight only counts in the best of four experiences."""

    name = "matching (numba), whole model"
    most = 100_000

    def segments(self) -> Sequence[Segment]:
        weights = self.corpus.weights
        parts = []
        for experience in range(4):
            part = weights.copy()
            part.data = np.where(np.arange(weights.nnz) % 4 == experience, weights.data / 4, 0)
            parts.append(part)
        size = self.corpus.size
        order = np.arange(4 * size).reshape(4, size).T.ravel()
        rivals = sp.csr_array(sp.vstack(parts, format="csr"))[order]
        rivals.eliminate_zeros()
        rows = Rows(self.corpus.terms, weights * 0.75, rivals, np.repeat(np.arange(size), 4))
        return SegmentedIndex(self.search).upsert(self.corpus.ids, rows).segments


ENGINES: dict[str, type[Engine]] = {
    each.name: each for each in (ScikitLearn, Scipy, Tantivy, Bm25s, OursWithoutNumba, Ours, OursWhole)
}


@lru_cache(maxsize=1)
def _plain(corpus: Corpus) -> Sequence[Segment]:
    """Both back ends search the same."""
    return SegmentedIndex(DenseSearch()).upsert(corpus.ids, plain_rows(corpus.terms, corpus.weights)).segments


def plain_rows(terms: Sequence[str], matrix: Any) -> Rows:
    """Without rivals."""
    return Rows(tuple(terms), matrix, sp.csr_array((0, len(terms))), np.zeros(0, np.int64))


def _row(need: Need) -> sp.csr_array:
    columns = list(need)
    return sp.csr_array((list(need.values()), ([0] * len(columns), columns)), shape=(1, N_TERMS))


def _texts(corpus: Corpus) -> Any:
    """Words of each profile, as often as they stand in it."""
    counts = corpus.counts
    for start, end in zip(counts.indptr[:-1].tolist(), counts.indptr[1:].tolist(), strict=True):
        columns = np.repeat(counts.indices[start:end], counts.data[start:end].astype(int))
        yield [corpus.terms[column] for column in columns.tolist()]
