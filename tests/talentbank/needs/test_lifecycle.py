"""The full table: state × action × part."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from talentbank.banks.models import Bank
from talentbank.core.actors import Actor
from talentbank.core.errors import ActionRefused, Forbidden, NotFound
from talentbank.needs.lifecycle import ACTIONS, SYSTEM_ACTIONS, TABLE
from talentbank.needs.models import Need, NeedState
from talentbank.organizations.models import Organization
from tests import factories
from tests.talentbank.needs.conftest import FOR_ORGANIZATION, actions_of, move

Actors = Callable[[str], Actor]
CONTRACT: dict[str, dict[str, dict[str, str]]] = {
    "submit": {"draft": {"owner member desk": "submitted"}, "changes_requested": {"owner member desk": "submitted"}},
    "request-changes": {"submitted": {"coordinator bank_admin": "changes_requested"}},
    "open": {"submitted": {"coordinator bank_admin": "open"}},
    "agree-summary": {"submitted": {"owner desk": "submitted"}, "open": {"owner desk": "open"}},
    "reject": {"submitted": {"coordinator bank_admin": "cancelled"}},
    "hold": {state: {"owner desk coordinator bank_admin": "on_hold"} for state in ("open", "in_progress")},
    "resume": {"on_hold": {"owner desk coordinator bank_admin": "open"}},
    "cancel": {
        state: {"owner desk coordinator bank_admin": "cancelled"}
        for state in ("draft", "submitted", "changes_requested", "open", "in_progress", "on_hold")
    },
    "reopen": {
        state: {"owner desk": "submitted", "coordinator bank_admin": "open"}
        for state in ("closed", "expired", "cancelled")
    },
}
"""domain.md's table of needs, written down a second time."""
PARTS = ("owner", "member", "desk", "coordinator", "bank_admin")


def expected(action: str, state: str, part: str) -> str | None:
    rows = CONTRACT[action].get(state, {})
    return next((target for parts, target in rows.items() if part in parts.split()), None)


@pytest.mark.parametrize("action", list(CONTRACT))
@pytest.mark.parametrize("state", NeedState.values)
def test_an_action_is_open_exactly_where_the_contract_says(
    organization: Organization, actors: Actors, state: str, action: str
) -> None:
    need = factories.make_need(organization, state=state, public_summary="漬物をネットで売りたい")
    row = Need.objects.filter(pk=need.pk)

    for part in PARTS:
        actor, on_behalf = actors(part), FOR_ORGANIZATION if part == "desk" else None
        target = expected(action, state, part)
        ever = any(part in parts.split() for rows in CONTRACT[action].values() for parts in rows)
        with transaction.atomic():
            if target:
                assert move(row.get(), action, actor, on_behalf=on_behalf).state == target, part
                assert actions_of(need) == [action], part
            else:
                with pytest.raises(ActionRefused if ever else Forbidden):
                    move(row.get(), action, actor, on_behalf=on_behalf)
                after = row.get()
                assert (after.state, after.version, actions_of(need)) == (state, 1, []), part
            transaction.set_rollback(True)


def test_the_table_holds_the_contract_and_the_systems_rows() -> None:
    assert list(ACTIONS) == list(CONTRACT)
    assert {
        "start-progress",
        "back-to-open",
        "fulfill",
        "unfulfill",
        "close",
        "expire",
        "hold-with-organization",
        "cancel-with-organization",
        "hold-too-long",
    } == SYSTEM_ACTIONS
    assert {state for row in TABLE.rows for state in row.sources} == set(NeedState.values)


@pytest.mark.parametrize("action", sorted(SYSTEM_ACTIONS))
@pytest.mark.parametrize("part", PARTS)
def test_nobody_takes_a_row_of_the_system(organization: Organization, actors: Actors, action: str, part: str) -> None:
    need = factories.make_need(organization, state="open")

    with pytest.raises(Forbidden):
        move(need, action, actors(part), on_behalf=FOR_ORGANIZATION if part == "desk" else None)


@pytest.mark.parametrize("action", [action for action in CONTRACT if action not in {"submit", "agree-summary"}])
def test_a_member_only_submits(organization: Organization, actors: Actors, action: str) -> None:
    need = factories.make_need(organization)

    with pytest.raises(Forbidden):
        move(need, action, actors("member"))


@pytest.mark.parametrize("action", ["open", "reject", "request-changes"])
def test_a_review_is_never_done_on_behalf(organization: Organization, actors: Actors, action: str) -> None:
    need = factories.make_need(organization, state="submitted")

    with pytest.raises(Forbidden):
        move(need, action, actors("coordinator"), on_behalf=FOR_ORGANIZATION)


@pytest.mark.parametrize("part", ["analyst", "stranger"])
def test_whoever_does_not_see_a_need_does_not_find_it(organization: Organization, actors: Actors, part: str) -> None:
    need = factories.make_need(organization)

    with pytest.raises(NotFound):
        move(need, "hold", actors(part))


def test_a_coordinator_of_another_bank_does_not_find_it(organization: Organization, other_bank: Bank) -> None:
    need = factories.make_need(organization, confidentiality="members")
    stranger = factories.actor(factories.make_staff(other_bank, "coordinator"))

    with pytest.raises(NotFound):
        move(need, "hold", stranger)
    with pytest.raises(NotFound):
        move(need, "hold", stranger, on_behalf=FOR_ORGANIZATION)
