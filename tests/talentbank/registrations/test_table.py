"""The whole table: every state × action × part does what the contract's rows say, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from talentbank.core.errors import ActionRefused, Forbidden, NotFound
from talentbank.organizations.models import OrganizationMember
from talentbank.registrations.models import RegistrationState
from tests import factories
from tests.factories import AT
from tests.talentbank.registrations.steps import events_of, move

# Written by hand from domain.md, not read from the code's table: (action, from, who) → to.
H, C, A, S = "holder", "coordinator", "bank_admin", "system"
STATES = [state.value for state in RegistrationState]
STAFF = (C, A)
CONTRACT: dict[tuple[str, str, str], str] = {
    **{("submit", state, H): "submitted" for state in ("draft", "changes_requested")},
    **{("request-changes", "submitted", who): "changes_requested" for who in STAFF},
    **{("approve", "submitted", who): "approved" for who in STAFF},
    **{("reject", "submitted", who): "rejected" for who in STAFF},
    **{("approve-changes", "approved", who): "approved" for who in STAFF},
    **{("reject-changes", "approved", who): "approved" for who in STAFF},
    **{("mark-reviewed", "approved", who): "approved" for who in STAFF},
    **{("countersign", state, A): state for state in STATES},
    **{("suspend", "approved", who): "suspended" for who in STAFF},
    **{("lift", "suspended", who): "approved" for who in STAFF},
    ("expire", "approved", S): "expired",
    ("renew", "approved", H): "approved",
    ("renew", "expired", H): "approved",
    **{("withdraw", state, H): "withdrawn" for state in STATES if state != "withdrawn"},
    **{("reapply", state, H): "draft" for state in ("withdrawn", "rejected", "expired")},
}
PAUSES = {
    (action, state, who): state
    for action in ("pause", "unpause")
    for state in ("approved", "suspended", "expired")
    for who in (H, *STAFF, *((S,) if action == "unpause" else ()))
}
TABLES = {"professional": {**CONTRACT, **PAUSES}, "organization": CONTRACT}
OTHERS = ("member", "support_desk", "analyst", "stranger")
ACTIONS = sorted({action for action, *_ in [*CONTRACT, *PAUSES]})


def make_row(kind: str, bank, state: str, action: str):
    """A registration in `state` with everything the guards of `action` ask for."""
    fields = {
        "registration_state": state,
        "countersign_pending": action == "countersign",
        "pending_changes": {"name": "新しい名前"} if "changes" in action and state == "approved" else {},
        "changed_since_review": ["summary"],
        "valid_until": date(2026, 11, 1) if action == "expire" else date(2028, 11, 1),
    }
    if kind == "organization":
        return factories.make_organization(bank, corporate_number="1000012160145", **fields)
    if action == "unpause":
        fields |= {"referral_status": "paused", "paused_from": date(2026, 10, 1), "paused_until": date(2026, 11, 1)}
    return factories.make_professional(bank, skills=["kintone"], **fields)


def make_actors(kind: str, bank, row):
    member = factories.make_user()
    if kind == "organization":
        OrganizationMember.create(at=AT, organization=row, user=member, role="member")
    return {
        H: row.user if kind == "professional" else factories.owner_of(row),
        C: factories.make_staff(bank, "coordinator"),
        A: factories.make_staff(bank, "bank_admin"),
        S: None,
        "member": member,
        "support_desk": factories.make_staff(bank, "support_desk"),
        "analyst": factories.make_staff(bank, "analyst"),
        "stranger": factories.make_user(),
    }


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", ["professional", "organization"])
def test_every_state_action_and_part_does_what_the_contract_says(bank, kind, state, action):
    holder_role = "professional" if kind == "professional" else "owner"
    row = make_row(kind, bank, state, action)
    actors = make_actors(kind, bank, row)

    for who in (H, C, A, S, *OTHERS):
        expected = TABLES[kind].get((action, state, who))
        with transaction.atomic():
            try:
                moved = move(type(row).objects.get(pk=row.pk), action, actors[who])
            except (ActionRefused, Forbidden, NotFound):
                assert expected is None, f"the contract allows this step to {who}"
                row.refresh_from_db()
                assert (row.registration_state, row.version, events_of(row)) == (state, 1, [])
            else:
                assert moved.registration_state == expected, who
                assert [event.action for event in events_of(row)] == [action]
                assert events_of(row)[0].actor_role == (holder_role if who == H else who)
            transaction.set_rollback(True)


@pytest.mark.parametrize("kind", ["professional", "organization"])
def test_staff_act_for_a_holder_in_everything_a_holder_may_and_in_nothing_else(bank, kind):
    allowed = set()
    for action in ACTIONS:
        for state in STATES:
            row = make_row(kind, bank if kind == "professional" else factories.make_bank(), state, action)
            desk = factories.make_staff(row.bank, "support_desk")
            try:
                move(row, action, desk, helping=True)
            except (ActionRefused, Forbidden):
                continue
            allowed.add((action, state, H))
            event = events_of(row)[0]
            assert (event.actor_role, event.on_behalf_of, event.channel) == ("support_desk", kind, "phone")

    assert allowed == {cell for cell in TABLES[kind] if cell[2] == H}
