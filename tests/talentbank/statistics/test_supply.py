"""Needs for which nobody is found, and people of whom nobody was told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talentbank.statistics import supply
from talentbank.statistics.supply import SupplyAndDemand, statistics_supply_and_demand
from tests import factories
from tests.factories import AT, TODAY
from tests.talentbank.ranking.samples import edit, make_bookkeeper, make_shop_need, make_shopkeeper

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def figures(bank) -> SupplyAndDemand:
    return statistics_supply_and_demand(bank=bank, at=AT)


def unmet(bank) -> dict[tuple[str, str], int | None] | None:
    cells = figures(bank).unmet
    return (
        None
        if cells is None
        else {(each.problem.code if each.problem else "", each.area): each.needs for each in cells}
    )


def make_lonely_need(organization, **fields):
    """A need that no profile of these tests has a word for."""
    words = {"title": "庭木の剪定", "own_words": "庭木の剪定をお願いしたい。"}
    need = factories.make_need(organization, **{**words, **fields})
    edit(need)
    return need


def test_a_need_is_without_candidates_where_nobody_is_shown_and_no_match_is_under_way(bank, other_bank, organization):
    edit(make_shopkeeper(bank))
    edit(make_shop_need(organization))
    make_lonely_need(organization)
    make_lonely_need(organization, accepting=False)
    make_lonely_need(organization, state="submitted")
    make_lonely_need(factories.make_organization(other_bank))
    met = make_lonely_need(organization)
    assert figures(bank).needs_without_candidates == 2

    factories.make_match(met, factories.make_professional(bank), "awaiting_organization")

    found = figures(bank)
    assert (found.needs_seeking, found.exposure.needs, found.needs_without_candidates) == (4, 3, 1)


def test_cells_under_five_are_hidden_and_areas_that_few_name_are_put_together(bank, organization):
    for _ in range(6):
        make_lonely_need(organization, problems=["garden"], area="あかつき市")
    for _ in range(2):
        make_lonely_need(organization, problems=["garden", "trees"], area=" あかつき市　")
    for number in range(3):
        make_lonely_need(organization, problems=["trees"], area=f"字{number}番地")
    assert unmet(bank) == {("garden", "あかつき市"): 8, ("trees", "あかつき市"): None, ("trees", ""): None}

    for _ in range(5):
        make_lonely_need(organization, area="みなみ町")

    assert unmet(bank)["", "みなみ町"] == 5
    assert figures(bank).needs_without_candidates == 16


def test_nothing_is_listed_where_every_cell_would_be_hidden(bank, organization):
    assert unmet(bank) == {}

    make_lonely_need(organization, problems=["garden"])

    assert (unmet(bank), figures(bank).needs_without_candidates) == (None, 1)


def test_who_is_available_and_was_put_before_nobody(bank, other_bank):
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    factories.make_professional(bank)
    factories.make_professional(bank, last_proposed_at=AT)
    factories.make_professional(bank, referral_status="paused", paused_from=tomorrow)
    factories.make_professional(bank, referral_status="paused", paused_from=date(2026, 1, 1), paused_until=yesterday)
    assert (figures(bank).available, figures(bank).never_proposed) == (4, 3)

    factories.make_professional(bank, referral_status="paused", paused_from=TODAY, paused_until=TODAY)
    factories.make_professional(bank, referral_status="paused")
    factories.make_professional(bank, registration_state="submitted")
    suspended = factories.make_organization(bank, registration_state="suspended")
    factories.make_professional(bank, holder_kind="organization", organization=suspended)
    factories.make_professional(other_bank)

    found = figures(bank)
    assert (found.available, found.never_proposed, found.share_never_proposed) == (4, 3, 0.75)
    assert figures(factories.make_bank()).share_never_proposed is None


def test_so_many_needs_are_ranked_and_no_more_those_open_for_longest_first(bank, organization, monkeypatch):
    edit(make_shopkeeper(bank))
    edit(make_shop_need(organization, opened_at=AT))
    make_lonely_need(organization, opened_at=AT - timedelta(days=9))
    monkeypatch.setattr(supply, "MOST_NEEDS", 1)

    found = figures(bank)

    assert (found.needs_seeking, found.exposure.needs, found.needs_without_candidates) == (2, 1, 1)


def test_the_number_of_queries_grows_with_neither_needs_nor_people(bank, organization):
    def queries() -> int:
        figures(bank)  # the index follows the bank
        with CaptureQueriesContext(connection) as counted:
            assert figures(bank).needs_without_candidates
        return len(counted)

    edit(make_bookkeeper(bank))
    make_lonely_need(organization, problems=["garden"])
    few = queries()
    for _ in range(3):
        edit(make_bookkeeper(bank))
        make_lonely_need(organization, problems=["garden", "trees"])

    assert queries() == few
