from datetime import date

import pytest

from matching.conditions import (
    Condition,
    ConditionKind,
    Eligibility,
    NeedTerms,
    Place,
    ProfileTerms,
    conditions,
    eligible,
)

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


@pytest.mark.parametrize(
    ("need", "profile", "kind", "met"),
    [
        (NeedTerms(area="072010"), ProfileTerms(areas=frozenset({"072010"})), ConditionKind.AREA, True),
        (NeedTerms(area="072010"), ProfileTerms(areas=frozenset({"072036"})), ConditionKind.AREA, False),
        (NeedTerms(area="072010"), ProfileTerms(), ConditionKind.AREA, None),
        (NeedTerms(place=Place.REMOTE), ProfileTerms(remote=True), ConditionKind.REMOTE, True),
        (NeedTerms(place=Place.REMOTE), ProfileTerms(remote=False), ConditionKind.REMOTE, False),
        (NeedTerms(place=Place.ON_SITE), ProfileTerms(remote=True), ConditionKind.REMOTE, None),
        (NeedTerms(place=Place.MIXED), ProfileTerms(remote=True, on_site=True), ConditionKind.REMOTE, True),
        (NeedTerms(place=Place.MIXED), ProfileTerms(remote=True), ConditionKind.REMOTE, None),
        (NeedTerms(place=Place.MIXED), ProfileTerms(on_site=False), ConditionKind.REMOTE, False),
        (
            NeedTerms(times=frozenset({"mon-pm", "tue-pm"})),
            ProfileTerms(times=frozenset({"tue-pm"})),
            ConditionKind.HOURS,
            True,
        ),
        (NeedTerms(times=frozenset({"mon-pm"})), ProfileTerms(times=frozenset({"sat"})), ConditionKind.HOURS, False),
        (NeedTerms(times=frozenset({"mon-pm"})), ProfileTerms(), ConditionKind.HOURS, None),
        (
            NeedTerms(budget_max_yen=3000, fee_basis="hour"),
            ProfileTerms(fee_min_yen=3000, fee_basis="hour"),
            ConditionKind.FEE,
            True,
        ),
        (
            NeedTerms(budget_max_yen=3000, fee_basis="hour"),
            ProfileTerms(fee_min_yen=3001, fee_basis="hour"),
            ConditionKind.FEE,
            False,
        ),
        (
            NeedTerms(budget_max_yen=3000, fee_basis="hour"),
            ProfileTerms(fee_min_yen=50_000, fee_basis="project"),
            ConditionKind.FEE,
            None,
        ),
        (NeedTerms(starts_on=JUNE, ends_on=JULY), ProfileTerms(available_from=MAY), ConditionKind.PERIOD, True),
        (NeedTerms(starts_on=MAY), ProfileTerms(available_from=JUNE), ConditionKind.PERIOD, False),
        (NeedTerms(starts_on=MAY, ends_on=JULY), ProfileTerms(available_until=JUNE), ConditionKind.PERIOD, False),
        (NeedTerms(ends_on=JULY), ProfileTerms(), ConditionKind.PERIOD, None),
        (NeedTerms(hours_per_week=4), ProfileTerms(capacity_hours=4), ConditionKind.CAPACITY, True),
        (NeedTerms(hours_per_week=4), ProfileTerms(capacity_hours=0), ConditionKind.CAPACITY, False),
        (NeedTerms(hours_per_week=4), ProfileTerms(), ConditionKind.CAPACITY, None),
    ],
)
def test_a_condition_is_met_unmet_or_unknown(
    need: NeedTerms, profile: ProfileTerms, kind: ConditionKind, met: bool | None
) -> None:
    (fact,) = (fact for fact in conditions(need, profile) if fact.kind is kind)

    assert fact.met is met


def test_what_the_need_leaves_open_is_no_condition() -> None:
    assert conditions(NeedTerms(), ProfileTerms(remote=False, capacity_hours=0)) == ()


def test_remote_work_has_no_area() -> None:
    kinds = [fact.kind for fact in conditions(NeedTerms(place=Place.REMOTE, area="072010"), ProfileTerms())]

    assert kinds == [ConditionKind.REMOTE]


@pytest.mark.parametrize(
    ("met", "hard", "expected"), [(False, True, False), (False, False, True), (None, True, True), (True, True, True)]
)
def test_only_a_hard_condition_known_to_be_unmet_excludes(met: bool | None, hard: bool, expected: bool) -> None:
    assert eligible([Condition(ConditionKind.HOURS, met, hard)]) is expected


def test_eligibility_is_a_predicate_over_ids_that_says_why_not() -> None:
    profiles = {"p1": ProfileTerms(capacity_hours=8), "p2": ProfileTerms(capacity_hours=2)}
    may = Eligibility(NeedTerms(hours_per_week=4), profiles, frozenset({ConditionKind.CAPACITY}))

    assert [id for id in ("p1", "p2", "stranger") if may(id)] == ["p1"]
    assert may.excluded("p1") == ()
    (fact,) = may.excluded("p2")
    assert (fact.kind, fact.need_value, fact.profile_value) == (ConditionKind.CAPACITY, 4, 2)
