"""What sides say, what comes back, what ends early."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from talentbank.statistics.quality import Quality, Satisfaction, statistics_quality
from tests import factories
from tests.factories import AT, TODAY
from tests.talentbank.matches.steps import move

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def quality(bank, **more) -> Quality:
    return statistics_quality(bank=bank, **{"as_of": TODAY, **more})


def ended(bank, *, days_ago: int = 0, state: str = "completed", **fields):
    at = AT - timedelta(days=days_ago)
    need = factories.make_need(factories.make_organization(bank))
    values = {"ended_on": TODAY - timedelta(days=days_ago), "ended_at": at, "made_on": date(2026, 6, 1)}
    return factories.make_match(need, factories.make_professional(bank), state, **{**values, **fields})


def evaluated(match, **scores: int) -> None:
    """Scores by side; whoever gives 4 or 5 would do it again."""
    for side, score in scores.items():
        match.evaluations.create(
            side=side,
            score=score,
            would_repeat=score > 3,
            outcome="reached",
            channel="web",
            created_at=AT,
            updated_at=AT,
        )


def test_satisfaction_is_the_mean_of_each_side_from_five_evaluations_on(bank):
    for score in (5, 4, 4, 2):
        evaluated(ended(bank), professional=score, organization=5)
    assert quality(bank).satisfaction["professional"] == Satisfaction(4, None, None)

    evaluated(ended(bank), professional=5, organization=1)

    found = quality(bank).satisfaction
    assert found == {"professional": Satisfaction(5, 4.0, 0.8), "organization": Satisfaction(5, 4.2, 0.8)}
    assert quality(bank, fiscal_year=2025).satisfaction["professional"] == Satisfaction(0, None, None)


def test_the_mean_of_all_years_tells_no_single_evaluation_beside_that_of_one(bank):
    for score in (5, 5, 5, 4, 4):
        evaluated(ended(bank, days_ago=800), professional=score)
    assert quality(bank).satisfaction["professional"] == Satisfaction(5, 4.6, 1.0)

    evaluated(ended(bank, days_ago=20), professional=3)

    assert quality(bank, fiscal_year=2024).satisfaction["professional"] == Satisfaction(5, 4.6, 1.0)
    assert quality(bank).satisfaction["professional"] == Satisfaction(6, None, None), "26 of 6 less 23 of 5 is the 3"

    for score in (1, 2, 3, 3):
        evaluated(ended(bank, days_ago=400), professional=score)
    assert quality(bank).satisfaction["professional"] == Satisfaction(10, 3.5, 0.5), "five in two hidden years"


def test_an_early_end_of_a_year_does_not_follow_from_all_years(bank):
    def ends(days_ago: int, by: str, many: int) -> None:
        for _ in range(many):
            early = {"closed_reason": "terminated", "closed_by": by, "reason_codes": ["terms"]}
            ended(bank, days_ago=days_ago, state="closed", **early)

    ends(800, "professional", 5)
    ends(800, "organization", 5)
    ends(20, "organization", 1)

    assert quality(bank, fiscal_year=2024).early_ends.by["organization"] == 5
    assert set(quality(bank).early_ends.by.values()) == {None}, "6 less the 5 of 2024 is the 1"
    assert quality(bank).early_ends.terminated == 11


def test_an_evaluation_counts_when_both_are_in_or_the_days_have_passed(bank):
    evaluated(ended(bank, days_ago=14), professional=1)  # today is the last day on which the other side may
    assert quality(bank).satisfaction["professional"].evaluations == 0

    evaluated(ended(bank, days_ago=15), professional=1)
    assert quality(bank).satisfaction["professional"].evaluations == 1

    match = ended(bank)
    evaluated(match, professional=1, organization=5)
    assert quality(bank).satisfaction["professional"].evaluations == 2

    match.evaluations.filter(side="organization").update(voided_at=AT)
    assert quality(bank).satisfaction["professional"].evaluations == 1


def test_the_repeat_rate_is_of_the_matches_made(bank):
    assert (quality(bank).matches, quality(bank).repeat_rate) == (0, None)
    for origin in ("prospect", "apply", "invite", "repeat"):
        ended(bank, origin=origin)
    ended(bank, made_on=date(2025, 6, 1))
    ended(bank, state="closed", closed_reason="mistaken")

    found, last_year = quality(bank, fiscal_year=2026), quality(bank, fiscal_year=2025)

    assert (found.matches, found.repeats, found.repeat_rate) == (4, 1, 0.25)
    assert (last_year.matches, last_year.repeats, last_year.repeat_rate) == (1, 0, 0.0)


def test_an_early_end_is_counted_by_whom_and_why(bank, organization, professional):
    owner = factories.owner_of(organization)
    match = factories.make_match(factories.make_need(organization), professional, "active")
    move(match, "terminate", owner, reason_codes=("terms", "timing"))
    for who, count in (("professional", 6), ("coordinator", 2)):
        for _ in range(count):
            ended(bank, state="closed", closed_reason="terminated", closed_by=who, reason_codes=["circumstances"])
    ended(bank)
    ended(bank, state="closed", closed_reason="cancelled", ended_on=None)

    ends = quality(bank).early_ends

    assert (ends.ended, ends.terminated, ends.share) == (10, 9, 0.9)
    assert set(ends.by.values()) == set(ends.reasons.values()) == {None}, "9 are too few to hide one in"
    for _ in range(4):
        ended(bank, state="closed", closed_reason="terminated", closed_by="organization", reason_codes=["terms"])
    ends = quality(bank).early_ends
    assert ends.by == {"professional": None, "organization": 5, "coordinator": None}
    assert {reason: count for reason, count in ends.reasons.items() if count != 0} == {"circumstances": 8, "terms": 5}
    assert quality(bank, fiscal_year=2025).early_ends.share is None


def test_an_end_that_was_undone_is_none(bank, organization, professional):
    owner = factories.owner_of(organization)
    match = factories.make_match(factories.make_need(organization), professional, "active")
    move(match, "terminate", owner)
    assert quality(bank).early_ends.terminated == 1

    for user in (owner, professional.user):
        move(match, "undo", user)

    assert quality(bank).early_ends.terminated == 0
