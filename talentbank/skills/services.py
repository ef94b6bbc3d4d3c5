"""Writing the vocabulary: rows follow the data files; what is in use is never deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from django.db import models, transaction

from talentbank.banks.models import Bank
from talentbank.core.revision import revision_bump
from talentbank.skills.files import ProblemRow, SkillRow, Vocabulary
from talentbank.skills.models import Problem, ProblemArea, ProblemSkill, Skill, SkillGroup

RowT = TypeVar("RowT", bound=models.Model)
OWN = frozenset({ProblemSkill})
"""Relations within the vocabulary itself: they are no use of a row by somebody else."""


@dataclass(slots=True)
class LoadCounts:
    """What a load did to one kind of row. `kept`: no longer in the files, but in use."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    kept: list[str] = field(default_factory=list)

    @property
    def wrote(self) -> bool:
        return bool(self.created or self.changed or self.removed)


@transaction.atomic
def vocabulary_load(*, vocabulary: Vocabulary) -> dict[str, LoadCounts]:
    """This function will bring the rows in line with the data files; a second run changes nothing.

    Rows are found again by code, so names and aliases may change. Rows that left the files are deleted unless
    somebody refers to them; then they stay, and are named in `kept`.
    """
    counts = {name: LoadCounts() for name in ("groups", "skills", "areas", "problems")}
    groups = {(row.scheme, row.code): row for row in SkillGroup.objects.all()}
    for group in vocabulary.groups:
        key = {"scheme": group.scheme, "code": group.code}
        groups[group.scheme, group.code] = _put(SkillGroup, key, asdict(group), counts["groups"])
    skills = {row.code: _put_skill(row, groups[row.scheme, row.group], counts["skills"]) for row in vocabulary.skills}
    areas = {row.code: _put(ProblemArea, {"code": row.code}, asdict(row), counts["areas"]) for row in vocabulary.areas}
    for problem in vocabulary.problems:
        _put_problem(problem, areas[problem.area], skills, counts["problems"])
    _remove(Problem.objects.exclude(code__in=[row.code for row in vocabulary.problems]), counts["problems"])
    _remove(Skill.objects.exclude(code__in=list(skills)), counts["skills"])
    _remove(ProblemArea.objects.exclude(code__in=list(areas)), counts["areas"])
    stated = {(row.scheme, row.code) for row in vocabulary.groups}
    gone = [row.pk for key, row in groups.items() if key not in stated]
    _remove(SkillGroup.objects.filter(pk__in=gone), counts["groups"])
    if any(each.wrote for each in counts.values()):
        indexes_outdate()
    return counts


def indexes_outdate() -> None:
    """This function will have every bank's index read anew at its next use. Called last, for it locks revisions."""
    for bank_id in Bank.objects.order_by("pk").values_list("pk", flat=True):
        revision_bump(bank_id, basis=True)


def _put(model: type[RowT], key: dict[str, Any], values: dict[str, Any], counts: LoadCounts) -> RowT:
    row = model._default_manager.filter(**key).first()
    if row is None:
        counts.created += 1
        return model._default_manager.create(**values)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not changed:
        counts.unchanged += 1
        return row
    for name in changed:
        setattr(row, name, values[name])
    row.save(update_fields=changed)
    counts.changed += 1
    return row


def _put_skill(row: SkillRow, group: SkillGroup, counts: LoadCounts) -> Skill:
    values = {**asdict(row), "group": group, "aliases_ja": list(row.aliases_ja), "aliases_en": list(row.aliases_en)}
    return _put(Skill, {"code": row.code}, values, counts)


def _put_problem(row: ProblemRow, area: ProblemArea, skills: dict[str, Skill], counts: LoadCounts) -> None:
    values = {name: value for name, value in asdict(row).items() if name != "skills"}
    before = counts.unchanged
    problem = _put(Problem, {"code": row.code}, {**values, "area": area}, counts)
    wanted = dict(row.skills)
    held = dict(problem.skill_weights.values_list("skill__code", "weight"))
    if held == wanted:
        return
    if counts.unchanged > before:
        counts.unchanged, counts.changed = before, counts.changed + 1
    problem.skill_weights.all().delete()
    ProblemSkill.objects.bulk_create(
        ProblemSkill(problem=problem, skill=skills[code], weight=weight) for code, weight in wanted.items()
    )


def _remove(rows: Iterable[models.Model], counts: LoadCounts) -> None:
    for row in rows:
        if is_in_use(row):
            counts.kept.append(str(getattr(row, "code", row.pk)))
        else:
            row.delete()
            counts.removed += 1


def is_in_use(row: models.Model) -> bool:
    """Tell whether anything outside the vocabulary's own links refers to a row."""
    for relation in row._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ForeignObjectRel) or isinstance(relation, models.ManyToManyRel):
            continue  # a many-to-many is seen by the rows of its through table
        if relation.related_model in OWN and isinstance(row, Problem):
            continue
        if relation.related_model._default_manager.filter(**{relation.field.name: row}).exists():
            return True
    return False
