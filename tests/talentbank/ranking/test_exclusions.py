"""Who is left out of a ranking, who is counted, and who leaves no trace."""

from datetime import date
from uuid import uuid4

import pytest

from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.professionals.models import HoursReservation
from talentbank.ranking.eligibility import eligible
from talentbank.ranking.services import candidates_for_need, candidates_for_professional, pair_write
from tests.factories import AT, make_bank, make_organization
from tests.talentbank.ranking.samples import make_shop_need, make_shopkeeper


@pytest.fixture
def need(organization: Organization) -> Need:
    return make_shop_need(organization)


def for_need(need: Need, **given: object):
    return candidates_for_need(**{"need": need, "limit": 20, "at": AT, **given})


EXCLUSIONS = [
    ({"referral_status": "paused"}, {"professional_paused": 1}),
    ({"hours_per_week": 3}, {"capacity_insufficient": 1}),
    ({"registration_state": "suspended"}, {}),
    ({"registration_state": "submitted"}, {}),
]


@pytest.mark.parametrize(("fields", "counted"), EXCLUSIONS)
def test_left_out_and_counted(bank, need, fields, counted):
    make_shopkeeper(bank, **fields)

    answer = for_need(need)

    assert (answer.results, answer.excluded, answer.considered) == ((), counted, 0)


@pytest.mark.parametrize(("state", "counted"), [("open", {"pair_open": 1}), ("declined", {"pair_declined": 1})])
def test_who_is_asked_already_or_declined_is_left_out(bank, need, state, counted):
    professional = make_shopkeeper(bank)
    pair_write(need_id=need.pk, professional_id=professional.pk, state=state, round=1, at=AT)

    answer = for_need(need)
    back = candidates_for_professional(professional=professional, limit=20, at=AT)

    assert (answer.results, answer.excluded) == ((), counted)
    assert (back.results, back.excluded) == ((), counted)


def test_an_ended_pair_may_meet_again(bank, need):
    professional = make_shopkeeper(bank)
    pair_write(need_id=need.pk, professional_id=professional.pk, state="ended", round=1, at=AT)

    assert len(for_need(need).results) == 1


def test_reserved_hours_are_left_out(bank, need):
    professional = make_shopkeeper(bank)
    HoursReservation.create(at=AT, professional=professional, match_id=uuid4(), hours_per_week=7)

    assert for_need(need).excluded == {"capacity_insufficient": 1}


def test_an_organization_is_no_candidate_for_itself(bank, need, organization):
    make_shopkeeper(bank, holder_kind="organization", organization=organization)

    assert for_need(need).excluded == {"holder_is_organization": 1}


def test_excluded_pairs_are_listed_on_demand_with_every_reason(bank, need):
    professional = make_shopkeeper(bank, referral_status="paused", hours_per_week=1)

    assert for_need(need).excluded_pairs == ()
    (pair,) = for_need(need, include_excluded=True).excluded_pairs
    assert (pair.need, pair.professional) == (need, professional)
    assert [each.code for each in pair.refusals] == ["professional_paused", "capacity_insufficient"]


ON_SITE = {"place": "on_site", "area": "あかつき市"}
OUT_OF_REACH = [
    (ON_SITE, {"areas": ["となり市"]}, "area_not_reached"),
    ({"place": "mixed", "area": "あかつき市"}, {"areas": ["となり市", "はなれ市"]}, "area_not_reached"),
    (ON_SITE, {"remote": "only"}, "place_of_work_differs"),
    ({"place": "remote"}, {"remote": "no"}, "place_of_work_differs"),
    (
        {"period_start": date(2027, 1, 10), "period_end": date(2027, 2, 10)},
        {"referral_status": "paused", "paused_from": date(2027, 1, 1), "paused_until": date(2027, 3, 1)},
        "away_throughout",
    ),
]


@pytest.mark.parametrize(("asked", "offered", "code"), OUT_OF_REACH)
def test_who_cannot_do_the_work_is_left_out_and_counted_both_ways(bank, organization, asked, offered, code):
    need, professional = make_shop_need(organization, **asked), make_shopkeeper(bank, **offered)

    there = for_need(need)
    back = candidates_for_professional(professional=professional, limit=20, at=AT)

    assert (there.results, there.excluded, there.considered) == ((), {code: 1}, 0)
    assert (back.results, back.excluded, back.considered) == ((), {code: 1}, 0)


UNDECIDED = [
    (ON_SITE, {"areas": [], "remote": ""}),
    (ON_SITE, {"areas": ["駅前の商店街"]}),
    ({"place": "", "area": "あかつき市"}, {"areas": ["となり市"]}),
    ({"place": "remote", "area": "あかつき市"}, {"areas": ["となり市"]}),
    ({"place": "mixed"}, {"remote": "no"}),
    ({"place": "mixed"}, {"remote": "only"}),
    ({"hours_per_week": None}, {"hours_per_week": None}),
    ({"budget_max_yen": 1500, "budget_basis": "hour"}, {"fee_min_yen": 2000}),
    ({"engagement_type": "employment"}, {"engagement_types": ["advice"]}),
    (
        {"period_start": date(2027, 1, 10), "period_end": date(2027, 6, 10)},
        {"referral_status": "paused", "paused_from": date(2027, 1, 1), "paused_until": date(2027, 3, 1)},
    ),
    ({}, {"referral_status": "paused", "paused_from": date(2027, 1, 1)}),
]


@pytest.mark.parametrize(("asked", "offered"), UNDECIDED)
def test_what_is_undecided_or_open_to_talk_leaves_nobody_out(bank, organization, asked, offered):
    need = make_shop_need(organization, **asked)
    make_shopkeeper(bank, **offered)

    assert (for_need(need).considered, for_need(need).excluded) == (1, {})


def test_the_conditions_of_who_is_left_out_say_which_are_hard(bank, organization):
    need = make_shop_need(organization, **ON_SITE, budget_max_yen=1500, budget_basis="hour")
    make_shopkeeper(bank, areas=["となり市"])

    (pair,) = for_need(need, include_excluded=True).excluded_pairs

    assert {fact.kind.value: (fact.status.value, fact.hard) for fact in pair.conditions} == {
        "area": ("unmet", True),
        "remote": ("met", True),
        "fee": ("unmet", False),
        "capacity": ("met", True),
        "engagement_type": ("met", False),
    }


def test_a_coordinator_may_propose_whom_the_place_alone_excludes(bank, organization):
    need, professional = make_shop_need(organization, **ON_SITE), make_shopkeeper(bank, areas=["となり市"])

    assert eligible(need=need, professional=professional, at=AT, creating=True) == []


def test_hiding_leaves_no_trace_in_either_direction(bank, need, organization):
    hidden = make_shopkeeper(bank, hidden_from=[organization.name], referral_status="available", hours_per_week=1)

    answer = for_need(need, include_excluded=True)
    back = candidates_for_professional(professional=hidden, limit=20, at=AT, include_excluded=True)

    assert (answer.results, answer.excluded, answer.excluded_pairs, answer.considered) == ((), {}, (), 0)
    assert (back.results, back.excluded, back.excluded_pairs, back.considered) == ((), {}, (), 0)


def test_another_bank_is_no_candidate(need):
    make_shopkeeper(make_bank())

    assert for_need(need).considered == 0


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"state": "submitted"}, "need_not_open"), ({"accepting": False}, "need_not_accepting")],
)
def test_a_need_that_takes_nobody_says_why(bank, organization, fields, code):
    make_shopkeeper(bank)

    answer = for_need(make_shop_need(organization, **fields))

    assert answer.results == ()
    assert [refusal.code for refusal in answer.refusals] == [code]


def test_a_paused_professional_is_told_so(bank, need):
    answer = candidates_for_professional(professional=make_shopkeeper(bank, referral_status="paused"), limit=20, at=AT)

    assert answer.results == ()
    assert [refusal.code for refusal in answer.refusals] == ["professional_paused"]


def test_needs_that_take_nobody_are_counted_for_a_professional(bank, organization):
    make_shop_need(organization, accepting=False)
    make_shop_need(make_organization(bank, registration_state="suspended"))
    make_shop_need(organization, state="closed")

    answer = candidates_for_professional(professional=make_shopkeeper(bank), limit=20, at=AT)

    assert answer.excluded == {"need_not_accepting": 1, "organization_not_approved": 1}


def test_needs_for_coordinators_only_are_not_shown_to_sides(bank, organization):
    make_shop_need(organization, confidentiality="coordinators")
    professional = make_shopkeeper(bank)

    assert len(candidates_for_professional(professional=professional, limit=20, at=AT).results) == 1
    assert candidates_for_professional(professional=professional, limit=20, at=AT, for_sides=True).results == ()
