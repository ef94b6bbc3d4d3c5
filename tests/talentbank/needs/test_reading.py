"""Who sees which needs, in which view, and what they are told they may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from talentbank.banks.models import Bank
from talentbank.core.actors import Actor
from talentbank.core.errors import Forbidden, NotFound
from talentbank.needs.models import Need
from talentbank.needs.selectors import (
    NeedView,
    allowed_actions,
    need_actions,
    need_get,
    need_view_of,
    needs_visible,
    require_detail,
)
from talentbank.organizations.models import Organization
from tests import factories
from tests.factories import AT
from tests.talentbank.needs.conftest import FOR_ORGANIZATION, move, owner_actor, professional_actor

pytestmark = pytest.mark.database
Actors = Callable[[str], Actor]
PUBLIC = {"confidentiality": "public", "public_summary": "漬物をネットで売りたい", "summary_agreed_at": AT}
ANYBODY = Actor()


@pytest.fixture
def shelf(bank: Bank, organization: Organization, other_bank: Bank) -> dict[str, Need]:
    """One need of each kind that readers are told apart by."""
    other = factories.make_organization(bank)
    return {
        "own_draft": factories.make_need(organization, state="draft"),
        "draft": factories.make_need(other, state="draft"),
        "members": factories.make_need(other),
        "running": factories.make_need(other, state="in_progress"),
        "secret": factories.make_need(other, confidentiality="coordinators"),
        "public": factories.make_need(other, **PUBLIC),
        "public_running": factories.make_need(other, **{**PUBLIC, "state": "in_progress"}),
        "public_unagreed": factories.make_need(other, **{**PUBLIC, "summary_agreed_at": None}),
        "closed": factories.make_need(other, state="closed", **PUBLIC),
        "elsewhere": factories.make_need(factories.make_organization(other_bank)),
    }


OPEN = {"members", "running", "public", "public_running", "public_unagreed"}
SEEN: dict[str, set[str]] = {
    "coordinator": OPEN | {"own_draft", "draft", "secret", "closed"},
    "bank_admin": OPEN | {"own_draft", "draft", "secret", "closed"},
    "desk": OPEN,
    "owner": {"own_draft", "public"},
    "member": {"own_draft", "public"},
    "analyst": {"public"},
    "stranger": {"public"},
}


def seen(actor: Actor, shelf: dict[str, Need]) -> set[str]:
    ids = set(needs_visible(actor).values_list("pk", flat=True))
    return {name for name, need in shelf.items() if need.pk in ids}


@pytest.mark.parametrize("part", list(SEEN))
def test_each_reader_sees_its_own_needs(shelf: dict[str, Need], actors: Actors, part: str) -> None:
    assert seen(actors(part), shelf) == SEEN[part]
    for name, need in shelf.items():
        if name in SEEN[part]:
            assert need_get(actors(part), need.pk) == need
        else:
            with pytest.raises(NotFound):
                need_get(actors(part), need.pk)


def test_without_sign_in_only_agreed_public_needs_that_are_open_are_seen(shelf: dict[str, Need]) -> None:
    assert seen(ANYBODY, shelf) == {"public"}


@pytest.mark.parametrize(("state", "sees"), [("approved", OPEN), ("submitted", {"public"}), ("suspended", {"public"})])
def test_a_professional_sees_open_needs_once_approved(
    bank: Bank, shelf: dict[str, Need], state: str, sees: set[str]
) -> None:
    professional = factories.make_professional(bank, registration_state=state)

    assert seen(professional_actor(professional), shelf) == sees


def test_a_desk_sees_in_full_whom_it_acts_for(bank: Bank, organization: Organization, actors: Actors) -> None:
    desk = actors("desk")
    typed = factories.make_need(organization, state="draft", entered_by_id=desk.user_id)
    entered = factories.make_need(factories.make_organization(bank, entered_by_id=desk.user_id), state="draft")
    helped = move(factories.make_need(organization), "hold", desk, on_behalf=FOR_ORGANIZATION)
    unknown = factories.make_need(organization)

    assert set(needs_visible(desk)) == {typed, entered, helped, unknown}
    assert [need_view_of(desk, need) for need in (typed, entered, helped, unknown)] == [
        NeedView.DETAIL,
        NeedView.DETAIL,
        NeedView.DETAIL,
        NeedView.PROFESSIONAL,
    ]


def test_a_reader_gets_the_view_of_its_kind(bank: Bank, organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization, **PUBLIC)
    professional = professional_actor(factories.make_professional(bank))
    views: dict[str, Any] = {part: need_view_of(actors(part), need) for part in SEEN}

    assert views == {
        "coordinator": "detail",
        "bank_admin": "detail",
        "desk": "professional",
        "owner": "detail",
        "member": "detail",
        "analyst": "public",
        "stranger": "public",
    }
    assert (need_view_of(professional, need), need_view_of(ANYBODY, need)) == ("professional", "public")
    with pytest.raises(Forbidden):
        require_detail(professional, need)


def test_a_hat_that_is_not_worn_does_not_count(organization: Organization, actors: Actors) -> None:
    coordinator, owner = actors("coordinator"), owner_actor(organization)
    both = Actor(user_id=coordinator.user_id, hats=(*coordinator.hats, *owner.hats))
    foreign = factories.make_need(factories.make_organization(organization.bank), state="draft")

    assert foreign in needs_visible(both)
    assert foreign not in needs_visible(both.as_hat(owner.hats[0]))


def test_allowed_actions_follow_state_and_part(organization: Organization, actors: Actors) -> None:
    draft = factories.make_need(organization, state="draft")
    waiting = factories.make_need(organization, state="submitted")

    assert allowed_actions(actors("owner"), draft) == ["submit", "cancel"]
    assert allowed_actions(actors("member"), draft) == ["submit"]
    assert allowed_actions(actors("desk"), draft) == ["submit", "cancel"]
    assert allowed_actions(actors("coordinator"), waiting) == ["request-changes", "open", "reject", "cancel"]
    assert allowed_actions(ANYBODY, waiting) == []


def test_every_action_is_answered_with_the_reason_why_not(organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization, state="submitted", confidentiality="public")

    def answers(part: str) -> dict[str, Any]:
        found = need_actions(actors(part), need, AT)
        return {each.action: (each.allowed, [refusal.code for refusal in each.refusals]) for each in found}

    assert answers("coordinator") == {
        "submit": (False, ["state_forbids"]),
        "request-changes": (True, []),
        "open": (False, ["summary_not_agreed"]),
        "agree-summary": (False, ["summary_missing"]),
        "reject": (True, []),
        "hold": (False, ["state_forbids"]),
        "resume": (False, ["state_forbids"]),
        "cancel": (True, []),
        "reopen": (False, ["state_forbids"]),
    }
    assert answers("member")["open"] == (False, ["role_forbidden"])
    assert answers("owner")["cancel"] == (True, [])


def test_staff_are_told_what_they_could_do_only_on_behalf(organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization, state="draft")

    by_action = {answer.action: answer for answer in need_actions(actors("coordinator"), need, AT)}

    assert (by_action["submit"].allowed, by_action["submit"].on_behalf) == (True, True)
    assert (by_action["cancel"].allowed, by_action["cancel"].on_behalf) == (True, False)
    assert by_action["reopen"].requires == ("deadline",)


def test_a_list_of_needs_costs_the_same_for_two_and_for_twenty(
    organization: Organization, actors: Actors, django_assert_num_queries: Any
) -> None:
    for _ in range(20):
        factories.make_need(organization, skills=["ec-site"], problems=["online-sales"])

    with django_assert_num_queries(5):
        for need in needs_visible(actors("coordinator")).order_by("id"):
            _ = [need.organization.name, *(wish.skill.code for wish in need.skills.all())]
            _ = [problem.area.code for problem in need.problems.all()]
