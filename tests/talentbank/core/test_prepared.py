"""A prepared query gives what Django's own would, for each caller, on each database."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.idp.oidc.models import Client
from django.db import connections

from talentbank.accounts import admissions, hats
from talentbank.accounts.models import StaffMembership
from talentbank.core.prepared import Prepared
from talentbank.organizations import selectors as organizations
from talentbank.professionals import selectors as professionals
from tests import factories
from tests.factories import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_what_every_call_asks_is_what_django_would_ask(bank: Any) -> None:
    people = [factories.make_staff(bank, role) for role in ("coordinator", "bank_admin")]
    firm = factories.make_organization(bank)
    owner = factories.owner_of(firm)
    factories.make_professional(bank, holder_kind="organization", organization=firm, user=None)
    people += [owner, factories.make_professional(bank).user, factories.make_user()]
    client_id = factories.let_in(Client.objects.create(name="front end"), bank)[0].client_id

    for user in people:
        given = {"user_id": user.pk}
        for prepared, make in (
            (professionals._held, professionals._held_query),
            (organizations._memberships, organizations._membership_query),
        ):
            assert sorted(prepared(**given)) == sorted(make(**given))
        for day in (TODAY, TODAY - timedelta(days=10_000)):
            assert hats._staff_rows(today=day, **given) == list(hats._staff_query(today=day, **given))
            asked = {"client_id": client_id, "day": day}
            assert admissions._client_banks(**asked) == list(admissions._client_banks_query(**asked))
    assert professionals._held(user_id=owner.pk), "the sample has somebody held by an organization"


def test_the_sql_is_written_once(bank: Any, django_assert_num_queries: Any) -> None:
    written: list[UUID] = []

    def make(user_id: UUID) -> Any:
        written.append(user_id)
        return StaffMembership.objects.filter(user_id=user_id).values_list("role")

    prepared, (one, other) = Prepared(make, user_id=UUID), [factories.make_staff(bank, "analyst") for _ in range(2)]

    with django_assert_num_queries(2):
        assert prepared(user_id=one.pk) == prepared(user_id=other.pk) == [("analyst",)]
    assert len(written) == 1 and written[0] not in (one.pk, other.pk)
    assert vars(connections["default"])["_prepared"][prepared].sql.count("%s") == 1


def test_a_name_that_the_query_does_not_ask_for_is_a_mistake() -> None:
    prepared = Prepared(lambda day: StaffMembership.objects.values_list("role"), day=date)

    with pytest.raises(ValueError, match="day"):
        prepared(day=TODAY)
