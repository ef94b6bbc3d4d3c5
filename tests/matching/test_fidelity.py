"""A reason says what a word is worth: without the word, all else held, the score is lower by exactly its rows."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings

from matching import Document, Query
from matching.analysis import Occurrences
from matching.documents import Contribution, Span
from matching.engine import Engine
from matching.explanation import explain
from matching.neighbours import NeighbourTable
from matching.replay import record_of, replay
from matching.sides import AnalyzedDocument, AnalyzedQuery, WeighedText
from matching.weights import Weights
from tests.matching.samples import DOCUMENTS, LEXICON, NEEDS
from tests.matching.test_engine import CORPUS, NEED

NEAR = NeighbourTable.of(
    {
        "管理": (("運用", 0.7), ("サーバー", 0.5)),
        "ショップ": (("サイト", 0.6), ("楽天", 0.5)),
        "教える": (("講師", 0.8),),
    }
)
Spans = tuple[Span, ...]


def pairs(documents: list[Document], need: Query) -> Iterator[tuple[AnalyzedQuery, AnalyzedDocument]]:
    model = Engine.fit(documents, lexicon=LEXICON, neighbours=NEAR).model
    asked = model.query(need)
    return ((asked, model.document(document)) for document in documents)


def text_score(query: AnalyzedQuery, document: AnalyzedDocument, best: int | None) -> float:
    """The text part in plain loops, with the experience of this position held as the best."""
    row = query.row()
    return math.fsum(
        row.get(term, 0.0)
        * (covered * (text.share + (text.best_share if position == best else 0.0)) + text.whole[term])
        for position, text in enumerate(document.texts)
        for term, covered in text.coverage.items()
    )


def best_of(query: AnalyzedQuery, document: AnalyzedDocument) -> int | None:
    row = query.row()
    covered = {
        position: sum(row.get(term, 0.0) * value for term, value in sorted(text.coverage.items()))
        for position, text in enumerate(document.texts)
        if text.best_share
    }
    return max(covered, key=lambda position: covered[position], default=None)


def places(occurrences: Occurrences, term: str) -> Spans:
    return tuple(place.span for place in occurrences[term])


def without_asked(query: AnalyzedQuery, spans: Spans) -> AnalyzedQuery:
    """The need without what stands at these places; what the rest is worth is held."""
    gone = {term for term in query.occurrences if places(query.occurrences, term) == spans}
    near = {term: tuple(each for each in found if each.word not in gone) for term, found in query.near.items()}
    return replace(query, weights={t: w for t, w in query.weights.items() if t not in gone}, near=near)


def without_told(document: AnalyzedDocument, spans: Spans) -> AnalyzedDocument:
    """The profile without what stands at these places; how far the rest is covered is held."""

    def rest(text: WeighedText) -> WeighedText:
        kept = {t: x for t, x in text.coverage.items() if places(text.occurrences, t) != spans}
        return replace(text, coverage=kept)

    return replace(document, texts=tuple(map(rest, document.texts)))


def assert_faithful(
    query: AnalyzedQuery,
    document: AnalyzedDocument,
    of: Callable[[Contribution], Spans],
    without: Callable[[Spans], tuple[AnalyzedQuery, AnalyzedDocument]],
) -> int:
    best = best_of(query, document)
    whole = text_score(query, document, best)
    rows = [row for row in explain(query, document, id="d").contributions if row.part == "text"]
    if whole > 1:
        return 0  # near words that say more than the need are scaled down: not the norm that is held here
    words = {of(row) for row in rows}
    for spans in words:
        lost = whole - text_score(*without(spans), best)
        assert lost == pytest.approx(math.fsum(row.value for row in rows if of(row) == spans), abs=1e-12)
        assert lost > 0
    return len(words)


@settings(max_examples=60, deadline=None)
@given(CORPUS, NEED)
def test_leaving_a_word_of_the_need_out_costs_exactly_its_rows(documents: list[Document], need: Query) -> None:
    for query, document in pairs(documents, need):
        assert_faithful(
            query,
            document,
            lambda row: row.query_spans,
            lambda spans, q=query, d=document: (without_asked(q, spans), d),
        )


@settings(max_examples=60, deadline=None)
@given(CORPUS, NEED)
def test_leaving_a_word_of_the_profile_out_costs_exactly_its_rows(documents: list[Document], need: Query) -> None:
    for query, document in pairs(documents, need):
        assert_faithful(
            query,
            document,
            lambda row: row.document_spans,
            lambda spans, q=query, d=document: (q, without_told(d, spans)),
        )


def test_the_samples_have_words_of_every_relation_to_leave_out() -> None:
    relations, words = set(), 0
    for need in NEEDS:
        for query, document in pairs(list(DOCUMENTS), need):
            relations |= {row.relation.value for row in explain(query, document, id="d").contributions}
            words += assert_faithful(
                query,
                document,
                lambda row: row.query_spans,
                lambda spans, q=query, d=document: (without_asked(q, spans), d),
            )

    assert {"same", "synonym", "near", "skill"} <= relations
    assert words >= 10


@settings(max_examples=60, deadline=None)
@given(CORPUS, NEED)
def test_a_record_tells_the_whole_reason_again(documents: list[Document], need: Query) -> None:
    for query, document in pairs(documents, need):
        record = json.loads(json.dumps(record_of(query, document)))

        told = replay(record, need=need.texts, profile=document.document.texts, id="d")

        assert replace(told, confidence=0.0) == replace(explain(query, document, id="d"), confidence=0.0)


def test_a_record_brings_its_own_weights() -> None:
    weights = Weights(synonym_share=0.9, claim_share=0.5, level_share=0.3, saturation=2.0, text_share=0.2)
    model = Engine.fit(DOCUMENTS, lexicon=LEXICON, neighbours=NEAR, weights=weights).model
    query, document = model.query(NEEDS[0]), model.document(DOCUMENTS[0])

    told = replay(record_of(query, document), need=NEEDS[0].texts, profile=DOCUMENTS[0].texts, id="p1")

    assert told.contributions == explain(query, document, id="p1").contributions
    assert told.score == explain(query, document, id="p1").score


def test_a_record_holds_no_text_and_nothing_that_the_need_does_not_ask_for() -> None:
    query, document = next(pairs([DOCUMENTS[1]], NEEDS[0]))

    kept = json.dumps(record_of(query, document), ensure_ascii=False)

    assert "少しできます" not in kept
    assert "VBA" not in kept and "vba" not in kept
