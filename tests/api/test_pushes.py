"""GET /me/pushes: the needs that were pointed out to me, while I may see them."""

from __future__ import annotations

import pytest

from talentbank.matches.models import Push
from tests import factories
from tests.factories import AT, TODAY

URL = "/api/v1/me/pushes"
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]


@pytest.fixture
def push(bank, need, professional):
    return Push.create(at=AT, bank=bank, need=need, professional=professional, week=TODAY)


def listed(client):
    answer = client.get(URL)
    assert answer.status_code == 200
    return answer.json()["results"]


def test_a_professional_sees_the_need_but_not_whose_it_is(session, push, need, professional):
    (row,) = listed(session(professional.user))

    assert (row["id"], row["week"], row["professional"]) == (str(push.pk), "2026-11-02", str(professional.pk))
    assert (row["need"]["id"], row["need"]["organization"]) == (str(need.pk), None)
    need.anonymous = False
    need.save_step(at=AT)
    assert listed(session(professional.user))[0]["need"]["organization"] == need.organization.name


def test_nobody_else_sees_it(session, bank, push, coordinator, owner):
    for user in (coordinator, owner, factories.make_professional(bank).user):
        assert listed(session(user)) == []


@pytest.mark.parametrize(
    "change",
    [{"state": "cancelled"}, {"state": "on_hold"}, {"confidentiality": "coordinators"}],
    ids=lambda change: next(iter(change.values())),
)
def test_a_need_that_is_out_of_sight_is_gone(session, push, need, professional, change):
    for name, value in change.items():
        setattr(need, name, value)
    need.save_step(at=AT)

    assert listed(session(professional.user)) == []


def test_hiding_takes_it_away(session, push, need, professional):
    professional.hidden_from = [need.organization.name]
    professional.save_step(at=AT)

    assert listed(session(professional.user)) == []


def test_a_registration_that_is_not_approved_sees_nothing(session, push, professional):
    professional.registration_state = "suspended"
    professional.save_step(at=AT)

    assert listed(session(professional.user)) == []


def test_the_people_of_an_organization_see_what_was_pointed_out_to_it(session, bank, need):
    holder = factories.make_organization(bank)
    professional = factories.make_professional(bank, holder_kind="organization", organization=holder, user=None)
    Push.create(at=AT, bank=bank, need=need, professional=professional, week=TODAY)

    assert len(listed(session(factories.owner_of(holder)))) == 1


def test_a_token_needs_the_scope(bearer, push, professional):
    assert bearer(professional.user, scopes=("me:read",)).get(URL).status_code == 403
