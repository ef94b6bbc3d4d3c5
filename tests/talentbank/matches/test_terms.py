"""Terms as data: which set an engagement must state, and whether the days agree."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentbank.core.errors import InvalidInput
from talentbank.core.japanese import wareki
from talentbank.matches.models import Terms
from talentbank.matches.rules import rules_all, rules_of, rules_on
from talentbank.matches.terms import freelance_act_applies, is_long, months_after, terms_check, terms_missing, terms_set
from tests import factories
from tests.factories import TODAY
from tests.talentbank.matches.steps import refusal_codes

RULES = rules_on(TODAY)


def errors(content) -> list[tuple[str, str]]:
    try:
        terms_check(content, RULES, TODAY)
    except InvalidInput as error:
        return [(each.pointer, each.code) for each in error.errors]
    return []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("engagement", "has_employees", "kind", "name"),
    [
        ("quasi_mandate", False, "talent_bank", "freelance_act"),
        ("quasi_mandate", None, "talent_bank", "freelance_act"),
        ("quasi_mandate", True, "talent_bank", "ordinary"),
        ("work_contract", False, "talent_bank", "freelance_act"),
        ("honorarium", True, "talent_bank", "ordinary"),
        ("unpaid", False, "talent_bank", "unpaid"),
        ("quasi_mandate", False, "dispatch", "unpaid"),
        ("employment", False, "talent_bank", "employment"),
    ],
)
def test_each_engagement_has_its_set(engagement, has_employees, kind, name):
    bank = factories.make_bank(kind=kind)
    need = factories.make_need(factories.make_organization(bank), engagement_type=engagement)
    professional = factories.make_professional(bank, has_employees=has_employees)

    assert terms_set(RULES, need, professional).name == name
    assert freelance_act_applies(need, professional) == (
        has_employees is not True and engagement not in {"unpaid", "employment"}
    )


@pytest.mark.django_db
def test_an_item_is_stated_or_named_as_undecided(need, professional):
    content = factories.complete_terms()
    del content["fee_yen"], content["place"]
    content["undecided"] = [{"item": "fee_yen", "reason": "見積り中", "decide_by": "2026-12-01"}]

    assert terms_missing(Terms(content=content, rules_version=RULES.version), need, professional) == ["place"]


@pytest.mark.parametrize("days", [-1, 0, 59, 60, 61, 400])
def test_payment_comes_within_60_days_of_receipt(days):
    received = date(2026, 11, 30)
    content = {"received_on": str(received), "payment_on": str(received + timedelta(days=days))}

    assert errors(content) == ([] if days <= 60 else [("/content/payment_on", "payment_too_late")])


@pytest.mark.parametrize("days", [0, 30, 31])
def test_payment_of_work_commissioned_on_follows_the_prime_contractor_within_30_days(days):
    prime = date(2027, 1, 31)
    content = {
        "received_on": "2026-10-01",
        "payment_on": str(prime + timedelta(days=days)),
        "recommission": {"prime_contractor": "あかつき建設", "prime_payment_on": str(prime)},
    }

    assert errors(content) == ([] if days <= 30 else [("/content/payment_on", "payment_too_late")])


def test_days_that_cannot_stand_beside_each_other_are_all_named():
    content = {
        "starts_on": "2026-12-02",
        "ends_on": "2026-12-01",
        "received_on": "2026-12-05",
        "inspection_on": "2026-12-04",
    }

    assert errors(content) == [("/content/ends_on", "before_start"), ("/content/inspection_on", "before_receipt")]


@pytest.mark.parametrize(
    ("start", "end", "long"),
    [
        ("2026-04-01", "2026-09-30", True),
        ("2026-04-01", "2026-09-29", False),
        ("2026-08-31", "2027-02-27", True),
        ("2026-08-31", "2027-02-26", False),
        ("2026-04-01", "", False),
    ],
)
def test_six_months_are_six_months_of_the_calendar(start, end, long):
    assert is_long({"starts_on": start, "ends_on": end}, RULES) is long


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 36))
def test_months_after_stays_in_the_month(day, months):
    later = months_after(day, months)

    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).month != later.month


def test_every_set_asks_for_items_that_exist_and_versions_are_named_by_their_day():
    for rules in rules_all():
        assert rules.version == str(rules.valid_from)
        assert all(item in rules.items for each in rules.sets.values() for item in each.required)
    assert rules_of("") == rules_all()[0] and rules_on(date(2020, 1, 1)) == rules_all()[0]


@pytest.mark.django_db
def test_terms_that_were_altered_behind_the_record_are_not_confirmed(need, professional):
    match = factories.make_match(need, professional, "negotiating")
    terms = factories.make_terms(match)
    Terms.objects.filter(pk=terms.pk).update(content={**terms.content, "fee_yen": 1})

    assert refusal_codes(match, "confirm", professional.user) == ["terms_altered"]


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ("2026-11-23", "令和8年11月23日（2026年）"),
        ("2019-05-01", "令和元年5月1日（2019年）"),
        ("2019-04-30", "平成31年4月30日（2019年）"),
        ("1989-01-07", "昭和64年1月7日（1989年）"),
    ],
)
def test_days_are_written_in_the_eras_years(day, text):
    assert wareki(date.fromisoformat(day)) == text
