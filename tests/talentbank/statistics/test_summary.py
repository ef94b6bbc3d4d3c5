"""The three headline figures, counted from matches that were really made."""

from __future__ import annotations

from datetime import date

import pytest

from talentbank.statistics.definitions import DEFINITIONS
from talentbank.statistics.selectors import Summary, statistics_summary
from tests import factories
from tests.factories import TODAY
from tests.talentbank.matches.steps import move

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def matches(bank, **more) -> int:
    return statistics_summary(bank=bank, **{"as_of": TODAY, **more}).matches


def test_a_match_counts_from_the_second_confirmation_and_no_longer_when_undone(bank, organization, professional):
    owner = factories.owner_of(organization)
    match = factories.make_match(factories.make_need(organization), professional, "negotiating")
    factories.make_terms(match)
    move(match, "confirm", owner)
    assert matches(bank) == 0

    move(match, "confirm", professional.user)
    assert matches(bank) == 1
    move(match, "start", owner)
    move(match, "terminate", owner)
    assert matches(bank) == 1, "what was made stays made when it ends early"


def test_an_undone_contract_does_not_count(bank, organization, professional):
    owner = factories.owner_of(organization)
    match = factories.make_match(factories.make_need(organization), professional, "negotiating")
    factories.make_terms(match)
    for user in (owner, professional.user):
        move(match, "confirm", user)
    for user in (owner, professional.user):
        move(match, "undo", user)

    assert matches(bank) == 0


def test_the_day_it_happened_counts_and_not_the_day_it_was_typed(bank, organization, professional):
    match = factories.make_match(factories.make_need(organization), professional, "active")
    match.made_on = date(2026, 3, 31)
    match.save()

    assert (matches(bank, fiscal_year=2025), matches(bank, fiscal_year=2026)) == (1, 0)
    assert (matches(bank, as_of=date(2026, 3, 30)), matches(bank, as_of=date(2026, 3, 31))) == (0, 1)


def test_every_figure_is_defined_in_both_languages():
    figures = set(Summary.__dataclass_fields__) - {"bank", "as_of", "fiscal_year"}

    assert figures == DEFINITIONS.keys()
    assert all(words.keys() == {"ja", "en"} and all(words.values()) for words in DEFINITIONS.values())
