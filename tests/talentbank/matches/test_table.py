"""The whole table: every state × action × part does what the contract's rows say, and nothing else."""

from __future__ import annotations

import pytest
from django.db import transaction

from talentbank.core.errors import ActionRefused, Forbidden, NotFound
from talentbank.core.models import Event
from talentbank.matches.models import Match
from talentbank.matches.states import State
from tests import factories
from tests.talentbank.matches.steps import move

# Written by hand from domain.md, not read from the code's table: (action, from, who) → to.
P, O, C, S = "professional", "owner", "coordinator", "system"  # noqa: E741
EARLY = [
    "awaiting_professional",
    "awaiting_organization",
    "awaiting_approval",
    "postponed",
    "introduced",
    "negotiating",
]
RUNNING = ["contracted", "active", "suspended", "delivered"]
CONTRACT: dict[tuple[str, str, str], str] = {
    ("propose", "prospect", C): "awaiting_professional",
    ("accept", "awaiting_professional", P): "awaiting_organization",
    ("accept", "awaiting_organization", O): "awaiting_approval",
    ("decline", "awaiting_professional", P): "closed",
    ("decline", "awaiting_organization", O): "closed",
    ("postpone", "awaiting_professional", P): "postponed",
    ("postpone", "awaiting_organization", O): "postponed",
    ("resume", "postponed", P): "awaiting_professional",
    ("resume", "postponed", S): "awaiting_professional",
    ("approve", "awaiting_approval", C): "introduced",
    ("reject", "awaiting_approval", C): "closed",
    **{("negotiate", "introduced", who): "negotiating" for who in (P, O, C)},
    **{("confirm", state, who): state for state in ("introduced", "negotiating") for who in (P, O)},
    **{("start", "contracted", who): "active" for who in (P, O, C)},
    **{("amend", state, who): state for state in ("contracted", "active", "suspended") for who in (P, O)},
    ("suspend", "active", C): "suspended",
    ("continue", "suspended", C): "active",
    ("deliver", "active", P): "delivered",
    **{("return", "delivered", who): "active" for who in (O, C)},
    **{("complete", state, who): "completed" for state in ("delivered", "active") for who in (O, C)},
    ("complete", "suspended", C): "completed",
    **{("terminate", state, who): "closed" for state in RUNNING for who in (P, O, C)},
    **{("withdraw", state, who): "closed" for state in EARLY for who in (P, O)},
    **{("cancel", state, C): "closed" for state in [*EARLY, "prospect"]},
    **{("expire", state, S): "closed" for state in [*EARLY[:2], "postponed", "prospect"]},
    **{("correct", state.value, C): state.value for state in State},
}
NOT_ASKED_YET = {("withdraw", "awaiting_professional", O), ("withdraw", "postponed", O)}
ACTIONS = sorted({action for action, *_ in CONTRACT} | {"undo", "countersign"})


@pytest.fixture
def stage(bank, coordinator):
    organization = factories.make_organization(bank)
    need = factories.make_need(organization)
    professional = factories.make_professional(bank)
    actors = {P: professional.user, O: factories.owner_of(organization), C: coordinator, S: None}
    return need, professional, actors


def make_ready(stage, state: str, action: str) -> Match:
    """A match in `state` with everything the guards of `action` ask for."""
    need, professional, _ = stage
    match = factories.make_match(need, professional, state)
    factories.decide_conflict(match)
    if action in {"confirm", "amend"}:
        factories.make_terms(match, confirmed_by=("professional", "organization") if action == "amend" else ())
    if action == "amend":
        factories.make_terms(match)
    if action == "expire":
        match.due_on = factories.TODAY.replace(day=1)
    if action == "resume":
        match.postponed_until = factories.TODAY
    if action == "correct":
        match.hours_worked = 12.0
    match.save_step(at=factories.AT)
    return match


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", [state.value for state in State])
def test_every_state_action_and_part_does_what_the_contract_says(stage, state, action):
    match = make_ready(stage, state, action)
    before = Event.objects.filter(subject_id=match.pk).count()

    for who in (P, O, C, S):
        expected = None if (action, state, who) in NOT_ASKED_YET else CONTRACT.get((action, state, who))
        with transaction.atomic():
            try:
                moved = move(match, action, stage[2][who])
            except (ActionRefused, Forbidden, NotFound):
                assert expected is None, f"the contract allows this step to {who}"
                assert Match.objects.get(pk=match.pk).state == state, who
                assert Event.objects.filter(subject_id=match.pk).count() == before, who
            else:
                assert moved.state == expected, who
                assert Event.objects.filter(subject_id=match.pk).count() == before + 1, who
            transaction.set_rollback(True)
