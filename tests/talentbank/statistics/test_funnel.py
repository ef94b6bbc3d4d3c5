"""How many matches reached each stage: once each, on the day they did, and not where the step was undone."""

from __future__ import annotations

from datetime import date

import pytest

from talentbank.statistics.funnel import Funnel, Stage, statistics_funnel
from talentbank.statistics.selectors import statistics_summary
from tests import factories
from tests.factories import AT, TODAY
from tests.talentbank.matches.steps import move
from tests.talentbank.statistics.histories import match_with, took

pytestmark = [pytest.mark.django_db, pytest.mark.database]

MARCH, APRIL, MAY = date(2026, 3, 30), date(2026, 4, 1), date(2026, 5, 7)
PROPOSED = (
    ("create", "prospect", MARCH),
    ("propose", "awaiting_professional", MARCH),
)
INTRODUCED = (
    *PROPOSED,
    ("accept", "awaiting_organization", MARCH),
    ("accept", "awaiting_approval", APRIL),
    ("approve", "introduced", APRIL),
)
APPLIED = (("create", "awaiting_organization", APRIL),)
STARTED = (*INTRODUCED, ("confirm", "contracted", APRIL), ("start", "active", MAY))


def funnel(bank, **more) -> Funnel:
    return statistics_funnel(bank=bank, **{"as_of": TODAY, **more})


def totals(bank, **more) -> list[int]:
    return [each.matches for each in funnel(bank, **more).stages]


def test_each_match_counts_once_at_every_stage_that_it_reached(bank, other_bank):
    match_with(bank, *PROPOSED)
    match_with(bank, *INTRODUCED)
    match_with(bank, *STARTED, made_on=APRIL)
    match_with(bank, *APPLIED, origin="apply")
    match_with(bank, ("create", "awaiting_approval", MAY), origin="repeat")
    match_with(other_bank, *STARTED, made_on=APRIL)

    #                      opened, proposed, accepted, introduced, contracted, started, completed, evaluated
    assert totals(bank) == [5, 5, 3, 2, 1, 1, 0, 0]
    assert totals(bank, fiscal_year=2025) == [3, 3, 0, 0, 0, 0, 0, 0]
    assert totals(bank, fiscal_year=2026) == [2, 2, 3, 2, 1, 1, 0, 0]
    assert totals(bank, as_of=date(2026, 4, 30)) == [4, 4, 2, 2, 1, 0, 0, 0]
    assert totals(bank, fiscal_year=2027) == [0] * 8


def test_a_stage_that_was_skipped_counts_with_the_one_that_was_reached(bank):
    match_with(bank, *STARTED, ("complete", "completed", MAY), made_on=APRIL)

    assert totals(bank) == [1, 1, 1, 1, 1, 1, 1, 0]


def test_a_mistaken_match_and_an_undone_step_never_happened(bank, organization, professional, coordinator):
    match_with(bank, *PROPOSED, ("cancel", "closed", MARCH), closed_reason="mistaken")
    match = factories.make_match(factories.make_need(organization), professional, "awaiting_approval")
    factories.decide_conflict(match)
    move(match, "approve", coordinator)
    assert totals(bank) == [1, 1, 1, 1, 0, 0, 0, 0]
    assert totals(bank, fiscal_year=2027) == [0] * 8, "a year that has not begun holds nothing of today"

    move(match, "undo", coordinator)

    assert totals(bank) == [1, 1, 1, 0, 0, 0, 0, 0]


def test_what_is_put_right_after_an_end_that_was_undone_is_no_completion(bank, organization, professional, coordinator):
    owner = factories.owner_of(organization)
    match = factories.make_match(factories.make_need(organization), professional, "delivered")
    move(match, "complete", owner)
    move(match, "correct", coordinator)
    assert totals(bank)[-2:] == [1, 0]

    for user in (owner, professional.user):
        move(match, "undo", user)

    assert totals(bank)[-2:] == [0, 0]


def test_contracted_is_the_headline_and_evaluated_needs_both_sides(bank, organization, professional):
    owner = factories.owner_of(organization)
    match = factories.make_match(factories.make_need(organization), professional, "delivered", made_on=MARCH)
    move(match, "complete", owner)
    found = funnel(bank, fiscal_year=2025)
    assert found.stages[4].matches == statistics_summary(bank=bank, as_of=TODAY, fiscal_year=2025).matches == 1

    for number, side in enumerate(("professional", "organization")):
        assert totals(bank)[-1] == 0
        match.evaluations.create(
            side=side, score=4, would_repeat=True, outcome="reached", channel="web", created_at=AT, updated_at=AT
        )
        assert match.evaluations.count() == number + 1

    assert (totals(bank)[-1], totals(bank, fiscal_year=2025)[-1]) == (1, 0)
    match.evaluations.update(voided_at=AT)
    assert totals(bank)[-1] == 0


def test_an_origin_is_shown_at_every_stage_or_at_none(bank):
    for _ in range(7):
        match_with(bank, ("create", "awaiting_professional", APRIL))
    for _ in range(6):
        match_with(bank, *APPLIED, origin="apply")

    shown = {each.stage: each.by_origin for each in funnel(bank).stages}
    assert shown[Stage.OPENED] == {"prospect": 7, "apply": 6, "invite": 0, "repeat": 0}
    assert not any(shown[Stage.ACCEPTED].values())

    match_with(bank, ("create", "awaiting_professional", MAY), origin="invite")

    found = funnel(bank)
    assert found.stages[0].matches == 14
    assert all(
        (each.by_origin["prospect"], each.by_origin["invite"], each.by_origin["repeat"]) == (None, None, 0)
        for each in found.stages
    )
    assert found.stages[0].by_origin["apply"] == 6


def test_an_origin_that_a_year_hides_is_hidden_in_all_years(bank):
    for origin in ("prospect", "apply"):
        for _ in range(5):
            match_with(bank, ("create", "awaiting_professional", MARCH), origin=origin)
    assert funnel(bank).stages[0].by_origin == {"prospect": 5, "apply": 5, "invite": 0, "repeat": 0}

    match_with(bank, ("create", "awaiting_professional", MAY), origin="apply")

    assert funnel(bank, fiscal_year=2025).stages[0].by_origin["apply"] == 5
    whole = funnel(bank).stages[0]
    assert (whole.matches, set(whole.by_origin.values())) == (11, {None}), "6 less the 5 of 2025 would be the 1 of 2026"


def test_the_headline_of_repeats_tells_no_origin(bank):
    for origin, many in (("prospect", 3), ("repeat", 20)):
        for _ in range(many):
            match_with(bank, *STARTED, origin=origin, made_on=APRIL)

    assert statistics_summary(bank=bank, as_of=TODAY).repeats == 20
    assert {each.by_origin["apply"] for each in funnel(bank).stages} == {None}, "23 less 20 and two 0 would be the 3"


def test_a_need_counts_once_when_it_is_first_submitted_and_opened(bank, organization):
    need = factories.make_need(organization)
    took(need, "need", "submit", "draft", "submitted", MARCH)
    took(need, "need", "request-changes", "submitted", "changes_requested", MARCH)
    took(need, "need", "submit", "changes_requested", "submitted", APRIL)
    took(need, "need", "open", "submitted", "open", APRIL)
    took(need, "need", "cancel", "open", "cancelled", APRIL)
    took(need, "need", "reopen", "cancelled", "open", MAY)

    def needs(**more):
        found = funnel(bank, **more)
        return found.needs_submitted, found.needs_opened

    assert (needs(), needs(fiscal_year=2025), needs(fiscal_year=2026)) == ((1, 1), (1, 0), (0, 1))


def test_the_number_of_queries_does_not_grow(bank, django_assert_num_queries):
    for _ in range(3):
        match_with(bank, *STARTED, made_on=APRIL)

    with django_assert_num_queries(4):
        funnel(bank)
