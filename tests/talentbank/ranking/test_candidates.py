"""Candidates both ways: order, exclusions, facts, reasons."""

from math import fsum
from uuid import uuid4

import pytest

from talentbank.banks.models import Bank
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.professionals.models import HoursReservation, Professional
from talentbank.ranking.candidates import Gap, Strength, strength_of
from talentbank.ranking.conditions import Status
from talentbank.ranking.services import (
    candidates_for_need,
    candidates_for_professional,
    cards_of,
    pair_snapshot,
    pair_write,
)
from tests.factories import AT, make_bank, make_need, make_organization, make_problem, make_professional
from tests.talentbank.ranking.samples import EMPTY, edit, make_bookkeeper, make_shop_need, make_shopkeeper


@pytest.fixture
def need(organization: Organization) -> Need:
    return make_shop_need(organization)


def for_need(need: Need, **given: object):
    return candidates_for_need(**{"need": need, "limit": 20, "at": AT, **given})


def names(answer) -> list[str]:
    return [each.professional.name for each in answer.results]


def test_who_fits_comes_first(bank, need):
    make_bookkeeper(bank, name="会計さん")
    make_shopkeeper(bank, name="通販さん")

    answer = for_need(need)

    assert names(answer) == ["通販さん", "会計さん"]
    assert answer.results[0].ranked.score > answer.results[1].ranked.score > 0
    assert (answer.considered, answer.excluded, answer.refusals) == (2, {}, ())


def test_the_limit_cuts_the_tail(bank, need):
    make_bookkeeper(bank)
    make_shopkeeper(bank, name="通販さん")

    assert names(for_need(need, limit=1)) == ["通販さん"]


def test_contributions_sum_to_the_score_and_parts_too(bank, need):
    make_shopkeeper(bank)
    make_bookkeeper(bank)

    for each in for_need(need).results:
        rows = each.ranked.contributions
        assert fsum(row.value for row in rows) == pytest.approx(each.ranked.score, abs=1e-9)
        assert fsum(each.ranked.parts.values()) == pytest.approx(each.ranked.score, abs=1e-9)


def test_both_directions_and_the_snapshot_give_a_pair_one_score(bank, need):
    professional = make_shopkeeper(bank)
    make_bookkeeper(bank)
    make_need(make_organization(bank), title="請求書を電子化したい", own_words="紙の請求書をやめたい。")

    there = {each.professional.pk: each.ranked.score for each in for_need(need).results}
    answer = candidates_for_professional(professional=professional, limit=20, at=AT)
    back = {each.need.pk: each.ranked.score for each in answer.results}
    snapshot = pair_snapshot(need=need, professional=professional, at=AT)

    assert there[professional.pk] == back[need.pk] == snapshot["score"]
    assert snapshot["model_version"] == answer.model_version
    assert fsum(row["contribution"] for row in snapshot["reasons"]) == pytest.approx(snapshot["score"], abs=1e-9)


def test_a_changed_profile_ranks_anew_in_the_next_call(bank, need):
    professional = make_bookkeeper(bank)
    before = for_need(need)

    edit(professional, headline="ECサイトの構築と運用", summary="インターネットの通信販売を始める店を手伝います。")
    after = for_need(need)

    assert after.results[0].ranked.score > before.results[0].ranked.score
    assert after.revision == before.revision + 1


def test_an_empty_profile_is_insufficient_data_and_comes_last(bank, need):
    make_professional(bank, **EMPTY, name="白紙さん")
    make_shopkeeper(bank, name="通販さん")

    answer = for_need(need)

    assert names(answer) == ["通販さん", "白紙さん"]
    empty = answer.results[1]
    assert (empty.ranked.score, empty.ranked.insufficient_data, empty.strength) == (None, True, None)
    assert for_need(need, limit=1).results[0].professional.name == "通販さん"


def test_a_professional_without_words_gets_no_needs_and_is_told_why(bank, need):
    answer = candidates_for_professional(professional=make_professional(bank, **EMPTY), limit=20, at=AT)

    assert (answer.results, answer.insufficient_data) == ((), True)


def test_a_need_of_signs_alone_ranks_nobody(bank, organization):
    make_shopkeeper(bank)

    answer = for_need(make_need(organization, title="", own_words="🙏"))

    assert (answer.results, answer.insufficient_data) == ((), True)


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
    assert pair.id == professional.pk
    assert [each.code for each in pair.refusals] == ["professional_paused", "capacity_insufficient"]


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


def set_policy(bank: Bank, value: str) -> None:
    bank.policy_json = {"residents_first": value}
    bank.save()


def test_residents_win_a_tie_only(bank, need):
    set_policy(bank, "tie_break")
    make_shopkeeper(bank, name="県外", residency="other")
    make_shopkeeper(bank, name="市内", residency="city")
    make_shopkeeper(bank, name="県外達人", residency="other", summary="ネットショップを始めたい方の通信販売。")

    answer = for_need(need)

    assert names(answer) == ["県外達人", "市内", "県外"]
    assert answer.residents_first == "tie_break"


def test_a_tie_is_broken_before_the_limit_cuts(bank, need):
    for number in range(3):
        make_shopkeeper(bank, name=f"県外{number}", residency="other")
    make_shopkeeper(bank, name="市内", residency="city")

    assert names(for_need(need, limit=1)) == ["市内"]


def test_residents_stand_before_all_others_where_the_bank_groups_them(bank, need):
    set_policy(bank, "group")
    make_shopkeeper(bank, name="県外", residency="other")
    make_bookkeeper(bank, name="市内", residency="city")

    assert names(for_need(need)) == ["市内", "県外"]


def test_residence_counts_nothing_where_it_is_off(bank, need):
    set_policy(bank, "off")
    make_shopkeeper(bank, name="県外", residency="other")
    make_shopkeeper(bank, name="市内", residency="city")

    assert names(for_need(need)) == ["県外", "市内"]


def test_sides_get_cards_and_ties_are_broken_by_card(bank, need):
    set_policy(bank, "off")
    for _ in range(6):
        make_shopkeeper(bank)

    shown = [each.card_id for each in for_need(need, for_sides=True, limit=4).results]
    known = sorted(cards_of(need_id=need.pk, professional_ids=bank_ids(bank)).values(), key=str)

    assert shown == known[:4]
    assert for_need(need).results[0].card_id is None


def bank_ids(bank: Bank) -> list:
    return list(Professional.objects.filter(bank=bank).values_list("pk", flat=True))


def test_reserves_of_an_earlier_round_come_first_for_staff_alone(bank, need):
    make_shopkeeper(bank, name="通販さん")
    reserve = make_bookkeeper(bank, name="控え")
    pair_write(need_id=need.pk, professional_id=reserve.pk, state="reserve", round=1, at=AT)

    assert names(for_need(need)) == ["控え", "通販さん"]
    assert names(for_need(need, for_sides=True)) == ["通販さん", "控え"]


def test_missing_names_required_skills_without_claim_or_evidence(bank, need):
    make_shopkeeper(bank, skills=[{"skill": "ec-site", "level": 3, "evidence": ""}], name="証拠なし")
    make_bookkeeper(bank, name="記載なし")
    make_shopkeeper(bank, name="証拠あり")

    gaps = {each.professional.name: [(gap.code, gap.gap) for gap in each.missing] for each in for_need(need).results}

    assert gaps == {"証拠なし": [("ec-site", Gap.NO_EVIDENCE)], "記載なし": [("ec-site", Gap.NO_CLAIM)], "証拠あり": []}


def test_conditions_are_facts_with_values_and_do_not_exclude(bank, organization):
    need = make_shop_need(
        organization,
        place="on_site",
        area="あかつき市",
        budget_max_yen=1500,
        budget_basis="hour",
        engagement_type="advice",
    )
    make_shopkeeper(bank, remote="", areas=["となり市"], engagement_types=["advice"])

    facts = {each.kind.value: each for each in for_need(need).results[0].conditions}

    assert {kind: fact.status.value for kind, fact in facts.items()} == {
        "area": "unmet",
        "remote": "unknown",
        "fee": "unmet",
        "capacity": "met",
        "engagement_type": "met",
    }
    assert facts["fee"].professional_value == {"min_yen": 2000, "basis": "hour"}
    assert facts["fee"].status is Status.UNMET


@pytest.mark.parametrize(("score", "strength"), [(0.35, Strength.STRONG), (0.15, Strength.FAIR), (0.1, Strength.WEAK)])
def test_strength_puts_a_score_in_words(score, strength):
    assert strength_of(score) is strength


def test_a_problem_named_by_the_need_finds_who_claims_its_skill(bank, organization):
    make_problem("通販を広げたい", skills=("ec-site",))
    need = make_need(organization, title="相談", own_words="困っています。", problems=["通販を広げたい"])
    make_shopkeeper(bank, name="通販さん")

    assert names(for_need(need)) == ["通販さん"]
