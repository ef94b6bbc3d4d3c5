"""Hats: which roles an account wears on a day, and under which one a call is made."""

from __future__ import annotations

from datetime import timedelta

import pytest

from talentbank.accounts.policies import require_coordinator, single_hat
from talentbank.accounts.selectors import actor_for
from talentbank.accounts.services import MembershipExists, membership_create
from talentbank.core.actors import Actor, Hat, Role
from talentbank.core.errors import ActingAsRequired, Forbidden, InvalidInput
from talentbank.core.models import Event
from tests import factories
from tests.factories import AT, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def roles(user, at=AT) -> list[str]:
    return [hat.role.value for hat in actor_for(user, at=at).hats]


@pytest.mark.parametrize(
    ("fields", "worn"),
    [
        ({}, True),
        ({"valid_until": TODAY}, True),
        ({"valid_until": TODAY - timedelta(days=1)}, False),
        ({"valid_from": TODAY + timedelta(days=1)}, False),
        ({"ended_at": AT}, False),
    ],
)
def test_a_role_is_worn_on_its_days(bank, fields, worn):
    user = factories.make_staff(bank, "coordinator", **fields)

    assert roles(user) == (["coordinator"] if worn else [])


def test_a_new_role_holds_from_the_day_it_is_given_in_japan(bank):
    user, early = factories.make_user(), AT.replace(hour=15, minute=30)  # 00:30 of the next day in Japan

    row = membership_create(bank=bank, user=user, role="analyst", at=early, actor=Actor())

    assert row.valid_from == TODAY + timedelta(days=1)
    assert roles(user, early) == ["analyst"]
    assert Event.objects.get(subject_id=row.pk).action == "create"
    with pytest.raises(MembershipExists):
        membership_create(bank=bank, user=user, role="analyst", at=early, actor=Actor())


def test_an_account_wears_staff_and_sides_hats_at_once(bank, professional, organization):
    user = factories.make_staff(bank, "coordinator", user=professional.user)
    organization.members.create(user=user, role="owner", created_at=AT, updated_at=AT)

    assert roles(user) == ["coordinator", "owner", "professional"]
    held = factories.make_professional(bank, holder_kind="organization", organization=organization)
    assert actor_for(user, at=AT).wears(Role.PROFESSIONAL, held.pk)


@pytest.mark.parametrize("header", ["coordinator", "boss:1", "analyst:{bank}", "coordinator:{other}"])
def test_only_a_hat_that_is_worn_can_be_chosen(bank, other_bank, coordinator, header):
    with pytest.raises(InvalidInput):
        actor_for(coordinator, at=AT, acting_as=header.format(bank=bank.pk, other=other_bank.pk))


def test_a_chosen_hat_is_the_only_one_that_counts(bank, professional):
    user = factories.make_staff(bank, "coordinator", user=professional.user)

    actor = actor_for(user, at=AT, acting_as=f"professional:{professional.pk}")

    assert not actor.is_coordinator_of(bank.pk) and actor.worn == (actor.acting_as,)
    with pytest.raises(Forbidden):
        require_coordinator(actor, bank.pk)


def test_several_staff_roles_are_one_hat_and_a_side_beside_them_is_a_choice(bank, professional):
    desk, admin = Hat(Role.SUPPORT_DESK, bank.pk, bank.pk), Hat(Role.BANK_ADMIN, bank.pk, bank.pk)
    side = Hat(Role.PROFESSIONAL, professional.pk, bank.pk)

    assert single_hat([desk, admin]) == admin
    with pytest.raises(ActingAsRequired) as error:
        single_hat([desk, admin, side])
    assert error.value.facts["hats"] == [str(admin), str(side)]
    with pytest.raises(Forbidden):
        single_hat([])
