"""Facts beside the score: place, remote, hours, fee, period, capacity. Met, unmet or unknown; none changes a score.

Unknown is not unmet: what nobody has decided yet excludes nobody, and is shown as a question to ask.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Place(StrEnum):
    """Where the work is done."""

    REMOTE = "remote"
    ON_SITE = "on_site"
    MIXED = "mixed"


class ConditionKind(StrEnum):
    """What a condition is about."""

    AREA = "area"
    REMOTE = "remote"
    HOURS = "hours"
    FEE = "fee"
    PERIOD = "period"
    CAPACITY = "capacity"


@dataclass(frozen=True, slots=True)
class NeedTerms:
    """What the need sets; None or empty where it is undecided.

    times : codes of weekly times such as "tue-pm", any of which will do
    hours_per_week : hours asked for
    fee_basis : code of the unit of the budget, such as "hour" or "project"; budgets of different units are not compared
    """

    place: Place | None = None
    area: str | None = None
    times: frozenset[str] = frozenset()
    hours_per_week: float | None = None
    budget_max_yen: int | None = None
    fee_basis: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class ProfileTerms:
    """What the professional offers; None or empty where it is undecided.

    areas : where they go, in the codes of `NeedTerms.area`; of a larger area all codes are given by the caller
    remote, on_site : whether they work so
    capacity_hours : hours a week not yet promised, >= 0
    """

    areas: frozenset[str] = frozenset()
    remote: bool | None = None
    on_site: bool | None = None
    times: frozenset[str] = frozenset()
    capacity_hours: float | None = None
    fee_min_yen: int | None = None
    fee_basis: str | None = None
    available_from: date | None = None
    available_until: date | None = None


Value = str | float | bool | None


@dataclass(frozen=True, slots=True)
class Condition:
    """One fact about a pair. met : None where a side has not said; hard : excludes when unmet."""

    kind: ConditionKind
    met: bool | None
    hard: bool = False
    need_value: Value = None
    profile_value: Value = None

    @property
    def excludes(self) -> bool:
        """True for a hard condition that is known to be unmet."""
        return self.hard and self.met is False


_Verdict = tuple[bool | None, Value, Value]


def conditions(
    need: NeedTerms, profile: ProfileTerms, *, hard: Collection[ConditionKind] = frozenset()
) -> tuple[Condition, ...]:
    """Every fact of the pair in the order of `ConditionKind`; those that the need does not ask for are left out."""
    facts = []
    for kind in ConditionKind:
        verdict = _RULES[kind](need, profile)
        if verdict is not None:
            facts.append(Condition(kind, verdict[0], kind in hard, verdict[1], verdict[2]))
    return tuple(facts)


def eligible(facts: Collection[Condition]) -> bool:
    """Whether no hard condition is unmet."""
    return not any(fact.excludes for fact in facts)


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The hard conditions of one need as a predicate over ids, for `Engine.rank(eligible=...)`.

    An id without terms is not eligible: who is not in `profiles` was left out by the caller on purpose.
    """

    need: NeedTerms
    profiles: Mapping[str, ProfileTerms]
    hard: frozenset[ConditionKind] = field(default_factory=frozenset)

    def __call__(self, id: str) -> bool:
        return id in self.profiles and eligible(conditions(self.need, self.profiles[id], hard=self.hard))

    def excluded(self, id: str) -> tuple[Condition, ...]:
        """The hard conditions that keep this id out; empty where none does."""
        return tuple(fact for fact in conditions(self.need, self.profiles[id], hard=self.hard) if fact.excludes)


def _area(need: NeedTerms, profile: ProfileTerms) -> _Verdict | None:
    """On-site and mixed work only: who works remotely may live anywhere."""
    if need.area is None or need.place is Place.REMOTE:
        return None
    met = need.area in profile.areas if profile.areas else None
    return met, need.area, _joined(profile.areas)


def _remote(need: NeedTerms, profile: ProfileTerms) -> _Verdict | None:
    """Mixed work needs both ways; one refused is enough to be unmet."""
    match need.place:
        case Place.REMOTE:
            return profile.remote, need.place.value, profile.remote
        case Place.ON_SITE:
            return profile.on_site, need.place.value, profile.on_site
        case Place.MIXED:
            ways = {profile.remote, profile.on_site}
            met = False if False in ways else None if None in ways else True
            return met, need.place.value, met
    return None


def _hours(need: NeedTerms, profile: ProfileTerms) -> _Verdict | None:
    if not need.times:
        return None
    met = bool(need.times & profile.times) if profile.times else None
    return met, _joined(need.times), _joined(profile.times)


def _fee(need: NeedTerms, profile: ProfileTerms) -> _Verdict | None:
    """The least fee must fit into the budget; unknown where the units differ."""
    if need.budget_max_yen is None:
        return None
    comparable = profile.fee_min_yen is not None and need.fee_basis == profile.fee_basis
    met = profile.fee_min_yen <= need.budget_max_yen if comparable and profile.fee_min_yen is not None else None
    return met, need.budget_max_yen, profile.fee_min_yen


def _period(need: NeedTerms, profile: ProfileTerms) -> _Verdict | None:
    """The availability must hold the whole period; an open end of the profile is no limit, a silent profile unknown."""
    if need.starts_on is None and need.ends_on is None:
        return None
    first, last = profile.available_from, profile.available_until
    if first is None and last is None:
        met = None
    else:
        late = first is not None and need.starts_on is not None and first > need.starts_on
        short = last is not None and last < (need.ends_on or need.starts_on or last)
        met = not late and not short
    return met, _range(need.starts_on, need.ends_on), _range(first, last)


def _capacity(need: NeedTerms, profile: ProfileTerms) -> _Verdict | None:
    if need.hours_per_week is None:
        return None
    met = None if profile.capacity_hours is None else profile.capacity_hours >= need.hours_per_week
    return met, need.hours_per_week, profile.capacity_hours


_RULES: Mapping[ConditionKind, Callable[[NeedTerms, ProfileTerms], _Verdict | None]] = {
    ConditionKind.AREA: _area,
    ConditionKind.REMOTE: _remote,
    ConditionKind.HOURS: _hours,
    ConditionKind.FEE: _fee,
    ConditionKind.PERIOD: _period,
    ConditionKind.CAPACITY: _capacity,
}


def _joined(codes: frozenset[str]) -> str | None:
    return ", ".join(sorted(codes)) or None


def _range(first: date | None, last: date | None) -> str | None:
    """ISO 8601 interval with ".." for an open end."""
    if first is None and last is None:
        return None
    return f"{first.isoformat() if first else '..'}/{last.isoformat() if last else '..'}"
