"""Why a pair has its score: rows that sum to it, what is missing, and how much there was to judge by."""

import math
from collections.abc import Iterable, Iterator, Sequence

from matching import skills
from matching.documents import Contribution, Missing, Part, Ranked, Relation, Span
from matching.index import SCORE_DECIMALS
from matching.scoring import AnalyzedDocument, AnalyzedQuery, Occurrence
from matching.weighting import DOCUMENT_FIELDS

COVERAGE_SHARE = 0.5
VOLUME_SHARE = 0.3
SUPPORT_SHARE = 0.2
FULL_VOLUME = 40
"""Distinct terms of a profile of about 160 characters in each of two fields: enough to tell people apart."""


def explain(query: AnalyzedQuery, document: AnalyzedDocument, *, id: str) -> Ranked:
    """Score and reasons of the pair, reported under the id of the ranked side.

    An empty profile, or an empty need, is `insufficient_data` and has no score.
    """
    gaps = missing(query, document)
    sure = confidence(document)
    if query.is_empty or document.is_empty:
        return Ranked(id, None, missing=gaps, confidence=sure, insufficient_data=True)
    rows = [*_text_rows(query, document), *_skill_rows(query, document)]
    rows.sort(key=lambda row: (-row.value, row.part, row.query_term, row.field))
    parts = {part: math.fsum(row.value for row in rows if row.part is part) for part in Part}
    score = min(1.0, round(math.fsum(row.value for row in rows), SCORE_DECIMALS))
    return Ranked(id, score, parts, tuple(rows), gaps, sure)


def confidence(document: AnalyzedDocument) -> float:
    """In [0, 1]:  0.5 coverage + 0.3 volume + 0.2 support, of the profile alone.

    coverage : sum of the weights of the fields that have a term
    volume : distinct terms / 40, at most 1
    support : mean over the claims of the share of level, years and evidence that is stated; 0 without claims
    """
    coverage = sum(DOCUMENT_FIELDS[field] for field in document.weights)
    volume = min(1.0, len({term for field in document.weights.values() for term in field}) / FULL_VOLUME)
    claims = document.document.skills
    stated = sum((claim.level is not None) + (claim.years is not None) + claim.evidence for claim in claims)
    support = stated / (3 * len(claims)) if claims else 0.0
    return round(min(1.0, COVERAGE_SHARE * coverage + VOLUME_SHARE * volume + SUPPORT_SHARE * support), 4)


def missing(query: AnalyzedQuery, document: AnalyzedDocument) -> tuple[Missing, ...]:
    """Required skills without a claim, then terms of the need without a counterpart, heaviest first.

    A term is not missing where a longer one around it met (ネット within ネットショップ), nor listed twice where the
    longer one is missing too.
    """
    claimed = {claim.code for claim in document.document.skills}
    wanted = sorted((wish for wish in query.query.wishes if wish.required), key=lambda wish: (-wish.weight, wish.code))
    gaps = [Missing(Part.SKILLS, wish.code, required=True) for wish in wanted if wish.code not in claimed]
    present = {term for field in document.weights.values() for term in field}
    absent = sorted(query.weights.keys() - present, key=lambda term: (-query.weights[term], term))
    met_cover = _Cover(query.occurrences[term] for term in query.weights.keys() & present)
    absent_cover = _Cover(query.occurrences[term] for term in absent)
    for term in absent:
        spans = [place.span for place in query.occurrences[term]]
        if any(met_cover.longest(span) < span.end - span.start >= absent_cover.longest(span) for span in spans):
            surface = query.occurrences[term][0].surface
            gaps.append(Missing(Part.TEXT, surface, query_spans=tuple(spans)))
    return tuple(gaps)


class _Cover:
    """How long the longest of some occurrences is over each character of the need."""

    def __init__(self, occurrences: Iterable[Sequence[Occurrence]]) -> None:
        self._longest: dict[tuple[str, int, int], int] = {}
        for span in (place.span for places in occurrences for place in places):
            for position in range(span.start, span.end):
                key = (span.field, span.entry, position)
                self._longest[key] = max(self._longest.get(key, 0), span.end - span.start)

    def longest(self, span: Span) -> int:
        """Length of the longest occurrence around the whole span, 0 where there is none. Occurrences nest."""
        first, last = (self._longest.get((span.field, span.entry, at), 0) for at in (span.start, span.end - 1))
        return min(first, last)


def _text_rows(query: AnalyzedQuery, document: AnalyzedDocument) -> Iterator[Contribution]:
    for field, weights in document.weights.items():
        for term in query.weights.keys() & weights.keys():
            asked, told = query.occurrences[term], document.occurrences[field][term]
            relation, question, answer = _met(asked, told)
            yield Contribution(
                part=Part.TEXT,
                query_term=question.surface,
                document_term=answer.surface,
                relation=relation,
                similarity=1.0,
                value=query.weights[term] * weights[term],
                field=field,
                query_spans=tuple(place.span for place in asked),
                document_spans=tuple(place.span for place in told),
            )


def _met(asked: Sequence[Occurrence], told: Sequence[Occurrence]) -> tuple[Relation, Occurrence, Occurrence]:
    """The two occurrences to show: of one form where there is such a pair, else synonyms of one concept."""
    answers = {place.form: place for place in reversed(told)}
    for question in asked:
        if question.form in answers:
            return Relation.SAME, question, answers[question.form]
    return Relation.SYNONYM, asked[0], told[0]


def _skill_rows(query: AnalyzedQuery, document: AnalyzedDocument) -> Iterator[Contribution]:
    wishes = query.query.wishes
    for wish, share in zip(wishes, skills.wish_shares(wishes), strict=True):
        credit = skills.best_credit(document.document.skills, wish)
        if credit > 0:
            value = query.skill_share * share * credit
            yield Contribution(Part.SKILLS, wish.code, wish.code, Relation.SKILL, credit, value, "skills")
