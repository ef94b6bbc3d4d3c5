"""Reading the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet

from talentbank.skills.models import Problem, ProblemSkill, Skill


def skills() -> QuerySet[Skill]:
    """All skills with their groups, by scheme, group and code."""
    return Skill.objects.select_related("group", "replaced_by").order_by("scheme", "group__position", "code")


def problems() -> QuerySet[Problem]:
    """All problems with their areas and weighted skills, by area and code."""
    weights = ProblemSkill.objects.select_related("skill").order_by("-weight", "skill__code")
    rows = Problem.objects.select_related("area").prefetch_related(Prefetch("skill_weights", weights))
    return rows.order_by("area__position", "code")


def skill_by_codes(codes: Iterable[str]) -> dict[str, Skill]:
    """Return code → skill for those that exist."""
    return {skill.code: skill for skill in Skill.objects.filter(code__in=list(codes))}


def surface_forms(skill: Skill) -> tuple[str, ...]:
    """The words for a skill: its names and aliases in Japanese and English, each once."""
    return tuple(dict.fromkeys([skill.name_ja, skill.name_en, *skill.aliases_ja, *skill.aliases_en]))


def lexicon_groups() -> list[tuple[str, tuple[str, ...]]]:
    """Return (code, surface forms) of every skill, by code: what ranking takes for one concept."""
    return [(skill.code, surface_forms(skill)) for skill in Skill.objects.order_by("code")]
