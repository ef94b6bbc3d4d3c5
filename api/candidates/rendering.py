"""A ranking as JSON, by who reads it: plain values in the shape of `outputs`, which tests hold them to.

No serializer walks over them: of a page of twenty candidates there are ten thousand values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from api.candidates.conditions import condition_shown
from api.candidates.sentences import line, reason_lines
from api.catalogue import language, listed, sentence
from api.rendering import fragment
from api.serializers import StrictDateTimeField
from matching.documents import Conflict, Contribution, Ranked, Span
from matching.documents import Side as Writer
from talentbank.core.actors import Side
from talentbank.core.clock import day_of
from talentbank.core.errors import Refusal
from talentbank.core.memo import Memo
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional
from talentbank.ranking.candidates import Candidate, CandidateList, Excluded
from talentbank.ranking.conditions import Condition
from talentbank.ranking.corpus import NEED_TEXTS, claims_with_skills, need_texts, profile_texts
from talentbank.ranking.passages import passages
from talentbank.ranking.policies import Audience
from talentbank.ranking.readers import (
    Reason,
    ReasonKind,
    Refusing,
    conditions_for,
    conflicts_for,
    each_once,
    is_written,
    missing_for,
    reasons_for,
)
from talentbank.ranking.selectors import card_view

Texts = Mapping[str, Any]
WRITTEN = 2_000
"""Pairs and cards that are kept written, at most: what `ranking.memory` keeps explained, for each side. Some 25 MB."""
NEED_WORDS = ("skills__skill", "problems__skill_weights__skill")
"""What the words of a need are read from; nobody reads them where all is written already."""
_kept: Memo[tuple[Any, ...], Told] = Memo(WRITTEN)
_cards: Memo[tuple[Any, ...], Any] = Memo(WRITTEN)


def ranking_shown(
    ranking: CandidateList, *, asking: Side, audience: Audience, with_excluded: bool = False
) -> dict[str, Any]:
    """The whole answer. `asking` is the side that looks for the other."""
    staff = audience is Audience.STAFF
    _read_to_write(ranking, asking, audience)
    shown = [_staff_row(each, asking) if staff else _side_row(each, asking, ranking) for each in ranking.results]
    return {
        "results": shown,
        "residents_first": ranking.residents_first,
        "insufficient_data": ranking.insufficient_data,
        "refusals": _refusals(ranking.refusals),
        "counts": _counts(ranking) if staff else None,
        "excluded": [_excluded(each, asking) for each in ranking.excluded_pairs] if with_excluded else None,
        "model_version": ranking.model_version,
        "as_of": {"revision": ranking.revision, "at": StrictDateTimeField().to_representation(ranking.at)},
    }


def _counts(ranking: CandidateList) -> dict[str, Any]:
    excluded = causes_shown(ranking.excluded)
    return {"considered": ranking.considered, "excluded": excluded, "summary": _summary(excluded)}


def causes_shown(excluded: Mapping[str, int]) -> list[dict[str, Any]]:
    """How many were left out for each reason, the most frequent first: "12 excluded: 7 hours, 5 area"."""
    causes = sorted(excluded.items(), key=lambda cause: (-cause[1], cause[0]))
    return [{"code": code, "label": sentence(f"excluded_{code}"), "count": count} for code, count in causes]


def _summary(excluded: list[dict[str, Any]]) -> str:
    if not excluded:
        return ""
    each = ("{count} {label}" if language() == "en" else "{label} {count}").format_map
    causes = listed(map(each, excluded))
    return sentence("excluded_summary", total=sum(cause["count"] for cause in excluded), causes=causes)


def _excluded(pair: Excluded, asking: Side) -> dict[str, Any]:
    return {
        "professional": _professional(pair.professional) if asking is Side.ORGANIZATION else None,
        "need": _need(pair.need, named=True) if asking is Side.PROFESSIONAL else None,
        "refusals": _refusals(pair.refusals),
        "conditions": [condition_shown(each) for each in pair.conditions],
    }


def _refusals(refusals: Iterable[Refusal]) -> list[dict[str, str]]:
    return [{"code": each.code, "detail": sentence(each.code, **each.facts)} for each in refusals]


def _staff_row(candidate: Candidate, asking: Side) -> dict[str, Any]:
    told = _told(candidate, asking, Audience.STAFF)
    return {
        "card": None,
        "professional": _professional(candidate.professional) if asking is Side.ORGANIZATION else None,
        "need": _need(candidate.need, named=True) if asking is Side.PROFESSIONAL else None,
        **_common(candidate, candidate.conditions),
        **told.row,
        "staff": {**told.staff, "is_reserve": candidate.is_reserve},
    }


def _side_row(candidate: Candidate, asking: Side, ranking: CandidateList) -> dict[str, Any]:
    told = _told(candidate, asking, Audience.SIDE)
    return {
        "card": _card(candidate, ranking) if asking is Side.ORGANIZATION else None,
        "professional": None,
        "need": _need(candidate.need, named=not candidate.need.anonymous) if asking is Side.PROFESSIONAL else None,
        **_common(candidate, conditions_for(candidate, asking)),
        **told.row,
        "staff": None,
    }


@dataclass(frozen=True, slots=True)
class Told:
    """What the words of the two texts say, written once: it holds as long as this very explanation of the pair does."""

    ranked: Ranked
    row: Mapping[str, Any]
    staff: Mapping[str, Any]


def _read_to_write(ranking: CandidateList, asking: Side, audience: Audience) -> None:
    """Read at once what the words of pairs and cards that are not written yet are made of."""
    words = [each for each in ranking.results if _written(each, asking, audience) is None]
    cards = [
        each for each in ranking.results if each.card_id is not None and _cards.get(_card_key(each, ranking)) is None
    ]
    prefetch_related_objects([each.professional for each in (*words, *cards)], claims_with_skills())
    prefetch_related_objects([each.need for each in words], *NEED_WORDS)


def _written(candidate: Candidate, asking: Side, audience: Audience) -> Told | None:
    kept = _kept.get((candidate.need.pk, candidate.professional.pk, asking, audience, language()))
    return kept if kept is not None and kept.ranked is candidate.ranked else None


def _told(candidate: Candidate, asking: Side, audience: Audience) -> Told:
    told = _written(candidate, asking, audience)
    if told is None:
        told = _staff_told(candidate, asking) if audience is Audience.STAFF else _side_told(candidate, asking)
        _kept.put((candidate.need.pk, candidate.professional.pk, asking, audience, language()), told)
    return told


def _staff_told(candidate: Candidate, asking: Side) -> Told:
    ranked, reasons = candidate.ranked, _staff_reasons(candidate)
    texts = need_texts(candidate.need), profile_texts(candidate.professional)
    row = {
        "reasons": fragment([_reason(each) for each in reasons]),
        "summary": line(candidate, reasons, asking),
        "missing_terms": fragment(list(candidate.missing_terms)),
        "conflicts": fragment([conflict_shown(each, *texts) for each in ranked.conflicts]),
    }
    staff = {
        "score": ranked.score,
        "parts": {str(part): value for part, value in ranked.parts.items()} if ranked.parts else None,
        "lines": fragment(reason_lines(candidate)),
        "contributions": fragment([contribution_shown(each, *texts) for each in ranked.contributions]),
    }
    return Told(ranked, row, staff)


def _side_told(candidate: Candidate, asking: Side) -> Told:
    reasons = reasons_for(candidate, asking)
    row = {
        "reasons": fragment([_reason(each) for each in reasons]),
        "summary": line(candidate, reasons, asking),
        "missing_terms": fragment(missing_for(candidate, asking)),
        "conflicts": fragment([_told_conflict(each, asking) for each in conflicts_for(candidate, asking)]),
    }
    return Told(candidate.ranked, row, {})


def _card_key(candidate: Candidate, ranking: CandidateList) -> tuple[Any, ...]:
    """Of each version of the profile and each day, for an experience may still run."""
    return candidate.card_id, candidate.professional.version, day_of(ranking.at)


def _card(candidate: Candidate, ranking: CandidateList) -> Any:
    if candidate.card_id is None:
        return None
    key = _card_key(candidate, ranking)
    kept = _cards.get(key)
    if kept is None:
        kept = fragment(card_view(candidate.professional, candidate.card_id, at=ranking.at))
        _cards.put(key, kept)
    return kept


def contribution_shown(row: Contribution, need: Texts, profile: Texts) -> dict[str, Any]:
    """A row of the score, its words marked in what `need_texts` and `profile_texts` give."""
    return {
        "part": str(row.part),
        "need_term": row.query_term,
        "profile_term": row.document_term,
        "relation": str(row.relation),
        "similarity": row.similarity,
        "value": row.value,
        "field": row.field,
        "need_spans": _passages(row.query_spans, need),
        "profile_spans": _passages(row.document_spans, profile),
    }


def _passages(spans: Iterable[Span], texts: Texts) -> list[dict[str, Any]]:
    return [{"pointer": each.pointer, "start": each.start, "end": each.end} for each in passages(spans, texts)]


def conflict_shown(conflict: Conflict, need: Texts, profile: Texts) -> dict[str, Any]:
    """A refusal as staff read it."""
    by = Side.PROFESSIONAL if conflict.by is Writer.PROFILE else Side.ORGANIZATION
    return {
        "by": by,
        "term": conflict.term,
        "detail": sentence(f"staff_reads_{by}_refuses", term=conflict.term, cue=conflict.cue),
        "need_spans": _passages(conflict.query_spans, need),
        "profile_spans": _passages(conflict.document_spans, profile),
    }


def _told_conflict(conflict: Refusing, reader: Side) -> dict[str, Any]:
    detail = sentence(f"{reader}_reads_{conflict.by}_refuses", term=conflict.term)
    return {"by": conflict.by, "term": conflict.term, "detail": detail, "need_spans": [], "profile_spans": []}


def _common(candidate: Candidate, conditions: Iterable[Condition]) -> dict[str, Any]:
    return {
        "strength": candidate.strength,
        "insufficient_data": candidate.ranked.insufficient_data,
        "confidence": candidate.ranked.confidence,
        "missing": [
            {"skill": each.code, "name_ja": each.name_ja, "name_en": each.name_en, "gap": each.gap}
            for each in candidate.missing
        ],
        "conditions": [condition_shown(each) for each in conditions],
    }


def _professional(row: Professional) -> dict[str, Any]:
    return {
        "id": row.pk,
        "reference": row.reference,
        "name": row.name,
        "headline": row.headline,
        "residency": row.residency,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "kind": reason.kind,
        "need_term": reason.need_term,
        "own_term": reason.own_term,
        "skill": reason.skill,
    }


def _staff_reasons(candidate: Candidate) -> list[Reason]:
    """Every reason in words, each once; staff may read both texts."""
    rows = candidate.ranked.contributions
    made = (
        Reason(ReasonKind.SKILL, skill=row.query_term)
        if row.relation == "skill"
        else Reason(ReasonKind.TERM, row.query_term, row.document_term, is_written=is_written(row, NEED_TEXTS))
        for row in rows
    )
    return each_once(made)


def _need(need: Need, *, named: bool) -> dict[str, Any]:
    return {
        "id": need.pk,
        "reference": need.reference,
        "title": need.title,
        "organization": need.organization.name if named else None,
        "area": need.area,
        "engagement_type": need.engagement_type,
        "deadline": need.deadline,
    }
