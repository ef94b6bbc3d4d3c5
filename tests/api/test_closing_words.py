"""What the sides read of a step: polite words that are true of it, and no code alone."""

from __future__ import annotations

import pytest

from tests import factories
from tests.api.match_calls import URL, act

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]


def told(client, match) -> list[str]:
    return client.get(f"{URL}/{match.pk}/events").json()["results"][-1]["told"]


def test_whoever_loses_to_somebody_else_is_told_so_politely(session, bank, need, professional, owner, coordinator):
    other = factories.make_professional(bank)
    waiting = factories.make_match(need, other, "awaiting_organization", organization_answer="asked")
    made = factories.make_match(need, professional, "negotiating")
    factories.make_terms(made)
    act(session(owner), made, "confirm", terms_version=1)
    act(session(professional.user), made, "confirm", terms_version=1)

    assert "ほかの方にお願いすることになりました" in told(session(other.user), waiting)[0]
    assert "人数がそろった" in told(session(owner), waiting)[0]
    assert told(session(coordinator), waiting) == []


def test_whoever_gave_a_reason_is_not_told_of_it_as_the_other_sides(session, need, professional, owner):
    match = factories.make_match(need, professional, "awaiting_organization", organization_answer="asked")
    act(session(owner), match, "decline", reason_codes=["no_hours"], share_reason=True)

    assert told(session(owner), match) == []
    assert told(session(professional.user), match) == ["事業者さまの受け入れの準備が整いませんでした。"]


def test_a_rest_is_told_as_a_rest_and_as_asked_for_to_whom_it_was(session, need, professional, owner, coordinator):
    match = factories.make_match(need, professional, "active")
    asked = {"requested_by": "professional", "reason_codes": ["no_hours"]}
    act(session(coordinator), match, "suspend", **asked)

    assert told(session(professional.user), match) == ["お申し出のとおりに手続きしました。"]
    (words,) = told(session(owner), match)
    assert words.startswith("お仕事をいったんお休みとしました。")


def test_the_codes_hold_the_words_of_every_closing(session):
    rows = session(None).get("/api/v1/codes/match-closed-reasons").json()["results"]
    assert all(row["told"]["professional"] and row["told"]["organization"] for row in rows)
    assert {"filled", "lapsed", "party_unavailable"} <= {row["code"] for row in rows}
