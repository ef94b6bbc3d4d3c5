"""Skills that a professional claims: checking them, and what an edit makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from talentbank.core.errors import FieldError
from talentbank.professionals.models import Professional, ProfessionalSkill
from talentbank.registrations.fields import MONTH
from talentbank.skills.models import Skill

LEVELS = range(1, 5)
MOST_YEARS = 80
MOST_CLAIMS = 100
EVIDENCE_LENGTH = 500
KEYS = ("skill", "level", "years", "last_used", "evidence")
Live = dict[str, dict[str, Any]]
"""Skill code → level, years, last_used, evidence."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed skill. `evidence` None: what is kept for this skill stays."""

    skill: Skill
    level: int | None = None
    years: float | None = None
    last_used: str = ""
    evidence: str | None = None


def claims_check(given: Any, today: date, errors: list[FieldError]) -> list[Claim]:
    """Check claims [{skill, level, years, last_used, evidence}]. Collects what is wrong in `errors`."""
    if not isinstance(given, list) or not all(isinstance(claim, Mapping) for claim in given):
        errors.append(FieldError("/skills", "not_a_list"))
        return []
    if len(given) > MOST_CLAIMS:
        errors.append(FieldError("/skills", "max_items", {"maximum": MOST_CLAIMS}))
        return []
    codes = [claim.get("skill") for claim in given]
    known = {skill.code: skill for skill in Skill.objects.filter(code__in=[c for c in codes if isinstance(c, str)])}
    claims = []
    for n, claim in enumerate(given):
        found = _claim_errors(f"/skills/{n}", claim, known, codes[:n], today)
        errors += found
        if not found:
            rest = {name: claim[name] for name in KEYS[1:] if claim.get(name) is not None}
            claims.append(Claim(known[claim["skill"]], **rest))
    return claims


def _claim_errors(
    pointer: str, claim: Mapping[str, Any], known: Mapping[str, Skill], before: list[Any], today: date
) -> list[FieldError]:
    errors = [FieldError(f"{pointer}/{name}", "unknown_field") for name in claim if name not in KEYS]
    code, level, years = claim.get("skill"), claim.get("level"), claim.get("years")
    last_used, evidence = claim.get("last_used") or "", claim.get("evidence") or ""
    if not isinstance(code, str) or code not in known:
        errors.append(FieldError(f"{pointer}/skill", "unknown_skill"))
    elif code in before:
        errors.append(FieldError(f"{pointer}/skill", "duplicate_item"))
    if level is not None and (isinstance(level, bool) or level not in LEVELS):
        errors.append(FieldError(f"{pointer}/level", "skill_level_unknown"))
    if years is not None and not (_is_number(years) and 0 <= years <= MOST_YEARS):
        errors.append(FieldError(f"{pointer}/years", "skill_years_out_of_range", {"maximum": MOST_YEARS}))
    if not isinstance(last_used, str) or (last_used and not MONTH.match(last_used)):
        errors.append(FieldError(f"{pointer}/last_used", "invalid"))
    elif last_used > today.strftime("%Y-%m"):
        errors.append(FieldError(f"{pointer}/last_used", "in_the_future"))
    if not isinstance(evidence, str):
        errors.append(FieldError(f"{pointer}/evidence", "not_a_string"))
    elif len(evidence) > EVIDENCE_LENGTH:
        errors.append(FieldError(f"{pointer}/evidence", "max_length", {"maximum": EVIDENCE_LENGTH}))
    return errors


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def claims_live(row: Professional) -> Live:
    """The claims as they stand."""
    rows = row.skills.select_related("skill").order_by("skill__code")
    return {
        each.skill.code: {
            "level": each.level,
            "years": each.years,
            "last_used": each.last_used,
            "evidence": each.evidence,
        }
        for each in rows
    }


def claims_merge(
    claims: list[Claim], live: Live, waiting: Mapping[str, str], *, reviewed: bool
) -> tuple[Live, dict[str, str]]:
    """Tell what the claims become, and which evidence then waits for a coordinator (only where `reviewed`)."""
    merged: Live = {}
    held_back: dict[str, str] = {}
    for claim in claims:
        code = claim.skill.code
        kept = live.get(code, {}).get("evidence", "")
        asked = claim.evidence if claim.evidence is not None else waiting.get(code, kept)
        if reviewed and asked != kept:
            held_back[code] = asked
        merged[code] = {
            "level": claim.level,
            "years": claim.years,
            "last_used": claim.last_used,
            "evidence": kept if reviewed else asked,
        }
    return dict(sorted(merged.items())), held_back


def claims_put(row: Professional, claims: list[Claim], merged: Live) -> None:
    """Write the claims of a saved professional."""
    row.skills.all().delete()
    skills = {claim.skill.code: claim.skill for claim in claims}
    ProfessionalSkill.objects.bulk_create(
        [ProfessionalSkill(professional=row, skill=skills[code], **values) for code, values in merged.items()]
    )


def evidence_put(row: Professional, evidence: Mapping[str, str]) -> None:
    """Put evidence that waited; a skill that is claimed no more is passed over."""
    for code, words in evidence.items():
        row.skills.filter(skill__code=code).update(evidence=words)
