"""The fields that people write into a need: checking them, and putting them into the row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from talentbank.core.errors import FieldError, InvalidInput
from talentbank.needs.models import Need, NeedSkill
from talentbank.skills.models import Problem, Skill

TEXTS = (
    "title",
    "own_words",
    "public_summary",
    "background",
    "tools_today",
    "wished_outcome",
    "deliverables",
    "area",
)
CHOICES = ("engagement_type", "budget_basis", "subsidy_use", "place", "confidentiality")
SWITCHES = ("budget_shared", "accepting", "anonymous")
DAYS = ("period_start", "period_end", "deadline")
BOUNDS = {
    "budget_min_yen": (0, 999_999_999),
    "budget_max_yen": (0, 999_999_999),
    "hours_per_week": (1, 168),
    "headcount": (1, 99),
}
"""Whole numbers and what they lie between."""
SCALARS = (*TEXTS, *CHOICES, *SWITCHES, *DAYS, *BOUNDS)
EDITABLE_FIELDS = (*SCALARS, "problems", "skills")
STAFF_ONLY = frozenset({"public_summary"})
"""Written or edited by a coordinator, agreed by the owner."""
ORGANIZATION_ONLY = frozenset({"own_words"})
"""The organization's words: staff write them only on its behalf."""
COLUMNS = {column.name: column for column in Need._meta.fields}
LEVELS = range(1, 5)
SKILL_KEYS = {"skill", "required", "level", "weight"}


@dataclass(frozen=True, slots=True)
class NeedFields:
    """Checked fields, ready to be put into a need. `problems` and `skills` None: left as they are."""

    scalars: dict[str, Any]
    problems: Sequence[Problem] | None = None
    skills: Sequence[NeedSkill] | None = None
    names: frozenset[str] = field(default_factory=frozenset)


def fields_check(given: Mapping[str, Any], need: Need, *, today: date) -> NeedFields:
    """Check what is to be written into `need`.

    :raises InvalidInput: with a pointer for everything that is wrong.
    """
    errors = [FieldError(f"/{name}", "unknown_field") for name in given if name not in EDITABLE_FIELDS]
    scalars = {name: given[name] for name in SCALARS if name in given}
    for name, value in scalars.items():
        errors += _scalar_errors(name, value, need)
    errors += _range_errors(scalars, need)
    deadline = scalars.get("deadline")
    if isinstance(deadline, date) and deadline != need.deadline and deadline < today:
        errors.append(FieldError("/deadline", "in_the_past"))
    problems = _problems(given["problems"], errors) if "problems" in given else None
    skills = _skills(given["skills"], errors) if "skills" in given else None
    if errors:
        raise InvalidInput(errors)
    return NeedFields(scalars, problems, skills, frozenset(given))


def _scalar_errors(name: str, value: Any, need: Need) -> list[FieldError]:
    if value is None and COLUMNS[name].null:
        return []  # undecided, or undecided again
    if name in BOUNDS and value is not None:
        if isinstance(value, bool) or not isinstance(value, int):
            return [FieldError(f"/{name}", "invalid")]
        return _bound_errors(f"/{name}", value, *BOUNDS[name])
    if name in TEXTS and not isinstance(value, str):
        return [FieldError(f"/{name}", "invalid")]
    try:
        COLUMNS[name].clean(value, need)
    except ValidationError as error:
        return [FieldError(f"/{name}", _code(error))]
    return []


def _bound_errors(pointer: str, value: float, low: int, high: int) -> list[FieldError]:
    if value < low:
        return [FieldError(pointer, "min_value", {"minimum": low})]
    return [FieldError(pointer, "max_value", {"maximum": high})] if value > high else []


def _code(error: ValidationError) -> str:
    """The stable code of one of Django's own complaints about a value."""
    codes = {item.code for item in error.error_list}
    return next((code for code in ("blank", "null", "max_length", "invalid_choice") if code in codes), "invalid")


def _range_errors(scalars: Mapping[str, Any], need: Need) -> list[FieldError]:
    errors = []
    for low, high in (("budget_min_yen", "budget_max_yen"), ("period_start", "period_end")):
        first, last = (scalars.get(name, getattr(need, name)) for name in (low, high))
        if first is not None and last is not None and type(first) is type(last) and first > last:
            errors.append(FieldError(f"/{high}", "before_start" if high == "period_end" else "below_minimum"))
    return errors


def _problems(codes: Any, errors: list[FieldError]) -> list[Problem]:
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        errors.append(FieldError("/problems", "invalid"))
        return []
    known = {problem.code: problem for problem in Problem.objects.filter(code__in=codes)}
    errors += [FieldError(f"/problems/{n}", "unknown_problem") for n, code in enumerate(codes) if code not in known]
    errors += [FieldError(f"/problems/{n}", "duplicate_item") for n, code in enumerate(codes) if code in codes[:n]]
    return [known[code] for code in codes if code in known]


def _skills(wishes: Any, errors: list[FieldError]) -> list[NeedSkill]:
    if not isinstance(wishes, list) or not all(isinstance(wish, Mapping) for wish in wishes):
        errors.append(FieldError("/skills", "invalid"))
        return []
    codes = [wish.get("skill") for wish in wishes]
    known = {skill.code: skill for skill in Skill.objects.filter(code__in=[code for code in codes if code])}
    made = []
    for n, wish in enumerate(wishes):
        found = _wish_errors(f"/skills/{n}", wish, known, codes[:n])
        errors += found
        if not found:
            rest = {name: wish[name] for name in ("required", "level", "weight") if name in wish}
            made.append(NeedSkill(skill=known[wish["skill"]], **rest))
    return made


def _wish_errors(
    pointer: str, wish: Mapping[str, Any], known: Mapping[str, Skill], before: list[Any]
) -> list[FieldError]:
    errors = [FieldError(f"{pointer}/{name}", "unknown_field") for name in wish if name not in SKILL_KEYS]
    code, level, weight = wish.get("skill"), wish.get("level"), wish.get("weight", 1.0)
    if code not in known:
        errors.append(FieldError(f"{pointer}/skill", "unknown_skill"))
    elif code in before:
        errors.append(FieldError(f"{pointer}/skill", "duplicate_item"))
    if level is not None and level not in LEVELS:
        errors.append(FieldError(f"{pointer}/level", "invalid"))
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= 1:
        errors.append(FieldError(f"{pointer}/weight", "weight_out_of_range"))
    if not isinstance(wish.get("required", False), bool):
        errors.append(FieldError(f"{pointer}/required", "invalid"))
    return errors


def fields_read(need: Need, names: frozenset[str]) -> dict[str, Any]:
    """The values of some fields as they are, for an event's texts and to see what changes."""
    values: dict[str, Any] = {name: getattr(need, name) for name in SCALARS if name in names}
    if "problems" in names:
        values["problems"] = sorted(need.problems.values_list("code", flat=True))
    if "skills" in names:
        rows = need.skills.order_by("skill__code")
        values["skills"] = [list(row) for row in rows.values_list("skill__code", "required", "level", "weight")]
    return values


def scalars_put(need: Need, fields: NeedFields) -> None:
    """Put the fields of the row itself; a new public summary waits for the owner's agreement again."""
    if fields.scalars.get("public_summary", need.public_summary) != need.public_summary:
        need.summary_agreed_at = None
    for name, value in fields.scalars.items():
        setattr(need, name, value)


def vocabulary_put(need: Need, fields: NeedFields) -> None:
    """Put problems and skills of a saved need."""
    if fields.problems is not None:
        need.problems.set(fields.problems)
    if fields.skills is not None:
        need.skills.all().delete()
        for wish in fields.skills:
            wish.need = need
        NeedSkill.objects.bulk_create(fields.skills)
