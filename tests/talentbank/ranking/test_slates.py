"""A bank's slate: who is proposed where, by which rules, and why a need stays without."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talentbank.banks.models import Bank
from talentbank.core.errors import NotFound
from talentbank.core.models import Event
from talentbank.matches.models import Match
from talentbank.matches.slates import slate_of_bank
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.privacy.models import Consent
from talentbank.ranking import slates
from talentbank.ranking.candidates import Strength
from talentbank.ranking.services import candidates_for_need, pair_write
from talentbank.ranking.slates import Slate, SlateNeed, SlateRules
from tests.factories import AT, make_match, make_need, make_organization, make_professional
from tests.talentbank.ranking.samples import EMPTY, make_bookkeeper, make_shop_need, make_shopkeeper

ANYBODY = {"at_least": Strength.WEAK}


def slate(bank: Bank, *needs: Need, **rules: Any) -> Slate:
    ids = [need.pk for need in needs] or None
    return slate_of_bank(bank=bank, rules=SlateRules(**rules), at=AT, need_ids=ids).slate


def row(found: Slate, need: Need) -> SlateNeed:
    return next(each for each in found.needs if each.need == need)


def people(found: SlateNeed) -> list[str]:
    return [each.candidate.professional.name for each in found.proposals]


def why(found: SlateNeed) -> list[str]:
    return [each.code for each in found.reasons]


@pytest.fixture
def need(organization: Organization) -> Need:
    return make_shop_need(organization)


def make_books_need(organization: Organization, **fields: Any) -> Need:
    return make_need(organization, **{"title": "会計ソフトの導入", "own_words": "請求書と給与計算です。", **fields})


def test_each_need_gets_the_one_who_fits_it(bank, organization, need):
    books = make_books_need(organization)
    make_shopkeeper(bank, name="通販さん")
    make_bookkeeper(bank, name="会計さん")

    found = slate(bank)

    assert (people(row(found, need)), people(row(found, books))) == (["通販さん"], ["会計さん"])
    assert [each.rank for each in row(found, need).proposals] == [1]


def test_whoever_is_alone_in_helping_one_need_is_kept_for_it(bank, organization, need):
    books = make_books_need(organization, hours_per_week=20)
    make_shopkeeper(bank, name="両方さん", summary="会計ソフトの導入と請求書。通信販売。", hours_per_week=20)
    make_bookkeeper(bank, name="会計さん", hours_per_week=4)

    found = slate(bank, **ANYBODY)

    assert (people(row(found, need)), people(row(found, books))) == (["会計さん"], ["両方さん"])
    assert row(found, need).proposals[0].rank == 2


def test_a_proposal_has_the_score_and_the_rank_of_the_candidates(bank, need):
    make_shopkeeper(bank)
    make_bookkeeper(bank)
    listed = candidates_for_need(need=need, limit=20, at=AT).results

    (proposal,) = row(slate(bank), need).proposals

    assert proposal.candidate.ranked == listed[proposal.rank - 1].ranked


def test_every_free_place_gets_its_own_person(bank, organization):
    need = make_shop_need(organization, headcount=3)
    for _ in range(4):
        make_shopkeeper(bank)
    make_match(need, make_shopkeeper(bank), "contracted")

    found = row(slate(bank), need)

    assert (found.places, len(set(people(found))), found.reasons) == (2, 2, ())


def test_nobody_is_proposed_beyond_their_hours(bank, organization):
    needs = [make_shop_need(organization, hours_per_week=4) for _ in range(3)]
    make_shopkeeper(bank, hours_per_week=9)

    found = slate(bank)
    open_still = [row(found, need) for need in needs if not row(found, need).proposals]

    assert found.proposals == 2
    assert [why(each) for each in open_still] == [["candidates_taken"]]
    assert slate(bank, most_per_professional=1).proposals == 1


def test_hours_of_running_matches_are_gone(bank, organization, need):
    busy = make_shopkeeper(bank, hours_per_week=9)
    make_match(make_shop_need(organization, hours_per_week=6), busy, "active")

    found = row(slate(bank), need)

    assert (found.proposals, why(found)) == ((), ["no_candidates"])
    assert (found.considered, found.excluded) == (0, {"capacity_insufficient": 1})


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"referral_status": "paused"}, "professional_paused"),
        ({"hours_per_week": 1}, "capacity_insufficient"),
    ],
)
def test_who_may_not_be_matched_is_not_proposed_and_counted(bank, need, fields, code):
    make_shopkeeper(bank, **fields)

    found = row(slate(bank, **ANYBODY), need)

    assert (found.proposals, why(found), found.excluded) == ((), ["no_candidates"], {code: 1})


def test_who_hides_is_neither_proposed_nor_counted(bank, need, organization):
    make_shopkeeper(bank, hidden_from=[organization.name])

    found = row(slate(bank, **ANYBODY), need)

    assert (found.proposals, found.considered, found.excluded) == ((), 0, {})


@pytest.mark.parametrize(("state", "code"), [("declined", "pair_declined"), ("open", "pair_open")])
def test_pairs_that_are_open_or_were_declined_are_not_proposed(bank, need, state, code):
    pair_write(need_id=need.pk, professional_id=make_shopkeeper(bank).pk, state=state, round=1, at=AT)

    found = row(slate(bank, beside_open=True), need)

    assert (found.proposals, found.excluded) == ((), {code: 1})


def test_a_reserve_comes_first_however_weak(bank, need):
    make_shopkeeper(bank, name="通販さん")
    reserve = make_bookkeeper(bank, name="控え", headline="庭木の剪定", summary="造園。")
    pair_write(need_id=need.pk, professional_id=reserve.pk, state="reserve", round=1, at=AT)

    (proposal,) = row(slate(bank), need).proposals

    assert (proposal.candidate.professional.name, proposal.candidate.is_reserve, proposal.rank) == ("控え", True, 1)


def test_a_prospect_comes_before_everybody_else(bank, need):
    make_shopkeeper(bank)
    prospect = make_bookkeeper(bank, name="検討中")
    make_match(need, prospect, "prospect")

    (proposal,) = row(slate(bank), need).proposals

    assert (proposal.candidate.professional.name, proposal.is_prospect) == ("検討中", True)


def test_a_need_with_a_match_on_the_way_waits_unless_asked_otherwise(bank, need):
    make_match(need, make_shopkeeper(bank), "awaiting_professional")
    make_shopkeeper(bank, name="次の人")

    found = row(slate(bank), need)

    assert (found.places, found.proposals, why(found)) == (0, (), ["proposals_under_way"])
    assert people(row(slate(bank, beside_open=True), need)) == ["次の人"]


def test_no_more_are_on_the_way_than_may_be_introduced(bank, need):
    bank.policy_json = {"introductions_per_place": 1}
    bank.save()
    make_match(need, make_shopkeeper(bank), "awaiting_professional")
    make_shopkeeper(bank)

    assert why(row(slate(bank, beside_open=True), need)) == ["proposals_under_way"]


def test_weaker_candidates_than_asked_for_are_told_of_and_not_proposed(bank, need):
    make_shopkeeper(bank, name="通販さん", skills=[], headline="会計", summary="通信販売の記帳。")

    assert why(row(slate(bank, at_least=Strength.STRONG), need)) == ["candidates_too_weak"]
    assert people(row(slate(bank, **ANYBODY), need)) == ["通販さん"]


def test_an_empty_profile_is_proposed_to_nobody(bank, need):
    make_professional(bank, **EMPTY)

    assert why(row(slate(bank, **ANYBODY), need)) == ["no_candidates"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"accepting": False}, "need_not_accepting"),
        ({"title": "", "own_words": "🙏", "skills": []}, "need_insufficient_data"),
        ({"state": "submitted"}, "need_not_open"),
    ],
)
def test_a_need_that_takes_nobody_says_why(bank, organization, fields, code):
    need = make_shop_need(organization, **fields)
    make_shopkeeper(bank)

    found = row(slate(bank, need), need)

    assert (found.proposals, why(found)) == ((), [code])


def test_an_organization_without_consent_gets_no_proposal(bank, organization, need):
    make_shopkeeper(bank)
    Consent.objects.filter(subject_id=organization.pk, text_kind="matching").update(withdrawn_at=AT)

    assert why(row(slate(bank), need)) == ["consent_withdrawn"]


def test_fewer_candidates_than_places_are_all_proposed(bank, organization):
    need = make_shop_need(organization, headcount=2)
    make_shopkeeper(bank)

    found = row(slate(bank), need)

    assert (len(found.proposals), why(found)) == (1, ["too_few_candidates"])


@pytest.mark.parametrize(("policy", "winner"), [("group", "市内弱"), ("tie_break", "県外強"), ("off", "県外強")])
def test_residents_stand_before_others_only_where_the_bank_groups_them(bank, need, policy, winner):
    bank.policy_json = {"residents_first": policy}
    bank.save()
    make_shopkeeper(bank, name="県外強", residency="other")
    make_bookkeeper(bank, name="市内弱", residency="city")

    found = slate(bank, **ANYBODY)

    assert (people(row(found, need)), found.residents_first) == ([winner], policy)


@pytest.mark.parametrize(("policy", "winner"), [("tie_break", "市内"), ("off", "県外")])
def test_residents_win_ties_where_the_policy_says_so_and_the_lower_id_else(bank, need, policy, winner):
    bank.policy_json = {"residents_first": policy}
    bank.save()
    make_shopkeeper(bank, name="県外", residency="other")
    make_shopkeeper(bank, name="市内", residency="city")

    assert people(row(slate(bank), need)) == [winner]


def test_named_needs_alone_are_filled_and_those_of_another_bank_are_not_there(bank, organization, need, other_bank):
    make_shop_need(organization)
    make_shopkeeper(bank)
    foreign = make_shop_need(make_organization(other_bank))

    assert [each.need for each in slate(bank, need).needs] == [need]
    with pytest.raises(NotFound):
        slate(bank, need, foreign)


def test_the_longest_open_are_served_where_a_slate_is_full(bank, organization, need, monkeypatch):
    monkeypatch.setattr(slates, "MOST_PLACES", 2)
    wide = make_shop_need(organization, headcount=2)
    late = make_shop_need(organization)
    for _ in range(3):
        make_shopkeeper(bank)

    found = slate(bank)

    assert [each.places for each in found.needs] == [1, 1, 0]
    assert (found.proposals, why(row(found, late)), len(row(found, wide).proposals)) == (2, ["slate_full"], 1)


def test_a_slate_is_kept_nowhere(bank, need):
    make_shopkeeper(bank)
    events = Event.objects.count()

    with CaptureQueriesContext(connection) as queries:
        assert slate(bank).proposals == 1

    assert (Match.objects.count(), Event.objects.count()) == (0, events)
    assert [each["sql"] for each in queries if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []
