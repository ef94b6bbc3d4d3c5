"""How long people wait, in business days, by waits that ended."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentbank.banks.calendar import Calendar
from talentbank.banks.models import BankClosure
from talentbank.statistics.speed import Wait, business_days, quantile, statistics_speed
from tests import factories
from tests.factories import AT, TODAY
from tests.talentbank.matches.steps import move
from tests.talentbank.statistics.histories import match_with, took

MONDAY = date(2026, 10, 5)
FRIDAY, NEXT_MONDAY, NEXT_TUESDAY = date(2026, 10, 9), date(2026, 10, 12), date(2026, 10, 13)
"""12 October 2026 is a public holiday (スポーツの日)."""
days = st.dates(date(2025, 12, 1), date(2026, 6, 1))


def speed(bank, **more):
    return statistics_speed(bank=bank, **{"as_of": TODAY, **more})


def reviewed(bank, submitted: date, *decisions: tuple[str, date]) -> None:
    row = factories.make_professional(bank)
    took(row, "professional", "submit", "draft", "submitted", submitted)
    for action, day in decisions:
        took(row, "professional", action, "submitted", "approved", day)


@given(st.lists(st.tuples(days, days).map(sorted), min_size=1, max_size=8), st.sets(days, max_size=5))
def test_days_of_many_spans_are_those_of_each(spans, closures):
    calendar = Calendar(frozenset(closures))

    assert business_days(spans, calendar) == [calendar.passed(since, until) for since, until in spans]


@given(st.lists(st.integers(0, 50), min_size=1).map(sorted), st.fractions(Fraction(1, 100), 1))
def test_a_quantile_is_the_least_value_that_so_many_do_not_exceed(values, share):
    found = quantile(values, share)

    assert sum(each <= found for each in values) >= share * len(values)
    assert sum(each < found for each in values) < share * len(values)


@pytest.mark.django_db
@pytest.mark.database
def test_a_review_takes_the_business_days_from_submission_to_decision(bank):
    BankClosure.create(at=AT, bank=bank, day=date(2026, 10, 7), reason="停電")
    reviewed(bank, MONDAY, ("approve", MONDAY))  # 0
    reviewed(bank, MONDAY, ("reject", date(2026, 10, 6)))  # 1
    reviewed(bank, MONDAY, ("request-changes", FRIDAY))  # 3: the 7th is closed
    reviewed(bank, FRIDAY, ("approve", NEXT_TUESDAY))  # 1: a weekend and a holiday
    reviewed(bank, MONDAY)  # waits still
    assert speed(bank).review == Wait(4, None, None), "four cases tell of single people"

    reviewed(bank, MONDAY, ("approve", date(2026, 10, 14)), ("approve-changes", TODAY))  # 5

    assert speed(bank).review == Wait(5, 1, 5)
    assert speed(bank, fiscal_year=2025).review == Wait(0, None, None)
    assert speed(bank, as_of=date(2026, 10, 13)).review == Wait(4, None, None)


@pytest.mark.django_db
@pytest.mark.database
def test_days_of_all_years_tell_no_single_case_beside_those_of_one(bank):
    for _ in range(5):
        reviewed(bank, date(2025, 10, 6), ("approve", date(2025, 10, 7)))
    assert speed(bank).review == Wait(5, 1, 1)

    reviewed(bank, MONDAY, ("approve", FRIDAY))

    assert speed(bank, fiscal_year=2025).review == Wait(5, 1, 1)
    assert speed(bank).review == Wait(6, None, None), "the ninth decile would be the single case's 4"

    for _ in range(4):
        reviewed(bank, MONDAY, ("approve", FRIDAY))
    assert speed(bank).review == Wait(10, 1, 4)


@pytest.mark.django_db
@pytest.mark.database
def test_waits_for_proposals_answers_and_contracts_by_hand(bank, organization):
    for extra in range(5):
        need = factories.make_need(organization, headcount=3)
        took(need, "need", "open", "submitted", "open", date(2026, 9, 1))
        took(need, "need", "open", "submitted", "open", MONDAY)
        match_with(
            bank,
            ("create", "prospect", MONDAY),
            ("propose", "awaiting_professional", FRIDAY),
            ("postpone", "postponed", FRIDAY + timedelta(days=4 + extra)),
            ("accept", "awaiting_approval", date(2026, 10, 20)),
            ("approve", "introduced", date(2026, 10, 20)),
            ("confirm", "contracted", date(2026, 10, 21)),
            need=need,
            made_on=date(2026, 10, 21),
        )
        match_with(bank, ("create", "awaiting_organization", date(2026, 10, 19)), need=need, origin="apply")

    found = speed(bank)

    assert found.first_proposal == Wait(5, 25, 25), "once a need: its first opening and its first match"
    assert found.first_answer == Wait(5, 3, 4), "1, 2, 3, 4, 4: the 17th is a Saturday; nobody answered the others"
    assert found.contract == Wait(5, 1, 1)
    assert found.opening_to_contract == Wait(5, 11, 11), "of the round in which the match began"


@pytest.mark.django_db
@pytest.mark.database
def test_an_answer_that_was_undone_is_none(bank, organization):
    for _ in range(5):
        pro = factories.make_professional(bank)
        match = factories.make_match(factories.make_need(organization), pro, "awaiting_professional")
        move(match, "accept", pro.user)
    assert speed(bank).first_answer == Wait(5, 0, 0)

    move(match, "undo", pro.user)

    assert speed(bank).first_answer == Wait(4, None, None)


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow(bank, django_assert_num_queries):
    for _ in range(3):
        reviewed(bank, MONDAY, ("approve", FRIDAY))
        match_with(bank, ("create", "prospect", MONDAY), ("propose", "awaiting_professional", FRIDAY))

    with django_assert_num_queries(5):
        speed(bank)
