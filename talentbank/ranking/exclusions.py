"""Who is left out of a ranking, and why. Those who hide are never handed in, so nothing here tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from talentbank.core.clock import day_of
from talentbank.core.errors import Refusal
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional
from talentbank.ranking.candidates import CandidateList, Excluded
from talentbank.ranking.conditions import conditions_of
from talentbank.ranking.eligibility import Standing

Refused = Mapping[UUID, list[Refusal]]


def counted(answer: CandidateList, refused: Refused) -> CandidateList:
    """Each excluded pair counts once, under its first reason, so that the counts add up."""
    counts: dict[str, int] = {}
    for refusals in refused.values():
        if refusals:
            counts[refusals[0].code] = counts.get(refusals[0].code, 0) + 1
    considered = sum(not refusals for refusals in refused.values())
    return replace(answer, considered=considered, excluded=dict(sorted(counts.items())))


def excluded_professionals(
    need: Need, refused: Refused, seen: Mapping[UUID, Standing], at: datetime
) -> tuple[Excluded, ...]:
    """The professionals left out, by id."""
    ids = [id for id, refusals in refused.items() if refusals]
    rows = Professional.objects.filter(pk__in=ids).order_by("id")
    return tuple(
        Excluded(need, row, tuple(refused[row.pk]), conditions_of(need, row, left=seen[row.pk].left, today=day_of(at)))
        for row in rows
    )


def excluded_needs(
    professional: Professional, refused: Refused, standing: Standing, seen: Mapping[UUID, Need], at: datetime
) -> tuple[Excluded, ...]:
    """The needs left out, by id."""
    found = ((seen[id], refusals) for id, refusals in sorted(refused.items()) if refusals)
    return tuple(
        Excluded(
            need,
            professional,
            tuple(refusals),
            conditions_of(need, professional, left=standing.left, today=day_of(at)),
        )
        for need, refusals in found
    )
