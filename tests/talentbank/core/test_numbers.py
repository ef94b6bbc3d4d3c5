"""Check digits, references and the clock: numbers that people read out over the phone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from talentbank.core.checkdigits import is_corporate_number, is_municipality_code
from talentbank.core.clock import day_of, fiscal_year, reiwa_year
from talentbank.core.ids import new_id
from talentbank.core.references import ReferenceKind, reference_next
from tests.factories import AT

BANK = UUID(int=1)


@pytest.mark.parametrize(
    "number",
    ["7000012050002", "8000012010038", "1000020072010", "6000012070001"],
    ids=["National Tax Agency", "Digital Agency", "Fukushima City", "Ministry of Health"],
)
def test_corporate_numbers_of_public_bodies_are_right(number):
    assert is_corporate_number(number)


@pytest.mark.parametrize("position", range(13))
def test_one_wrong_digit_of_a_corporate_number_is_found(position):
    right = "7000012050002"
    wrong = str((int(right[position]) + 1) % 10)

    assert not is_corporate_number(right[:position] + wrong + right[position + 1 :])


@pytest.mark.parametrize(
    "text", ["", "700001205000", "70000120500022", "７０００012050002", "7000012-50002", "٧000012050002"]
)
def test_what_is_no_corporate_number_at_all(text):
    assert not is_corporate_number(text)


@pytest.mark.parametrize(
    "code", ["072010", "131016", "011002", "271004", "473821", "072079"],
    ids=["Fukushima", "Chiyoda", "Sapporo", "Osaka", "Yonaguni", "Sukagawa"],
)  # fmt: skip
def test_municipality_codes_are_right(code):
    assert is_municipality_code(code)


@pytest.mark.parametrize("code", ["072011", "702010", "07201", "0720100", "０72010", "07201x", ""])
def test_wrong_municipality_codes_are_refused(code):
    assert not is_municipality_code(code)


@pytest.mark.django_db
@pytest.mark.database
def test_references_count_per_bank_kind_and_fiscal_year():
    given = [reference_next(BANK, ReferenceKind.REGISTRATION, AT) for _ in range(2)]

    assert given == ["R8-登-0001", "R8-登-0002"]
    assert reference_next(BANK, ReferenceKind.NEED, AT) == "R8-依-0001"
    assert reference_next(UUID(int=2), ReferenceKind.REGISTRATION, AT) == "R8-登-0001"
    assert reference_next(BANK, ReferenceKind.REGISTRATION, datetime(2027, 3, 31, 14, 59, tzinfo=UTC)) == "R8-登-0003"
    assert reference_next(BANK, ReferenceKind.REGISTRATION, datetime(2027, 3, 31, 15, 0, tzinfo=UTC)) == "R9-登-0001"


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2024, 4, 1), 2024), (date(2025, 3, 31), 2024), (date(2024, 3, 31), 2023), (date(2024, 12, 31), 2024)],
)
def test_a_fiscal_year_begins_in_april(day, year):
    assert fiscal_year(day) == year


def test_a_day_is_japans():
    assert day_of(datetime(2026, 11, 1, 14, 59, tzinfo=UTC)) == date(2026, 11, 1)
    assert day_of(datetime(2026, 11, 1, 15, 0, tzinfo=UTC)) == date(2026, 11, 2)
    assert (reiwa_year(2024), reiwa_year(2019)) == (6, 1)


def test_ids_sort_by_the_time_they_were_made():
    ids = [new_id() for _ in range(100)]

    assert ids == sorted(ids) and len(set(ids)) == 100
    made_at = datetime.fromtimestamp((ids[0].int >> 80) / 1000, UTC)
    assert ids[0].version == 7 and abs(datetime.now(UTC) - made_at) < timedelta(minutes=1)
