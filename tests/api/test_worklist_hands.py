"""The worklist and whoever held the pen: what one may not settle, or what a colleague left, waits for another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from talentbank.accounts.models import User
from talentbank.matches.models import StaffNote
from talentbank.organizations.models import OrganizationMember
from talentbank.professionals.models import Professional
from tests import factories
from tests.api import worklist_cases
from tests.api.worklist_cases import CASES, World, call_note, complaint
from tests.factories import AT, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LIST = "/api/v1/me/worklist"


@pytest.fixture
def world(clock, bank, coordinator, bank_admin, desk, organization, professional, need) -> World:
    return World(clock, bank, coordinator, bank_admin, desk, organization, professional, need)


def waiting(client: Any, basket: str, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(LIST, {"basket": basket, **query})
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()["results"]


def settle(client: Any, item: dict[str, Any], call: int = 0, **body: Any) -> None:
    """Make one of the calls that settle an item."""
    answer = client.post(item["settles"][call]["href"], body, headers={"If-Match": item["etag"]})
    assert answer.status_code == 200, answer.content.decode()


@pytest.mark.parametrize("whose", ["professional", "organization"])
def test_who_typed_a_registration_in_has_no_approval_waiting_and_a_colleague_has(session, world, whose):
    """Even where they look after the match: nobody else would see it, and they may not approve it."""
    world.changed(getattr(world, whose), entered_by=world.coordinator)
    world.match("awaiting_approval", coordinator=world.coordinator)

    assert waiting(session(world.coordinator), "approvals", include="others") == []
    assert len(waiting(session(world.bank_admin), "approvals")) == 1


def test_a_colleagues_item_is_shown_on_request_and_not_ones_own_to_put_off(session, world):
    world.match("awaiting_approval", coordinator=world.coordinator)
    (own,) = waiting(session(world.coordinator), "approvals")
    admin = session(world.bank_admin)

    (theirs,) = waiting(admin, "approvals", include="others")

    assert (own["id"], own["allowed_actions"]) == (theirs["id"], ["snooze", "delegate"])
    assert theirs["allowed_actions"] == []
    assert admin.post(f"/api/v1/worklist-items/{theirs['id']}/snooze", {"until": "2026-11-05"}).status_code == 404


def test_a_complaint_whose_handler_left_waits_for_a_new_one(session, world):
    leaving = factories.make_staff(world.bank)
    complaint(world, state="handling", handler=leaving)
    admin = session(world.bank_admin)
    assert waiting(admin, "complaints_to_give") == []

    leaving.memberships.update(ended_at=AT)

    (item,) = waiting(admin, "complaints_to_give")
    settle(admin, item, handler=str(world.coordinator.pk))
    assert len(waiting(session(world.coordinator), "complaints_to_settle")) == 1
    assert waiting(admin, "complaints_to_give") == []


@pytest.mark.parametrize("who", ["professional", "owner"])
def test_a_registration_that_ran_out_still_waits_for_its_renewal(session, world, who):
    row = world.professional if who == "professional" else world.organization
    world.changed(row, registration_state="expired", valid_until=TODAY - timedelta(days=1))
    holder = session(world.reader(who))

    (item,) = waiting(holder, "renewals")
    settle(holder, item)

    row.refresh_from_db()
    assert row.registration_state == "approved" and waiting(holder, "renewals") == []


@pytest.mark.parametrize(
    ("whose", "change"),
    [
        ("need", {"confidentiality": "coordinators"}),
        ("need", {"state": "on_hold"}),
        ("professional", {"hidden_from": ["株式会社 山田商店"]}),
        ("professional", {"registration_state": "suspended"}),
    ],
    ids=lambda each: each if isinstance(each, str) else next(iter(each)),
)
def test_a_need_that_was_pointed_out_waits_only_while_it_may_be_seen(session, world, whose, change):
    world.changed(world.organization, name="株式会社 山田商店")
    worklist_cases.pushes(world)
    holder = session(world.professional.user)
    assert len(waiting(holder, "pushes")) == 1

    world.changed(getattr(world, whose), **change)

    assert waiting(holder, "pushes") == []


def test_what_was_pointed_out_to_a_company_waits_for_who_may_answer_for_it(session, world):
    """A plain member may see it, and answers nothing for the company, whatever else they are registered as."""
    company = factories.make_organization(world.bank)
    theirs = factories.make_professional(world.bank, user=None, organization=company, holder_kind="organization")
    member = world.professional.user
    OrganizationMember.create(at=AT, organization=company, user=member, role="member")
    worklist_cases.pushes(replace(world, professional=theirs))

    assert len(waiting(session(factories.owner_of(company)), "pushes")) == 1
    assert waiting(session(member), "pushes") == []


def held_by_a_company_of(world: World, member: User) -> None:
    """Every professional is held by a company of which somebody is a plain member, and nothing more."""
    company = factories.make_organization(world.bank)
    OrganizationMember.create(at=AT, organization=company, user=member, role="member")
    Professional.objects.update(user=None, organization=company, holder_kind="organization")


OF_NEEDS = {"needs", "needs_without_candidates", "unfinished"}
"""Baskets whose case is about no professional that anybody would look after as a coordinator."""
OF_COORDINATORS = [name for name, (who, _) in CASES.items() if who in ("coordinator", "bank_admin")]


@pytest.mark.parametrize(
    "basket",
    [name for name, (who, _) in CASES.items() if who in ("coordinator", "bank_admin") and name not in OF_NEEDS],
)
def test_a_member_of_the_professionals_company_never_finds_it_in_a_staff_basket(session, world, basket):
    who, case = CASES[basket]
    reader = world.reader(who)
    case(world)
    assert len(waiting(session(reader), basket, include="others")) == 1

    held_by_a_company_of(world, reader)

    for acting_as in (None, f"{who}:{world.bank.pk}"):
        assert waiting(session(reader, acting_as), basket, include="others") == [], acting_as
    colleague = factories.make_staff(world.bank, who)
    assert basket == "complaints_to_settle" or len(waiting(session(colleague), basket, include="others")) == 1


@pytest.mark.parametrize("about", ["match", "professional"])
def test_a_call_promised_about_ones_own_company_is_not_ones_own_to_make(session, world, about):
    match = world.match("introduced")
    subject = match if about == "match" else world.professional
    again = {"subject_kind": about, "subject_id": subject.pk, "call_again_on": TODAY}
    note = call_note(match, world.bank_admin, text="また火曜に")
    StaffNote.objects.filter(pk=note.pk).update(**again)
    assert len(waiting(session(world.coordinator), "calls_to_make", include="others")) == 1

    held_by_a_company_of(world, world.coordinator)

    assert waiting(session(world.coordinator), "calls_to_make", include="others") == []
    assert len(waiting(session(world.bank_admin), "calls_to_make")) == 1
