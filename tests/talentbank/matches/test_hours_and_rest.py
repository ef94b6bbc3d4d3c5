"""Hours a week that a contract holds, answers that rest with their need, and what a side is told of a closing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from talentbank.core.actors import Side
from talentbank.core.audit import Step
from talentbank.core.clock import TOKYO
from talentbank.core.models import Event
from talentbank.matches.codes import CLOSINGS
from talentbank.matches.models import Match
from talentbank.matches.timers import matches_tick
from talentbank.needs.services import need_transition
from talentbank.notifications.models import OutboxMessage
from talentbank.worklist.ladders import ladders_tick
from talentbank.worklist.models import Reminder
from tests import factories
from tests.factories import AT
from tests.talentbank.matches.steps import move, refusal_codes

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=TOKYO)


def move_need(need: Any, action: str, user: Any, at: datetime) -> None:
    step = Step(actor=factories.actor(user), at=at)
    need_transition(need_id=need.pk, action=action, expected_version=None, step=step)


@pytest.mark.parametrize(("stated", "left"), [(7, 3), (None, 6), (0, 10)])
def test_a_contract_holds_the_hours_of_its_terms_or_else_those_of_the_need(need, professional, owner, stated, left):
    match = factories.make_match(need, professional, "negotiating")
    factories.make_terms(match, hours_per_week=stated)
    move(match, "confirm", owner)

    move(match, "confirm", professional.user)

    assert factories.capacity_left(professional) == left


def test_amended_terms_change_the_hours_once_both_have_confirmed(need, professional, owner):
    match = factories.make_match(need, professional, "active", agreed_terms_version=0)
    factories.make_terms(match, confirmed_by=("professional", "organization"))
    factories.make_terms(match, hours_per_week=9)

    move(match, "amend", owner)
    assert factories.capacity_left(professional) == 6
    move(match, "amend", professional.user)
    assert factories.capacity_left(professional) == 1


def test_terms_of_more_hours_than_are_left_are_not_confirmed(need, professional, owner):
    match = factories.make_match(need, professional, "negotiating")
    factories.make_terms(match, hours_per_week=11)

    assert refusal_codes(match, "confirm", professional.user) == ["capacity_insufficient"]
    assert refusal_codes(match, "confirm", owner) == ["not_available"]


@pytest.fixture
def resting(need, professional, coordinator):
    """Asked on Monday 2 November 2026, the last day for an answer is the 17th; put on hold on the 4th."""
    match = factories.make_match(need, professional, "awaiting_professional", due_on=noon("2026-11-17").date())
    move_need(need, "hold", coordinator, noon("2026-11-04"))
    return match


def test_nobody_is_reminded_nor_given_up_while_the_need_is_on_hold(resting):
    ladders_tick(at=noon("2026-11-13"))
    counts = matches_tick(at=noon("2026-12-01"))

    assert counts["expired"] == 0 and Match.objects.get(pk=resting.pk).state == "awaiting_professional"
    assert not OutboxMessage.objects.filter(channel="notice").exists()


def test_a_need_that_is_taken_up_again_gives_the_side_its_days_anew(resting, need, coordinator):
    move_need(need, "resume", coordinator, noon("2026-12-01"))

    assert matches_tick(at=noon("2026-12-15"))["expired"] == 0
    assert matches_tick(at=noon("2026-12-16"))["expired"] == 1
    assert Match.objects.get(pk=resting.pk).closed_reason == "unreachable"


@pytest.mark.parametrize("nudged_before", [False, True])
def test_a_need_that_is_taken_up_again_begins_the_ladder_anew(need, professional, coordinator, nudged_before):
    """Wherever the ladder stood before the hold: three, five and eight business days from Monday 7 December."""
    match = factories.make_match(need, professional, "awaiting_professional")
    if nudged_before:
        ladders_tick(at=noon("2026-11-06"))
    move_need(need, "hold", coordinator, noon("2026-11-06"))
    move_need(need, "resume", coordinator, noon("2026-12-07"))

    told = [day for day in range(7, 20) if ladders_tick(at=noon(f"2026-12-{day:02}"))["matches"]]

    assert told == [10, 14, 17]
    anew = Reminder.objects.filter(subject_id=match.pk, at__gte=noon("2026-12-07")).order_by("at")
    assert list(anew.values_list("rung", flat=True)) == ["nudge", "other_channel", "call"]


def test_an_approval_is_the_citys_to_give_and_waits_although_the_need_rested(need, professional, coordinator):
    factories.make_match(need, professional, "awaiting_approval")
    move_need(need, "hold", coordinator, noon("2026-11-04"))
    move_need(need, "resume", coordinator, noon("2026-11-05"))

    assert [ladders_tick(at=noon(f"2026-11-{day}"))["matches"] for day in ("09", "10")] == [0, 1]


def test_a_need_that_never_rested_gives_no_days_more(need, professional):
    factories.make_match(need, professional, "awaiting_professional", due_on=noon("2026-11-17").date())
    assert matches_tick(at=noon("2026-11-18"))["expired"] == 1


def test_every_closing_says_why_in_its_event(need, professional, owner, bank):
    late = factories.make_match(need, professional, "awaiting_professional", due_on=noon("2026-11-02").date())
    other = factories.make_match(need, factories.make_professional(bank), "awaiting_organization")

    matches_tick(at=AT + timedelta(days=1))
    move(other, "decline", owner)

    reasons = {event.subject_id: event.facts["closed_reason"] for event in Event.objects.filter(to_state="closed")}
    assert reasons == {late.pk: "unreachable", other.pk: "declined"}
    assert all(set(reason.told) == set(Side) for reason in CLOSINGS.values())


def test_what_was_postponed_into_a_rest_is_asked_again_when_the_need_is_taken_up(need, professional, coordinator):
    until = noon("2026-11-10").date()
    match = factories.make_match(need, professional, "postponed", postponed_until=until, due_on=until)
    move_need(need, "hold", coordinator, noon("2026-11-04"))

    assert matches_tick(at=noon("2026-11-20")) == {"resumed": 0, "expired": 0}
    move_need(need, "resume", coordinator, noon("2026-11-24"))
    assert matches_tick(at=noon("2026-11-24")) == {"resumed": 1, "expired": 0}

    assert Match.objects.get(pk=match.pk).state == "awaiting_professional"


def test_a_prospect_lapses_although_its_need_rests(need, professional, coordinator):
    factories.make_match(need, professional, "prospect", due_on=noon("2026-12-02").date())
    move_need(need, "hold", coordinator, noon("2026-11-04"))

    assert matches_tick(at=noon("2026-12-03"))["expired"] == 1
