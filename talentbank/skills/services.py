"""Writing the vocabulary: rows follow the data files; what is in use is never deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from operator import attrgetter
from typing import Any, TypeVar

from django.db import models, transaction

from talentbank.banks.models import Bank
from talentbank.core.revision import revision_bump
from talentbank.skills.files import ProblemRow, SkillRow, Vocabulary
from talentbank.skills.models import Problem, ProblemArea, ProblemSkill, Skill, SkillGroup

RowT = TypeVar("RowT", bound=models.Model)
KeyT = TypeVar("KeyT", bound=Hashable)
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
    group_values = {(row.scheme, row.code): asdict(row) for row in vocabulary.groups}
    groups = _put(SkillGroup, attrgetter("scheme", "code"), group_values, counts["groups"])
    skill_values = {row.code: _skill(row, groups) for row in vocabulary.skills}
    skills = _put(Skill, attrgetter("code"), skill_values, counts["skills"])
    area_values = {row.code: asdict(row) for row in vocabulary.areas}
    areas = _put(ProblemArea, attrgetter("code"), area_values, counts["areas"])
    _put_problems(vocabulary.problems, areas, skills, counts["problems"])
    _remove(Problem.objects.exclude(code__in=[row.code for row in vocabulary.problems]), counts["problems"])
    _remove(Skill.objects.exclude(code__in=list(skills)), counts["skills"])
    _remove(ProblemArea.objects.exclude(code__in=list(areas)), counts["areas"])
    _remove((row for row in SkillGroup.objects.all() if (row.scheme, row.code) not in groups), counts["groups"])
    if any(each.wrote for each in counts.values()):
        indexes_outdate()
    return counts


def indexes_outdate() -> None:
    """This function will have every bank's index read anew at its next use. Called last, for it locks revisions."""
    for bank_id in Bank.objects.order_by("pk").values_list("pk", flat=True):
        revision_bump(bank_id, basis=True)


def _put(
    model: type[RowT],
    key: Callable[[RowT], KeyT],
    wanted: dict[KeyT, dict[str, Any]],
    counts: LoadCounts,
    *,
    otherwise: Collection[KeyT] = (),
) -> dict[KeyT, RowT]:
    """The wanted rows of one kind by their key, each with its values; the others stay as they are.

    otherwise : keys of what changes in more than its own values
    """
    rows = {key(row): row for row in model._default_manager.all()}
    fresh = {each: model(**values) for each, values in wanted.items() if each not in rows}
    model._default_manager.bulk_create(fresh.values())
    counts.created += len(fresh)
    for each in wanted.keys() - fresh.keys():
        changed = [name for name, value in wanted[each].items() if getattr(rows[each], name) != value]
        for name in changed:
            setattr(rows[each], name, wanted[each][name])
        if changed:
            rows[each].save(update_fields=changed)
        counts.changed += bool(changed) or each in otherwise
        counts.unchanged += not changed and each not in otherwise
    return {each: fresh.get(each) or rows[each] for each in wanted}


def _skill(row: SkillRow, groups: dict[tuple[str, str], SkillGroup]) -> dict[str, Any]:
    values = {name: value for name, value in asdict(row).items() if name != "group"}
    lists = {"aliases_ja": list(row.aliases_ja), "aliases_en": list(row.aliases_en)}
    return {**values, **lists, "group_id": groups[row.scheme, row.group].pk}


def _put_problems(
    rows: Sequence[ProblemRow], areas: dict[str, ProblemArea], skills: dict[str, Skill], counts: LoadCounts
) -> None:
    held: dict[str, dict[str, float]] = defaultdict(dict)
    for problem, skill, weight in ProblemSkill.objects.values_list("problem__code", "skill__code", "weight"):
        held[problem][skill] = weight
    weights = {row.code: dict(row.skills) for row in rows if dict(row.skills) != held[row.code]}
    problems = _put(
        Problem, attrgetter("code"), {row.code: _problem(row, areas) for row in rows}, counts, otherwise=weights.keys()
    )
    ProblemSkill.objects.filter(problem__code__in=list(weights)).delete()
    ProblemSkill.objects.bulk_create(
        ProblemSkill(problem=problems[code], skill=skills[skill], weight=weight)
        for code, wanted in weights.items()
        for skill, weight in wanted.items()
    )


def _problem(row: ProblemRow, areas: dict[str, ProblemArea]) -> dict[str, Any]:
    values = {name: value for name, value in asdict(row).items() if name not in ("area", "skills")}
    return {**values, "area_id": areas[row.area].pk}


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
