"""Candidates both ways: order, facts, reasons."""

from math import fsum

import pytest

from talentbank.banks.models import Bank
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.professionals.models import Professional
from talentbank.professionals.services import professional_update
from talentbank.ranking.candidates import Gap, Strength, strength_of
from talentbank.ranking.conditions import Reason, Status
from talentbank.ranking.scored_pairs import pair_score
from talentbank.ranking.services import (
    candidates_for_need,
    candidates_for_professional,
    cards_of,
    pair_write,
)
from tests.factories import AT, actor, make_need, make_organization, make_problem, make_professional
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
    snapshot = pair_score(need=need, professional=professional, at=AT).snapshot

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


@pytest.mark.parametrize("profile", [{"headline": "庭木の剪定", "summary": "造園。", "skills": []}, EMPTY])
def test_a_reserve_is_listed_first_even_with_nothing_in_common(bank, need, profile):
    make_shopkeeper(bank, name="通販さん")
    reserve = make_bookkeeper(bank, name="控え", **profile)
    make_bookkeeper(bank, name="無縁", **profile)
    pair_write(need_id=need.pk, professional_id=reserve.pk, state="reserve", round=1, at=AT)

    assert names(for_need(need))[:2] == ["控え", "通販さん"]
    assert [each.is_reserve for each in for_need(need).results[:2]] == [True, False]
    assert names(for_need(need, limit=1)) == ["控え"]


def test_missing_names_required_skills_without_claim_or_evidence(bank, need):
    make_shopkeeper(bank, skills=[{"skill": "ec-site", "level": 3, "evidence": ""}], name="証拠なし")
    make_bookkeeper(bank, name="記載なし")
    make_shopkeeper(bank, name="証拠あり")

    gaps = {each.professional.name: [(gap.code, gap.gap) for gap in each.missing] for each in for_need(need).results}

    assert gaps == {"証拠なし": [("ec-site", Gap.NO_EVIDENCE)], "記載なし": [("ec-site", Gap.NO_CLAIM)], "証拠あり": []}


def test_soft_conditions_are_facts_with_values_and_do_not_exclude(bank, organization):
    need = make_shop_need(
        organization,
        place="on_site",
        area="あかつき市",
        budget_max_yen=1500,
        budget_basis="hour",
        engagement_type="advice",
    )
    make_shopkeeper(bank, remote="", areas=["駅前"], engagement_types=["advice"])

    facts = {each.kind.value: each for each in for_need(need).results[0].conditions}

    assert {kind: fact.status.value for kind, fact in facts.items()} == {
        "area": "unknown",
        "remote": "unknown",
        "fee": "unmet",
        "capacity": "met",
        "engagement_type": "met",
    }
    assert facts["fee"].professional_value == {"min_yen": 2000, "basis": "hour"}
    assert facts["fee"].status is Status.UNMET
    assert (facts["area"].reason, facts["area"].professional_value) == (Reason.PLACES_NOT_COMPARABLE, ["駅前"])


@pytest.mark.parametrize(
    ("score", "strength"), [(0.064, Strength.STRONG), (0.034, Strength.FAIR), (0.033, Strength.WEAK)]
)
def test_strength_puts_a_score_in_words(score, strength):
    assert strength_of(score) is strength


def test_a_problem_named_by_the_need_finds_who_claims_its_skill(bank, organization):
    make_problem("通販を広げたい", skills=("ec-site",))
    need = make_need(organization, title="相談", own_words="困っています。", problems=["通販を広げたい"])
    make_shopkeeper(bank, name="通販さん")

    assert names(for_need(need)) == ["通販さん"]


def test_an_edit_through_the_service_ranks_anew(bank, need):
    professional = make_bookkeeper(bank)
    before = for_need(need).results[0].ranked.score

    professional_update(
        actor=actor(professional.user),
        professional_id=professional.pk,
        expected_version=professional.version,
        changes={"headline": "ECサイトの構築と運用"},
        on_behalf=None,
        at=AT,
    )

    assert for_need(need).results[0].ranked.score > before
