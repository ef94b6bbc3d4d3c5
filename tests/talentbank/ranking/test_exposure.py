"""Whom the rankings of a bank show, and whom never."""

import pytest

from talentbank.banks.models import Bank
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.ranking.exposure import TOP, Exposure, exposure_of_bank
from talentbank.ranking.services import candidates_for_need
from tests.factories import AT, make_need, make_professional
from tests.talentbank.ranking.samples import EMPTY, make_bookkeeper, make_shop_need, make_shopkeeper


@pytest.fixture
def need(organization: Organization) -> Need:
    return make_shop_need(organization)


def exposure(bank: Bank, *, named: bool = True) -> Exposure:
    return exposure_of_bank(bank=bank, at=AT, named=named)


def shown(found: Exposure) -> dict[str, int]:
    return {each.professional.name: each.times for each in found.people or ()}


def test_each_is_counted_once_for_every_need_whose_top_it_is_in(bank, organization, need):
    make_shop_need(organization)
    make_shopkeeper(bank, name="二回")
    make_bookkeeper(bank, name="無縁", headline="庭木の剪定", summary="造園。")

    found = exposure(bank)

    assert shown(found) == {"無縁": 0, "二回": 2}
    assert (found.needs, found.needs_without, found.appearances) == (2, 0, 2)
    assert (found.never_shown, found.share_never_shown, found.distribution) == (1, 0.5, [(0, 1), (2, 1)])
    assert (found.gini, found.least_gini, found.least_share_never_shown) == (0.5, 0.0, 0.0)


def test_the_sixth_of_a_ranking_is_not_shown(bank, need):
    for _ in range(TOP):
        make_shopkeeper(bank)
    make_bookkeeper(bank, name="六番目")

    found = exposure(bank)

    assert [each.professional.name for each in candidates_for_need(need=need, limit=9, at=AT).results][TOP] == "六番目"
    assert (shown(found)["六番目"], found.appearances) == (0, TOP)
    assert found.least_share_never_shown == pytest.approx(1 / 6)


def test_the_ranks_are_those_that_coordinators_see(bank, need):
    make_bookkeeper(bank)
    make_shopkeeper(bank)
    seen = candidates_for_need(need=need, limit=TOP, at=AT).results

    ranks = {each.professional.pk: each.best_rank for each in exposure(bank).people or ()}

    assert ranks == {each.professional.pk: rank for rank, each in enumerate(seen, start=1)}


def test_who_cannot_be_shown_is_named_with_the_reason_and_left_out_of_the_shares(bank, need):
    make_shopkeeper(bank, name="通販さん")
    make_shopkeeper(bank, name="休み", referral_status="paused")
    make_professional(bank, **EMPTY, name="白紙")

    found = exposure(bank)

    reasons = {each.professional.name: [why.code for why in each.refusals] for each in found.people or ()}
    assert reasons == {"通販さん": [], "休み": ["professional_paused"], "白紙": ["profile_insufficient_data"]}
    assert (found.approved, len(found.times), found.never_shown) == (3, 1, 0)


def test_needs_that_take_nobody_or_say_nothing_are_not_counted(bank, organization, need):
    make_shopkeeper(bank)
    make_shop_need(organization, accepting=False)
    make_shop_need(organization, state="submitted")
    make_need(organization, title="", own_words="🙏")
    make_need(organization, title="庭木の剪定", own_words="松の剪定。")

    found = exposure(bank)

    assert (found.needs, found.needs_without) == (2, 1)


def test_without_names_there_is_nobody(bank, need):
    make_shopkeeper(bank)

    assert exposure(bank, named=False).people is None


def test_an_empty_bank_has_no_shares_and_no_gini(bank):
    found = exposure(bank)

    assert (found.share_never_shown, found.gini, found.least_gini, found.distribution) == (None, None, None, [])


def test_people_of_another_bank_count_for_nothing(bank, need, other_bank):
    make_shopkeeper(other_bank)

    assert (exposure(bank).approved, exposure(bank).appearances) == (0, 0)
