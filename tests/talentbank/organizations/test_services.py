"""Registering and editing organizations, and their members."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from talentbank.core.actors import Channel, OnBehalf, Role, Side
from talentbank.core.audit import Step
from talentbank.core.errors import ActionRefused, Forbidden, InvalidInput, NotFound, StaleVersion
from talentbank.core.models import Event
from talentbank.organizations.members import LastOwner, MemberExists, member_add, member_remove, member_role_change
from talentbank.organizations.models import Organization, OrganizationMember
from talentbank.organizations.selectors import organizations_visible
from talentbank.organizations.services import (
    CorporateNumberTaken,
    organization_register,
    organization_transition,
    organization_update,
    organizations_tick,
)
from tests import factories
from tests.factories import AT, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NUMBER, OTHER = "1000012160145", "7000020070009"
AT_THE_COUNTER = OnBehalf(Side.ORGANIZATION, Channel.COUNTER, "窓口で本人が記入")


def register(user: Any, bank: Any, on_behalf: OnBehalf | None = None, **fields: Any) -> Organization:
    values = {"name": "株式会社こけし", "kind": "company", "corporate_number": NUMBER, **fields}
    return organization_register(actor=factories.actor(user), bank=bank, fields=values, on_behalf=on_behalf, at=AT)


def edit(row: Organization, user: Any, on_behalf: OnBehalf | None = None, **changes: Any) -> Organization:
    return organization_update(
        actor=factories.actor(user),
        organization_id=row.pk,
        expected_version=None,
        changes=changes,
        on_behalf=on_behalf,
        at=AT,
    )


def move(row: Organization, user: Any, action: str) -> Organization:
    step = Step(actor=factories.actor(user), at=AT)
    return organization_transition(organization_id=row.pk, action=action, expected_version=None, step=step)


def member_of(organization: Organization, role: str = "member") -> OrganizationMember:
    return OrganizationMember.create(at=AT, organization=organization, user=factories.make_user(), role=role)


def test_the_account_that_registers_becomes_the_owner(bank):
    user = factories.make_user()

    row = register(user, bank)

    assert [(member.user_id, member.role) for member in row.members.all()] == [(user.pk, "owner")]
    assert [(hat.role, hat.id) for hat in factories.actor(user).hats] == [(Role.OWNER, row.pk)]
    assert [event.action for event in Event.objects.all()] == ["create"]


def test_a_desk_enters_an_organization_without_accounts_or_with_its_owner(bank, desk):
    factories.make_user(email="owner@example.jp")

    without = register(desk, bank, AT_THE_COUNTER)
    with_owner = register(desk, bank, AT_THE_COUNTER, corporate_number=OTHER, account_email="owner@example.jp")

    assert (without.members.count(), without.channel, without.entered_by_id) == (0, "counter", desk.pk)
    assert factories.owner_of(with_owner).email == "owner@example.jp"
    with pytest.raises(Forbidden):
        register(factories.make_user(), bank, AT_THE_COUNTER)


def test_a_wrong_check_digit_is_refused(bank):
    with pytest.raises(InvalidInput) as refused:
        register(factories.make_user(), bank, corporate_number="2" + NUMBER[1:])

    assert [error.pointer for error in refused.value.errors] == ["/corporate_number"]


def test_a_number_is_one_in_a_bank_until_it_is_withdrawn(bank, other_bank):
    first, user = factories.make_user(), factories.make_user()
    row = register(first, bank)

    with pytest.raises(CorporateNumberTaken):
        register(user, bank)
    assert register(user, other_bank).corporate_number == NUMBER
    move(row, first, "withdraw")
    assert register(user, bank).corporate_number == NUMBER
    with pytest.raises(ActionRefused) as refused:
        move(row, first, "reapply")
    assert [refusal.code for refusal in refused.value.refusals] == ["corporate_number_taken"]


def test_after_the_approval_name_and_number_wait(bank, coordinator):
    row = factories.make_organization(bank, name="旧", corporate_number=NUMBER)

    edited = edit(row, factories.owner_of(row), name="新", corporate_number=OTHER, industry="小売")

    assert (edited.name, edited.corporate_number, edited.industry) == ("旧", NUMBER, "小売")
    assert edited.pending_changes == {"name": "新", "corporate_number": OTHER}
    assert edited.changed_since_review == ["industry"]
    approved = move(row, coordinator, "approve-changes")
    assert (approved.name, approved.corporate_number) == ("新", OTHER)


def test_a_number_that_was_taken_meanwhile_is_not_approved(bank, coordinator):
    row = factories.make_organization(bank, corporate_number=NUMBER)
    edit(row, factories.owner_of(row), corporate_number=OTHER)
    factories.make_organization(bank, corporate_number=OTHER)

    with pytest.raises(ActionRefused) as refused:
        move(row, coordinator, "approve-changes")

    assert [refusal.code for refusal in refused.value.refusals] == ["corporate_number_taken"]


def test_members_edit_and_coordinators_only_on_behalf(organization, coordinator):
    assert edit(organization, member_of(organization).user, about="漬物").about == "漬物"
    assert edit(organization, coordinator, AT_THE_COUNTER, about="味噌").about == "味噌"
    with pytest.raises(Forbidden):
        edit(organization, coordinator, about="醤油")


def test_scopes(bank, other_bank, coordinator, desk, analyst):
    own, entered = factories.make_organization(bank), factories.make_organization(bank, entered_by=desk)
    factories.make_organization(other_bank)

    def seen(user: Any) -> set[Any]:
        return {row.pk for row in organizations_visible(factories.actor(user))}

    assert seen(coordinator) == {own.pk, entered.pk}
    assert seen(desk) == {entered.pk}
    assert seen(factories.owner_of(own)) == seen(member_of(own).user) == {own.pk}
    assert seen(analyst) == seen(factories.make_user()) == set()
    with pytest.raises(NotFound):
        edit(own, factories.make_user(), about="漬物")


def test_an_owner_adds_members_with_an_event(organization):
    owner, user = factories.owner_of(organization), factories.make_user()
    call = {"organization_id": organization.pk, "email": user.email.upper(), "on_behalf": None, "at": AT}

    member = member_add(actor=factories.actor(owner), role="member", **call)

    assert (member.user_id, member.role) == (user.pk, "member")
    event = Event.objects.get()
    assert (event.subject_id, event.action, event.facts["user_id"]) == (organization.pk, "member-add", str(user.pk))
    with pytest.raises(MemberExists):
        member_add(actor=factories.actor(owner), role="owner", **call)
    with pytest.raises(Forbidden):
        member_add(actor=factories.actor(user), role="owner", **{**call, "email": "x@example.jp"})


def test_the_last_owner_stays(organization):
    owner = organization.members.get()
    call = {"actor": factories.actor(owner.user), "organization_id": organization.pk, "on_behalf": None, "at": AT}

    with pytest.raises(LastOwner):
        member_remove(member_id=owner.pk, expected_version=1, **call)
    with pytest.raises(LastOwner):
        member_role_change(member_id=owner.pk, expected_version=1, role="member", **call)
    second = member_of(organization)
    member_role_change(member_id=second.pk, expected_version=1, role="owner", **call)
    with pytest.raises(StaleVersion):
        member_remove(member_id=second.pk, expected_version=1, **call)
    member_remove(member_id=owner.pk, expected_version=1, **call)
    assert factories.actor(owner.user).hats == ()


def test_the_tick_expires_after_the_last_day_once(bank):
    past = factories.make_organization(bank, valid_until=TODAY - timedelta(days=1))
    factories.make_organization(bank, valid_until=TODAY)

    assert organizations_tick(at=AT) == {"expire": 1}
    assert organizations_tick(at=AT) == {}
    assert Organization.objects.get(registration_state="expired") == past
