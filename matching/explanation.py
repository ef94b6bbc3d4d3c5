"""Why a pair has its score: rows that sum to it, what is missing, and how much there was to judge by."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from matching import skills
from matching.analysis import Occurrence, Refused
from matching.documents import Conflict, Contribution, Missing, Part, Ranked, Relation, Side, Span
from matching.index import SCORE_DECIMALS
from matching.sides import AnalyzedDocument, AnalyzedQuery, WeighedText
from matching.text import STEM_MARK
from matching.weights import Weights

COVERAGE_SHARE = 0.5
VOLUME_SHARE = 0.3
SUPPORT_SHARE = 0.2
FULL_VOLUME = 40
"""Distinct terms of a profile of about 160 characters in each of two fields: enough to tell people apart."""


def explain(query: AnalyzedQuery, document: AnalyzedDocument, *, id: str) -> Ranked:
    """Score and reasons of the pair, reported under the id of the ranked side.

    An empty profile, or an empty need, is `insufficient_data` and has no score.
    """
    rows = [*_text_rows(query, document), *_skill_rows(query, document)]
    gaps = missing(query, document, rows)
    no = conflicts(query, document)
    sure = confidence(document)
    if query.is_empty or document.is_empty:
        return Ranked(id, None, missing=gaps, conflicts=no, confidence=sure, insufficient_data=True)
    rows = _within_one(rows)
    rows.sort(key=lambda row: (-row.value, row.part, row.query_term, row.field, row.document_spans))
    parts = {part: math.fsum(row.value for row in rows if row.part is part) for part in Part}
    score = min(1.0, round(math.fsum(row.value for row in rows), SCORE_DECIMALS))
    return Ranked(id, score, parts, tuple(rows), gaps, no, sure)


def confidence(document: AnalyzedDocument) -> float:
    """In [0, 1]:  0.5 coverage + 0.3 volume + 0.2 support, of the profile alone.

    coverage : sum of the weights of the fields that have a term
    volume : distinct terms / 40, at most 1
    support : mean over the claims of the share of level, years and evidence that is stated; 0 without claims
    """
    coverage = sum(document.under.document_fields[field] for field in {text.field for text in document.texts})
    volume = min(1.0, len({term for text in document.texts for term in text.coverage}) / FULL_VOLUME)
    claims = document.document.skills
    stated = sum((claim.level is not None) + (claim.years is not None) + claim.evidence for claim in claims)
    support = stated / (3 * len(claims)) if claims else 0.0
    return round(min(1.0, COVERAGE_SHARE * coverage + VOLUME_SHARE * volume + SUPPORT_SHARE * support), 4)


def missing(query: AnalyzedQuery, document: AnalyzedDocument, rows: Iterable[Contribution]) -> tuple[Missing, ...]:
    """Required skills without a claim, then words of the need without a counterpart, heaviest first.

    A word is not missing where anything over its characters met: a part of it, a longer form around it, a near word.
    """
    claimed = {claim.code for claim in document.document.skills}
    wanted = sorted((wish for wish in query.query.wishes if wish.required), key=lambda wish: (-wish.weight, wish.code))
    gaps = [Missing(Part.SKILLS, wish.code, required=True) for wish in wanted if wish.code not in claimed]
    met = _Cover(span for row in rows for span in row.query_spans)
    for term in sorted(query.words, key=lambda term: (-query.weights[term], term)):
        places = query.occurrences[term]
        if not any(met.touches(place.span) for place in places):
            gaps.append(Missing(Part.TEXT, places[0].surface, query_spans=tuple(place.span for place in places)))
    return tuple(gaps)


def words_of(query: AnalyzedQuery) -> tuple[tuple[Span, ...], ...]:
    """Where each word of the need stands, by where it stands first."""
    return tuple(sorted(tuple(place.span for place in query.occurrences[term]) for term in query.words))


def conflicts(query: AnalyzedQuery, document: AnalyzedDocument) -> tuple[Conflict, ...]:
    """Words that one side asks for or offers and the other refuses, by the term, each once."""
    told: dict[str, tuple[Occurrence, ...]] = {}
    for text in document.texts:
        for term, places in text.occurrences.items():
            told[term] = (*told.get(term, ()), *places)
    words = query.words
    theirs = (no for no in document.refused if no.term in words)
    ours = (no for no in query.refused if no.term in told and no.term not in words)
    found = [
        *(_conflict(Side.PROFILE, no, query.occurrences[no.term]) for no in theirs),
        *(_conflict(Side.NEED, no, told[no.term]) for no in ours),
    ]
    return tuple({(each.by, each.term): each for each in reversed(found)}.values())[::-1]


def _conflict(by: Side, no: Refused, places: Sequence[Occurrence]) -> Conflict:
    mine, theirs = (no.occurrence.span,), tuple(place.span for place in places)
    asked, told = (theirs, mine) if by is Side.PROFILE else (mine, theirs)
    return Conflict(by, no.occurrence.surface, no.cue, asked, told)


class _Cover:
    """Characters that lie in any of some spans."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._covered = {
            (span.field, span.entry, position) for span in set(spans) for position in range(span.start, span.end)
        }

    def touches(self, span: Span) -> bool:
        return any((span.field, span.entry, position) in self._covered for position in range(span.start, span.end))


class _Meeting(NamedTuple):
    """A term of a need and a term of a profile that met, and how."""

    relation: Relation
    similarity: float
    asked: Occurrence
    told: Occurrence


def _text_rows(query: AnalyzedQuery, document: AnalyzedDocument) -> Iterator[Contribution]:
    best = _best(query, document)
    for text in document.texts:
        yield from _merged(_rows_of(query, text, text is best, document.under))


def _best(query: AnalyzedQuery, document: AnalyzedDocument) -> WeighedText | None:
    """The experience that covers most of the need, the first of equals."""
    row = query.row()
    rivals = [text for text in document.texts if text.best_share]

    def covers(text: WeighedText) -> float:
        return sum(row[term] * text.coverage[term] for term in sorted(row.keys() & text.coverage.keys()))

    return max(rivals, key=covers, default=None)


def _rows_of(query: AnalyzedQuery, text: WeighedText, is_best: bool, under: Weights) -> Iterator[Contribution]:
    for term in text.coverage:
        told, worth = text.occurrences[term], text.worth(term, is_best=is_best)
        if term in query.weights:
            asked = query.occurrences[term]
            meeting = _met(term, asked, told, under)
            yield _row(text, meeting, asked, told, query.weights[term] * worth)
        for near in query.near.get(term, ()):
            asked = query.occurrences[near.word]
            meeting = _Meeting(Relation.NEAR, near.cosine, asked[0], told[0])
            yield _row(text, meeting, asked, told, near.weight * worth)


def _row(
    text: WeighedText, meeting: _Meeting, asked: Sequence[Occurrence], told: Sequence[Occurrence], value: float
) -> Contribution:
    return Contribution(
        part=Part.TEXT,
        query_term=meeting.asked.surface,
        document_term=meeting.told.surface,
        relation=meeting.relation,
        similarity=meeting.similarity,
        value=value,
        field=text.field,
        query_spans=tuple(place.span for place in asked),
        document_spans=tuple(place.span for place in told),
    )


def _met(term: str, asked: Sequence[Occurrence], told: Sequence[Occurrence], under: Weights) -> _Meeting:
    """The two occurrences to show: of one form where there is such a pair, else synonyms, or words of one stem."""
    answers = {place.form: place for place in reversed(told)}
    for question in asked:
        if question.form in answers:
            return _Meeting(Relation.SAME, 1.0, question, answers[question.form])
    relation = Relation.NEAR if term.startswith(STEM_MARK) else Relation.SYNONYM
    similarity = under.part_share if relation is Relation.NEAR else under.synonym_share
    return _Meeting(relation, similarity, asked[0], told[0])


def _merged(rows: Iterable[Contribution]) -> Iterator[Contribution]:
    """Rows of one meeting as one: a word, its stem and its concept meet the same word together."""
    merged: dict[tuple[object, ...], Contribution] = {}
    for row in rows:
        key = (row.query_term, row.document_term, row.relation, row.query_spans, row.document_spans)
        known = merged.get(key)
        merged[key] = replace(known, value=known.value + row.value) if known else row
    yield from merged.values()


def _within_one(rows: list[Contribution]) -> list[Contribution]:
    """The rows in proportion, where near words together say more than the whole need."""
    total = math.fsum(row.value for row in rows)
    return [replace(row, value=row.value / total) for row in rows] if total > 1 else rows


def _skill_rows(query: AnalyzedQuery, document: AnalyzedDocument) -> Iterator[Contribution]:
    wishes = query.query.wishes
    for wish, share in zip(wishes, skills.wish_shares(wishes), strict=True):
        credit = skills.best_credit(document.document.skills, wish, document.under)
        if credit > 0:
            value = query.skill_share * share * credit
            yield Contribution(Part.SKILLS, wish.code, wish.code, Relation.SKILL, credit, value, "skills")
