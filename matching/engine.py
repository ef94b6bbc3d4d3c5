"""The facade: professionals ranked for a need, needs ranked for a professional, one number for the pair."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from matching.analysis import ReadDocument, ReadQuery
from matching.counts import Counts
from matching.directed import Directed, few
from matching.documents import Document, Query, Ranked
from matching.explanation import explain
from matching.held import READ, Held, chunks
from matching.index import Rows
from matching.lexicon import Lexicon, analyzer_of
from matching.neighbours import NeighbourTable
from matching.scoring import Model, read_document
from matching.sides import AnalyzedDocument, AnalyzedQuery
from matching.weighting import BackgroundFrequencies
from matching.weights import Weights

CHUNK = 1_000
"""Documents read at a time by a fit: of a large bank only their counts are kept."""


class Engine(Directed[Document, Query, ReadDocument, AnalyzedDocument, AnalyzedQuery]):
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

        :raises UnknownField: a text under a field without weight.
        """
        stored = {document.id: document for document in documents}
        analyzer, under = analyzer_of(lexicon or Lexicon()), weights or Weights()
        reads: dict[str, ReadDocument] = {}
        parts = []
        for chunk in chunks(stored.values(), CHUNK):
            read = [read_document(analyzer, document, under) for document in chunk]
            parts.append(Counts.of(read))
            if len(stored) <= READ:
                reads |= {each.document.id: each for each in read}
        counts = Counts.joined(parts)
        model = Model.fit(counts, lexicon=lexicon, background=background, neighbours=neighbours, weights=weights)
        return cls.holding(_professionals(model, stored, counts, reads))

    def refitted(self, changed: Iterable[Document], gone: Collection[str]) -> "Engine":
        """Another engine, fitted to what this one has with these changes. Only texts that were not read are read."""
        held, new = self._held, {document.id: document for document in changed}
        stored = {id: item for id, item in held.many(held.index.ids).items() if id not in gone} | new
        stored = {id: stored[id] for id in sorted(stored)}
        known = {id: read for id, read in held.reads.copy().items() if id not in new}
        reads = {id: known.get(id) or held.model.read_document(item) for id, item in stored.items()}
        counts = Counts.of(list(reads.values()))
        model = held.model.refitted(counts)
        return type(self).holding(_professionals(model, stored, counts, few(reads)))

    def _read(self, model: Model, item: Document) -> ReadDocument:
        return model.read_document(item)

    def _rows(self, model: Model, reads: Sequence[ReadDocument]) -> Rows:
        return model.document_rows(Counts.of(reads))

    def _weigh(self, model: Model, read: ReadDocument) -> AnalyzedDocument:
        return model.weighed_document(read)

    def _ask(self, model: Model, asked: Query) -> AnalyzedQuery:
        return model.query(asked)

    def _explain(self, asked: AnalyzedQuery, stored: AnalyzedDocument, id: str) -> Ranked:
        return explain(asked, stored, id=id)


class NeedEngine(Directed[Query, Document, ReadQuery, AnalyzedQuery, AnalyzedDocument]):
    """Needs are indexed, a professional asks. Takes the model of an `Engine`, hence the same score for a pair."""

    def _read(self, model: Model, item: Query) -> ReadQuery:
        return model.read_query(item)

    def _rows(self, model: Model, reads: Sequence[ReadQuery]) -> Rows:
        return model.query_rows(reads)

    def _weigh(self, model: Model, read: ReadQuery) -> AnalyzedQuery:
        return model.weighed_query(read)

    def _ask(self, model: Model, asked: Document) -> AnalyzedDocument:
        return model.document(asked)

    def _explain(self, asked: AnalyzedDocument, stored: AnalyzedQuery, id: str) -> Ranked:
        return explain(stored, asked, id=id)


def _professionals(
    model: Model, documents: Mapping[str, Document], counts: Counts, reads: Mapping[str, ReadDocument]
) -> Held[Document, ReadDocument, AnalyzedDocument]:
    held: Held[Document, ReadDocument, AnalyzedDocument] = Held.nothing(model)
    return held.with_items(documents, model.document_rows(counts), reads)
