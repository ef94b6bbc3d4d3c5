"""The card of a match: what the organization answers by, the same before and after the introduction."""

from __future__ import annotations

import json

import pytest

from tests import factories
from tests.api.match_calls import URL

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]


@pytest.mark.parametrize("state", ["awaiting_organization", "introduced", "completed"])
def test_an_organization_reads_whom_it_answers_without_learning_who_it_is(session, need, professional, owner, state):
    match = factories.make_match(need, professional, state)

    answer = session(owner).get(f"{URL}/{match.pk}/card")

    assert answer.status_code == 200, answer.content
    card = answer.json()
    assert [skill["code"] for skill in card["skills"]] == [each.skill.code for each in professional.skills.all()]
    assert len(card["experiences"]) == len(professional.experiences) and card["headline"]
    shown = json.dumps(card, ensure_ascii=False)
    assert not any(secret in shown for secret in (professional.name, professional.email, str(professional.pk)))


def test_it_is_the_card_that_the_match_names(session, need, professional, owner):
    match = factories.make_match(need, professional, "awaiting_organization", organization_answer="asked")
    client = session(owner)

    named = client.get(f"{URL}/{match.pk}").json()["professional"]["card"]
    assert client.get(f"{URL}/{match.pk}/card").json()["card"] == named


def test_who_does_not_see_the_match_sees_no_card(session, bank, need, professional):
    match = factories.make_match(need, professional, "awaiting_organization")
    stranger = factories.make_professional(bank)

    assert session(stranger.user).get(f"{URL}/{match.pk}/card").status_code == 404
    assert session(None).get(f"{URL}/{match.pk}/card").status_code == 401
