"""Rows to the engine's documents, queries and basis: one way, and nothing of who somebody is.

What is not read here cannot rank: name, kana, contacts, age, sex, nationality, employer, clients and `hidden_from` are
no fields of a document, and where a text mentions one of them it is struck out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from matching.documents import Document, Query, SkillClaim, SkillWish
from matching.lexicon import Lexicon
from matching.weights import Weights
from talentbank.core.names import without_legal_form
from talentbank.needs.lifecycle import SEEKING
from talentbank.needs.models import Need, NeedSkill
from talentbank.professionals.models import Professional, ProfessionalSkill
from talentbank.ranking.thesaurus_files import THESAURUS_MARK
from talentbank.ranking.weights import weights_of
from talentbank.registrations.models import RegistrationState
from talentbank.skills.selectors import lexicon_groups, surface_forms, thesaurus_concepts

PROBLEM_SHARE = 0.5
"""Of a wish that a named problem suggests: half of one that the need states itself, for nobody has asked for it yet."""
STRIKE = "＊"
STRUCK_OUT = STRIKE * 2
EXPERIENCE_PARTS = ("title", "description", "industry")
EXPERIENCE_JOINT = "\n"
NEED_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "title": "title",
        "own_words": "own_words",
        "public_summary": "public_summary",
        "background": "background",
        "tools": "tools_today",
        "outcome": "wished_outcome",
        "deliverables": "deliverables",
    }
)
"""Field of a query to the name of the need's text."""
CONTACT = re.compile(r"https?://\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\(?0\d{1,4}\)?[-‐‑–ー－ ]?\d{1,4}[-‐‑–ー－ ]\d{3,4}")
"""An address on the web, an e-mail address, a telephone number."""


def indexed_professionals(bank_id: UUID) -> QuerySet[Professional]:
    """Those that an index of the bank holds."""
    return Professional.objects.filter(bank_id=bank_id, registration_state=RegistrationState.APPROVED)


def indexed_needs(bank_id: UUID) -> QuerySet[Need]:
    """Those that an index of the bank holds."""
    return Need.objects.filter(bank_id=bank_id, state__in=SEEKING)


def claims_with_skills() -> Prefetch[str, QuerySet[ProfessionalSkill], str]:
    """A professional's claims, each with its skill in one query: of twenty profiles a second one would cost more."""
    claims = ProfessionalSkill.objects.select_related("skill").order_by("professional_id", "skill__code")
    return Prefetch("skills", claims)


def wishes_with_skills() -> Prefetch[str, QuerySet[NeedSkill], str]:
    """The skills that a need asks for, the required ones first."""
    return Prefetch("skills", NeedSkill.objects.select_related("skill").order_by("-required", "skill__code"))


def professionals_with_texts(rows: QuerySet[Professional]) -> QuerySet[Professional]:
    """The rows with what `document_of` reads."""
    return rows.prefetch_related("skills__skill").order_by("id")


def needs_with_texts(rows: QuerySet[Need]) -> QuerySet[Need]:
    """The rows with what `query_of` reads."""
    rows = rows.select_related("organization")
    return rows.prefetch_related("skills__skill", "problems__skill_weights__skill").order_by("id")


@dataclass(frozen=True, slots=True)
class Basis:
    """What all texts of a bank are read by. `core.revision` keeps when it changed last."""

    lexicon: Lexicon
    weights: Weights


def basis_of(bank_id: UUID) -> Basis:
    """Each skill is a concept, and so is each group of the bank's thesaurus, under a mark that no skill's code has."""
    thesaurus = {f"{THESAURUS_MARK}{code}": forms for code, forms in thesaurus_concepts(bank_id).items()}
    return Basis(Lexicon({**dict(lexicon_groups()), **thesaurus}), weights_of(bank_id))


def document_of(professional: Professional) -> Document:
    """The professional as the engine reads it: what they can do and have done."""
    claims = tuple(_claim(claim) for claim in professional.skills.all())
    return Document(id=str(professional.pk), texts=profile_fields(profile_texts(professional)), skills=claims)


def query_of(need: Need) -> Query:
    """The need as the engine reads it. A named problem stands for its words and, as wishes, for its skills."""
    wishes = _wishes(list(need.skills.all()), list(need.problems.all()))
    return Query(id=str(need.pk), texts=need_fields(need_texts(need)), wishes=wishes)


def profile_texts(professional: Professional) -> dict[str, Any]:
    """What is read of a profile, under the names that its resource has; of a claimed skill the words of the taxonomy.

    What is struck out keeps its length, so that a span holds in the profile's own text too.
    """
    names = names_in_texts(professional)
    return {
        "headline": struck_out(professional.headline, names),
        "skills": [list(surface_forms(claim.skill)) for claim in professional.skills.all()],
        "experiences": [
            {part: struck_out(each.get(part) or "", names) for part in EXPERIENCE_PARTS}
            for each in professional.experiences
        ],
        "summary": struck_out(professional.summary, names),
    }


def need_texts(need: Need) -> dict[str, Any]:
    """What is read of a need, under the names that its resource has; who asks is no part of what is asked.

    What is struck out keeps its length, as in `profile_texts`.
    """
    names = names_of_asker(need)
    return {
        **{name: struck_out(getattr(need, name), names) for name in NEED_TEXTS.values()},
        "problems": [problem.name_ja for problem in need.problems.all()],
        "skills": [list(surface_forms(wish.skill)) for wish in need.skills.all()],
    }


def profile_fields(texts: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
    """`profile_texts` as the fields of a document."""
    return {
        "headline": texts["headline"],
        "skills": tuple(form for forms in texts["skills"] for form in forms),
        "experiences": tuple(experience_text(each) for each in texts["experiences"]),
        "summary": texts["summary"],
    }


def need_fields(texts: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
    """`need_texts` as the fields of a query."""
    return {
        **{field: texts[name] for field, name in NEED_TEXTS.items()},
        "problems": tuple(texts["problems"]),
        "skills": tuple(form for forms in texts["skills"] for form in forms),
    }


def experience_text(experience: Mapping[str, str]) -> str:
    """Title, what was done, and in which industry; never for whom or when."""
    return EXPERIENCE_JOINT.join(experience[part] for part in EXPERIENCE_PARTS if experience[part])


def names_in_texts(professional: Professional) -> list[str]:
    """What must not stand in a text of this professional: own names, contacts, employer and clients; longest first."""
    own = [professional.name, professional.kana]
    others = [professional.employer, *(each.get("client_name") or "" for each in professional.experiences)]
    forms = {*own, *("".join(name.split()) for name in own), *(part for name in own for part in name.split())}
    forms |= {form for name in [*own, *others] for form in (name, without_legal_form(name))}
    forms |= {professional.email, professional.phone}
    return sorted((form for form in forms if len(form) >= 2), key=lambda form: (-len(form), form))


def names_of_asker(need: Need) -> list[str]:
    """What must not stand in a text of this need: the organization's name and contacts; longest first."""
    asker = need.organization
    forms = {form for name in (asker.name, asker.kana) for form in (name, without_legal_form(name))}
    forms |= {asker.contact_name, "".join(asker.contact_name.split()), asker.contact_email, asker.contact_phone}
    return sorted((form for form in forms if len(form) >= 2), key=lambda form: (-len(form), form))


def struck_out(text: str, names: Iterable[str]) -> str:
    """The text without these names, and without any web address, e-mail address or telephone number."""
    for name in names:
        text = text.replace(name, STRIKE * len(name))
    return CONTACT.sub(lambda found: STRIKE * len(found[0]), text)


def _claim(claim: Any) -> SkillClaim:
    return SkillClaim(
        code=claim.skill.code,
        level=claim.level,
        years=claim.years if claim.years and claim.years > 0 else None,
        last_used=_month(claim.last_used),
        evidence=bool(claim.evidence.strip()),
    )


def _month(text: str) -> date | None:
    """`YYYY-MM` as its first day; anything else says nothing."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def _wishes(asked: Iterable[Any], problems: Iterable[Any]) -> tuple[SkillWish, ...]:
    """Skills asked for, then those that problems suggest; a skill asked for is not suggested again."""
    stated = {
        wish.skill.code: SkillWish(wish.skill.code, required=wish.required, level=wish.level, weight=wish.weight)
        for wish in asked
    }
    suggested: dict[str, float] = {}
    for link in (link for problem in problems for link in problem.skill_weights.all()):
        suggested[link.skill.code] = max(suggested.get(link.skill.code, 0.0), link.weight * PROBLEM_SHARE)
    rest = sorted(suggested.keys() - stated.keys())
    return (*stated.values(), *(SkillWish(code, weight=suggested[code]) for code in rest))
