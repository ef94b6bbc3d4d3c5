"""What a pair's terms say of each other: facts beside the score, met, unmet or unknown. The hard ones exclude.

Hard is what no talk can change: where somebody goes, how they work, whether they are there at all, and the hours that
they have (`eligibility`). Fee and engagement are what the two sides are brought together to settle, and a budget may
be secret: they are shown. What a side has not said, or what cannot be compared, excludes nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Protocol

from matching import conditions as engine
from talentbank.core.errors import Refusal
from talentbank.needs.models import Need, Place
from talentbank.professionals.models import Professional, Remote
from talentbank.ranking.areas import reaches

ON_SITE = frozenset({Place.ON_SITE.value, Place.MIXED.value})
APART = frozenset({(Place.ON_SITE.value, Remote.ONLY.value), (Place.REMOTE.value, Remote.NO.value)})
"""Ways of working that do not meet. Mixed work is shared out by talking: a helper next door may do all of it there."""


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
    PLACES_NOT_COMPARABLE = "places_not_comparable"


@dataclass(frozen=True, slots=True)
class Condition:
    """One fact. `need_value` and `professional_value` as each side has it, None where it has not said.

    `hard`: whoever it is unmet for is left out of rankings.
    """

    kind: ConditionKind
    status: Status
    reason: Reason
    need_value: Any = None
    professional_value: Any = None
    hard: bool = False


class Offer(Protocol):
    """What the hard conditions read of a professional: the row itself, or its standing."""

    @property
    def areas(self) -> Iterable[str]: ...

    @property
    def remote(self) -> str: ...

    @property
    def paused_from(self) -> date | None: ...

    @property
    def paused_until(self) -> date | None: ...


def work_refusals(need: Need, offer: Offer, *, today: date) -> list[Refusal]:
    """The hard conditions beside the hours that keep this pair out of a ranking; they forbid no match.

    A coordinator who has asked may know better, and proposes all the same.
    """
    found = []
    if need.area and need.place in ON_SITE and reaches(offer.areas, need.area, bank=need.bank) is False:
        found.append(Refusal("area_not_reached", {"area": need.area}))
    if (need.place, offer.remote) in APART:
        found.append(Refusal("place_of_work_differs"))
    if _rests_throughout(need, offer, today):
        found.append(Refusal("away_throughout"))
    return found


def conditions_of(need: Need, professional: Professional, *, left: int, today: date) -> tuple[Condition, ...]:
    """Every fact that the need asks about; `left` is the professional's free hours a week."""
    facts = engine.conditions(_asked(need), _offered(need, professional, left, today))
    away = _rests_throughout(need, professional, today)
    found = [_condition(fact, need, professional, away) for fact in facts]
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


def _offered(need: Need, professional: Professional, left: int, today: date) -> engine.ProfileTerms:
    """`remote` says two things: whether they work from afar, and whether on site."""
    reached = reaches(professional.areas, need.area, bank=need.bank) if need.area else None
    areas = {True: [need.area], False: professional.areas, None: []}[reached]
    rest_from, rest_until = professional.paused_from, professional.paused_until
    ahead = rest_from is not None and rest_from > today
    return engine.ProfileTerms(
        areas=frozenset(areas),
        remote=professional.remote != Remote.NO if professional.remote else None,
        on_site=professional.remote != Remote.ONLY if professional.remote else None,
        capacity_hours=None if professional.hours_per_week is None else max(0, left),
        fee_min_yen=professional.fee_min_yen,
        fee_basis=professional.fee_basis or None,
        available_from=rest_until + timedelta(days=1) if rest_until and rest_until >= today and not ahead else None,
        available_until=rest_from - timedelta(days=1) if rest_from and ahead else None,
    )


def _condition(fact: engine.Condition, need: Need, professional: Professional, away: bool) -> Condition:
    kind = ConditionKind(fact.kind.value)
    offered: Any = fact.profile_value
    asked: Any = fact.need_value
    if kind is ConditionKind.AREA:
        offered = list(professional.areas) or None
    if kind is ConditionKind.REMOTE:
        offered = professional.remote or None
    if kind is ConditionKind.FEE:
        asked = {"max_yen": need.budget_max_yen, "basis": need.budget_basis or None}
        offered = {"min_yen": professional.fee_min_yen, "basis": professional.fee_basis or None}
    hard = {
        ConditionKind.AREA: True,
        ConditionKind.REMOTE: need.place != Place.MIXED,
        ConditionKind.PERIOD: away,
        ConditionKind.CAPACITY: True,
    }.get(kind, False)
    return Condition(kind, _status(fact.met), _reason(kind, fact.met, professional), asked, offered, hard)


def _rests_throughout(need: Need, offer: Offer, today: date) -> bool:
    """Whether a rest that is planned leaves no day of the need's period; a part of it is for the two to talk about."""
    first, last = max(today, need.period_start or today), need.period_end
    rest_from, rest_until = offer.paused_from, offer.paused_until
    if rest_from is None or last is None or first > last:
        return False
    return rest_from <= first and (rest_until is None or last <= rest_until)


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
    if kind is ConditionKind.AREA and professional.areas:
        return Reason.PLACES_NOT_COMPARABLE
    return Reason.PROFESSIONAL_UNDECIDED
