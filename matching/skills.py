"""The structured part: what a claimed skill is worth to a wish. Bilinear, so that it is indexed beside the words."""

from collections.abc import Iterable

from matching.documents import LEVELS, SkillClaim, SkillWish
from matching.weights import Weights

SKILL_MARK = "\ue001"
"""Begins the index term of a skill at an asked level; private use, so no word of a text is ever equal to it."""


def credit(claim: SkillClaim, asked: int | None, weights: Weights) -> float:
    """In [0, 1], with the default weights:  0.6 + 0.2 min(1, level / asked) + 0.1 min(1, years / 3) + 0.1 [evidence].

    What is not stated adds nothing. `asked` None: any stated level satisfies.
    """
    level = min(1.0, (claim.level or 0) / (asked or LEVELS[0]))
    years = min(1.0, (claim.years or 0.0) / weights.full_years)
    stated = weights.level_share * level + weights.years_share * years + weights.evidence_share * claim.evidence
    return weights.claim_share + stated


def best_credit(claims: Iterable[SkillClaim], wish: SkillWish, weights: Weights) -> float:
    """Credit of the best claim for the wish, 0 where there is none."""
    return max((credit(claim, wish.level, weights) for claim in claims if claim.code == wish.code), default=0.0)


def claim_terms(claims: Iterable[SkillClaim], weights: Weights) -> dict[str, float]:
    """Index terms of a profile: for each claimed skill its credit at every level that may be asked."""
    terms: dict[str, float] = {}
    for claim in claims:
        for asked in LEVELS:
            term = _term(claim.code, asked)
            terms[term] = max(terms.get(term, 0.0), credit(claim, asked, weights))
    return terms


def wish_shares(wishes: tuple[SkillWish, ...]) -> list[float]:
    """Share of each wish in the skill part, summing to 1."""
    total = sum(wish.weight for wish in wishes)
    return [wish.weight / total for wish in wishes]


def wish_terms(wishes: tuple[SkillWish, ...], *, share: float) -> dict[str, float]:
    """Index terms of a need; times `claim_terms` of a profile they sum to share * (weighted mean of the credits)."""
    terms: dict[str, float] = {}
    for wish, part in zip(wishes, wish_shares(wishes), strict=True):
        term = _term(wish.code, wish.level or LEVELS[0])
        terms[term] = terms.get(term, 0.0) + share * part
    return terms


def _term(code: str, asked: int) -> str:
    return f"{SKILL_MARK}{code}@{asked}"
