"""What a pair's terms say of each other: facts beside the score, met, unmet or unknown. None of them excludes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from matching import conditions as engine
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional, Remote


class Status(StrEnum):
    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class ConditionKind(StrEnum):
    """The engine's kinds, and one of the domain's own. `capacity` is hours a week."""

    AREA = "area"
    REMOTE = "remote"
    FEE = "fee"
    PERIOD = "period"
    CAPACITY = "capacity"
    ENGAGEMENT_TYPE = "engagement_type"


class Reason(StrEnum):
    """Why it stands so; the catalogue has the words."""

    FITS = "fits"
    DOES_NOT_FIT = "does_not_fit"
    PROFESSIONAL_UNDECIDED = "professional_undecided"
    UNITS_DIFFER = "units_differ"


@dataclass(frozen=True, slots=True)
class Condition:
    """One fact. `need_value` and `professional_value` as each side has it, None where it has not said."""

    kind: ConditionKind
    status: Status
    reason: Reason
    need_value: Any = None
    professional_value: Any = None


def conditions_of(need: Need, professional: Professional, *, left: int, today: date) -> tuple[Condition, ...]:
    """Every fact that the need asks about; `left` is the professional's free hours a week."""
    facts = engine.conditions(_asked(need), _offered(professional, left, today))
    found = [_condition(fact, need, professional) for fact in facts]
    if need.engagement_type:
        found.append(_engagement(need, professional))
    return tuple(found)


def _asked(need: Need) -> engine.NeedTerms:
    return engine.NeedTerms(
        place=engine.Place(need.place) if need.place else None,
        area=need.area or None,
        hours_per_week=need.hours_per_week,
        budget_max_yen=need.budget_max_yen,
        fee_basis=need.budget_basis or None,
        starts_on=need.period_start,
        ends_on=need.period_end,
    )


def _offered(professional: Professional, left: int, today: date) -> engine.ProfileTerms:
    """`remote` says two things: whether they work from afar, and whether on site."""
    rest_from, rest_until = professional.paused_from, professional.paused_until
    ahead = rest_from is not None and rest_from > today
    return engine.ProfileTerms(
        areas=frozenset(professional.areas),
        remote=professional.remote != Remote.NO if professional.remote else None,
        on_site=professional.remote != Remote.ONLY if professional.remote else None,
        capacity_hours=None if professional.hours_per_week is None else max(0, left),
        fee_min_yen=professional.fee_min_yen,
        fee_basis=professional.fee_basis or None,
        available_from=rest_until + timedelta(days=1) if rest_until and rest_until >= today and not ahead else None,
        available_until=rest_from - timedelta(days=1) if rest_from and ahead else None,
    )


def _condition(fact: engine.Condition, need: Need, professional: Professional) -> Condition:
    kind = ConditionKind(fact.kind.value)
    offered: Any = fact.profile_value
    asked: Any = fact.need_value
    if kind is ConditionKind.REMOTE:
        offered = professional.remote or None
    if kind is ConditionKind.FEE:
        asked = {"max_yen": need.budget_max_yen, "basis": need.budget_basis or None}
        offered = {"min_yen": professional.fee_min_yen, "basis": professional.fee_basis or None}
    return Condition(kind, _status(fact.met), _reason(kind, fact.met, professional), asked, offered)


def _engagement(need: Need, professional: Professional) -> Condition:
    offered = sorted(professional.engagement_types)
    met = need.engagement_type in offered if offered else None
    reason = _reason(ConditionKind.ENGAGEMENT_TYPE, met, professional)
    return Condition(ConditionKind.ENGAGEMENT_TYPE, _status(met), reason, need.engagement_type, offered or None)


def _status(met: bool | None) -> Status:
    return Status.UNKNOWN if met is None else Status.MET if met else Status.UNMET


def _reason(kind: ConditionKind, met: bool | None, professional: Professional) -> Reason:
    if met is not None:
        return Reason.FITS if met else Reason.DOES_NOT_FIT
    if kind is ConditionKind.FEE and professional.fee_min_yen is not None:
        return Reason.UNITS_DIFFER
    return Reason.PROFESSIONAL_UNDECIDED
