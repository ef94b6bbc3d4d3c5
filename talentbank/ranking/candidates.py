"""What a ranking answers: values that `services` fills and the API renders for each reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from matching.documents import Part, Ranked, Span
from talentbank.banks.policy import ResidentsFirst
from talentbank.core.errors import Refusal
from talentbank.needs.models import Need, NeedSkill
from talentbank.professionals.models import Professional, ProfessionalSkill
from talentbank.ranking.conditions import Condition

Words = tuple[tuple[Span, ...], ...]


class Strength(StrEnum):
    """A score in words, for those who are not shown numbers."""

    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"


STRONG_FROM = 0.064
FAIR_FROM = 0.034
"""What chance seldom reaches: of pairs of a need and a profile taken without looking, one in a hundred scores
STRONG_FROM or more, one in twenty FAIR_FROM. Read off the 9,313 pairs of texts in tests/judged/sme_needs, without their
grades, and held there by a test: a change of the formula that moves the scores asks for these two numbers anew. A need
that wishes for a skill which the profile claims is above both, as it should be."""


def strength_of(score: float) -> Strength:
    return Strength.STRONG if score >= STRONG_FROM else Strength.FAIR if score >= FAIR_FROM else Strength.WEAK


class Gap(StrEnum):
    """What is missing of a required skill."""

    NO_CLAIM = "no_claim"
    NO_EVIDENCE = "no_evidence"


@dataclass(frozen=True, slots=True)
class MissingSkill:
    """A required skill that the profile does not claim, or claims without evidence."""

    code: str
    name_ja: str
    name_en: str
    gap: Gap


def missing_skills(asked: Iterable[NeedSkill], claims: Iterable[ProfessionalSkill]) -> tuple[MissingSkill, ...]:
    """Required skills without a claim or without evidence, in the need's own order."""
    evidence = {claim.skill_id: bool(claim.evidence.strip()) for claim in claims}
    return tuple(
        MissingSkill(
            code=wish.skill.code,
            name_ja=wish.skill.name_ja,
            name_en=wish.skill.name_en,
            gap=Gap.NO_EVIDENCE if wish.skill_id in evidence else Gap.NO_CLAIM,
        )
        for wish in asked
        if wish.required and not evidence.get(wish.skill_id, False)
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair, ranked and explained. `card_id` is set for the need's own people, who see no more than the card.

    `words` gives `need_words`, where each word of the need stands; it reads the need, so it is asked for these alone.
    """

    need: Need
    professional: Professional
    ranked: Ranked
    conditions: tuple[Condition, ...]
    missing: tuple[MissingSkill, ...]
    in_city: bool = False
    is_reserve: bool = False
    card_id: UUID | None = None
    words: Callable[[], Words] = tuple

    @property
    def need_words(self) -> Words:
        return self.words()

    @property
    def strength(self) -> Strength | None:
        """None where there is nothing to judge by."""
        return None if self.ranked.score is None else strength_of(self.ranked.score)

    @property
    def missing_terms(self) -> tuple[str, ...]:
        """Words of the need that the profile nowhere meets, heaviest first."""
        return tuple(gap.term for gap in self.ranked.missing if gap.part is Part.TEXT)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A pair left out, every reason why, and the facts. Only for staff; whoever hides is no entry."""

    need: Need
    professional: Professional
    refusals: tuple[Refusal, ...]
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class CandidateList:
    """A ranking as of a revision.

    `refusals` say why the asking side gets no candidates at all; `excluded` counts the others by their first reason.
    `considered` is how many were eligible; those with nothing in common with the asking side are not listed.
    `insufficient_data`: the asking side itself gives nothing to judge by.
    """

    results: tuple[Candidate, ...]
    residents_first: ResidentsFirst
    model_version: str
    revision: int
    at: datetime
    considered: int = 0
    insufficient_data: bool = False
    refusals: tuple[Refusal, ...] = ()
    excluded: Mapping[str, int] = field(default_factory=dict)
    excluded_pairs: tuple[Excluded, ...] = ()
