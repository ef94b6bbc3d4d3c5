"""Reading the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from talentbank.core.errors import NotFound
from talentbank.skills.models import GroupSource, Problem, ProblemSkill, Skill, ThesaurusGroup
from talentbank.skills.occurrences import folded


def skills() -> QuerySet[Skill]:
    """All skills with their groups, by scheme, group and code."""
    return Skill.objects.select_related("group", "replaced_by").order_by("scheme", "group__position", "code")


def problems() -> QuerySet[Problem]:
    """All problems with their areas and weighted skills, by area and code."""
    weights = ProblemSkill.objects.select_related("skill").order_by("-weight", "skill__code")
    rows = Problem.objects.select_related("area").prefetch_related(Prefetch("skill_weights", weights))
    return rows.order_by("area__position", "code")


def surface_forms(skill: Skill) -> tuple[str, ...]:
    """The words for a skill: its names and aliases in Japanese and English, each once."""
    return tuple(dict.fromkeys([skill.name_ja, skill.name_en, *skill.aliases_ja, *skill.aliases_en]))


def lexicon_groups() -> list[tuple[str, tuple[str, ...]]]:
    """Return (code, surface forms) of every skill, by code: what ranking takes for one concept."""
    return [(skill.code, surface_forms(skill)) for skill in Skill.objects.order_by("code")]


def thesaurus_of(bank_id: UUID) -> QuerySet[ThesaurusGroup]:
    """The groups of a bank: its own, and the shared ones that none of its own stands in for; also what is off."""
    stood_in = ThesaurusGroup.objects.filter(bank_id=bank_id, shared__isnull=False).values("shared_id")
    rows = ThesaurusGroup.objects.filter(Q(bank_id=bank_id) | Q(bank__isnull=True))
    return rows.exclude(pk__in=stood_in).select_related("shared").order_by("id")


def thesaurus_group_get(bank_id: UUID, id: UUID) -> ThesaurusGroup:
    """A group of this bank or a shared one.

    :raises NotFound: no such group here.
    """
    rows = ThesaurusGroup.objects.filter(Q(bank_id=bank_id) | Q(bank__isnull=True)).select_related("shared", "bank")
    group = rows.filter(pk=id).first()
    if group is None:
        raise NotFound()
    return group


def thesaurus_concepts(bank_id: UUID) -> dict[str, tuple[str, ...]]:
    """Concept → its triggers, as they hold in a bank. What stands in for a shared group is the same concept.

    Where a general group holds a form of the bank's own, the bank's meaning counts there too.
    """
    rows = list(thesaurus_of(bank_id).filter(active=True))
    taken = {folded(form) for row in rows if row.source == GroupSource.BANK for form in row.forms}
    concepts = {}
    for row in rows:
        triggers = row.triggers
        if taken and row.source == GroupSource.SUDACHI:
            triggers = tuple(form for form in triggers if folded(form) not in taken)
        if triggers:
            concepts[row.shared.code if row.shared else row.code or str(row.pk)] = triggers
    return concepts


def groups_holding(bank_id: UUID, forms: Iterable[str], *, ignoring: Iterable[UUID]) -> dict[str, list[ThesaurusGroup]]:
    """Form → the active groups of a bank that hold it too, none of `ignoring`; only forms that some group holds."""
    wanted = {form: folded_line(form) for form in forms}
    held = Q()
    for line in wanted.values():
        held |= Q(folded_forms__contains=line)
    if not wanted:
        return {}
    rows = list(thesaurus_of(bank_id).filter(held, active=True).exclude(pk__in=list(ignoring)))
    found = {form: [row for row in rows if line in row.folded_forms] for form, line in wanted.items()}
    return {form: groups for form, groups in found.items() if groups}


def folded_line(form: str) -> str:
    """How a form stands among `folded_forms`."""
    return f"\n{folded(form).strip()}\n"
