"""`GET /matches?waiting_on=me`: the matches whose next step is the caller's."""

from __future__ import annotations

import pytest

from talentbank.matches.models import Match
from talentbank.organizations.models import OrganizationMember
from tests import factories
from tests.api.match_calls import URL

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]


@pytest.fixture
def member(organization):
    person = factories.make_user()
    OrganizationMember.create(at=factories.AT, organization=organization, user=person, role="member")
    return person


def test_waiting_on_me_is_the_side_whose_answer_is_due(session, bank, organization, professional, owner):
    asked = factories.make_match(factories.make_need(organization), professional, "awaiting_professional")
    other = factories.make_match(
        factories.make_need(organization), factories.make_professional(bank), "awaiting_organization"
    )

    def waiting(user):
        return [row["id"] for row in session(user).get(f"{URL}?waiting_on=me").json()["results"]]

    assert (waiting(professional.user), waiting(owner)) == ([str(asked.pk)], [str(other.pk)])


@pytest.mark.parametrize(
    ("state", "confirmed_by", "fields", "waits_for"),
    [
        ("introduced", (), {}, {"professional", "owner"}),
        ("negotiating", ("professional",), {}, {"owner"}),
        ("negotiating", ("organization",), {}, {"professional"}),
        ("active", ("organization",), {}, {"professional"}),
        ("active", ("professional", "organization"), {"agreed_terms_version": 1}, set()),
        ("completed", (), {}, set()),
        ("delivered", ("professional", "organization"), {"agreed_terms_version": 1}, {"owner", "member"}),
        ("postponed", None, {}, {"professional"}),
        (
            "postponed",
            None,
            {"resume_state": "awaiting_organization", "professional_answer": "yes", "organization_answer": "later"},
            {"owner", "member"},
        ),
        ("awaiting_approval", None, {}, {"coordinator"}),
    ],
)
def test_waiting_on_me_is_every_next_step_that_is_ones_own(
    session, need, professional, owner, member, coordinator, state, confirmed_by, fields, waits_for
):
    match = factories.make_match(need, professional, state)
    if confirmed_by is not None:
        factories.make_terms(match, confirmed_by=confirmed_by)
    Match.objects.filter(pk=match.pk).update(**fields)
    people = {"professional": professional.user, "owner": owner, "member": member, "coordinator": coordinator}

    found = {name: session(user).get(f"{URL}?waiting_on=me").json()["results"] for name, user in people.items()}

    assert {name for name, rows in found.items() if [row["id"] for row in rows] == [str(match.pk)]} == waits_for
    assert sum(map(len, found.values())) == len(waits_for)
