"""Business days: weekends, public holidays, the new year, a bank's own closures."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentbank.banks.calendar import Calendar, calendar_of
from talentbank.banks.models import BankClosure
from tests import factories
from tests.factories import AT

PLAIN = Calendar()


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        ("2026-11-02", True),
        ("2026-11-01", False),  # Sunday
        ("2026-11-07", False),  # Saturday
        ("2026-11-03", False),  # 文化の日
        ("2027-03-22", False),  # substitute for 春分の日 on a Sunday
        ("2026-09-22", False),  # between two holidays (国民の休日)
        ("2026-12-29", False),
        ("2027-01-03", False),
        ("2027-01-04", True),
        ("2026-12-28", True),
    ],
)
def test_which_days_count(day, counts):
    assert PLAIN.is_business_day(date.fromisoformat(day)) is counts


@pytest.mark.parametrize(
    ("since", "count", "day"),
    [
        ("2027-04-28", 1, "2027-04-30"),  # 29 April is 昭和の日
        ("2027-04-30", 1, "2027-05-06"),  # Golden Week
        ("2026-12-28", 1, "2027-01-04"),
        ("2026-11-06", 3, "2026-11-11"),
        ("2026-11-07", 0, "2026-11-07"),
    ],
)
def test_the_nth_business_day_after(since, count, day):
    assert PLAIN.after(date.fromisoformat(since), count) == date.fromisoformat(day)


@given(st.dates(date(2022, 1, 1), date(2032, 12, 31)), st.integers(1, 40))
def test_after_and_passed_agree(day, count):
    end = PLAIN.after(day, count)

    assert PLAIN.is_business_day(end)
    assert PLAIN.passed(day, end) == count and PLAIN.passed(day, end - timedelta(days=1)) == count - 1


@pytest.mark.django_db
def test_a_banks_own_closure_counts_for_that_bank_alone():
    closed, other = factories.make_bank(), factories.make_bank()
    BankClosure.create(at=AT, bank=closed, day=date(2026, 11, 4), reason="設備点検")

    assert calendar_of(closed.pk).after(date(2026, 11, 2), 1) == date(2026, 11, 5)
    assert calendar_of(other.pk).after(date(2026, 11, 2), 1) == date(2026, 11, 4)
