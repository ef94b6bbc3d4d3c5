"""Texts that no dictionary knows, in needs and profiles: an answer or a 400, in every direction, never a 500."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories
from tests.contract import ContractClient
from tests.factories import make_need, make_professional, owner_of

STRANGE = {
    "one emoji": "🙂",
    "a family of emoji": "👨‍👩‍👧‍👦",
    "stop words alone": "のはがをにです",
    "mixed scripts": "ｼｮｯﾌﾟ Ёлка ελ한국어 العربية ネットショップ C++ café ①㈱",
    "right-to-left marks": "\u202eネット\u202cショップ\u200f\u2067EC\u2069",
    "combining marks": "か\u3099き\u3099" + "e" + "\u0301" * 30,
    "variation selectors": "葛\U000e0100飾区の店",
    "private use": "\ue000\ue001ショップ\uf8ff",
    "spaces of all kinds": "\u3000ネット\u00a0ショップ\u2028EC\u200b",
    "one letter": "a",
    "punctuation": "。、「」！？…――",
    "a line of one sign": "ー" * 5000,
}


def signed_in(user: Any) -> ContractClient:
    client = ContractClient()
    client.force_login(user)
    return client


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
def test_strange_texts_are_ranked_explained_and_kept(bank, organization, coordinator, text):
    professional = make_professional(
        bank,
        headline=text[:200],
        summary=text,
        experiences=[{"title": text[:100], "description": text, "industry": ""}],
        areas=[text[:100]],
    )
    need = make_need(organization, title=text[:200], own_words=text, background=text, area=text[:100])
    staff = signed_in(coordinator)
    place = f"/api/v1/needs/{need.pk}/candidates"

    answers = [
        staff.get(place, {"include": "excluded"}),
        staff.get(place, headers={"Accept-Language": "en"}),
        signed_in(owner_of(organization)).get(place),
        staff.get(f"/api/v1/professionals/{professional.pk}/candidates"),
        signed_in(professional.user).get(f"/api/v1/professionals/{professional.pk}/candidates"),
    ]
    made = staff.post(
        "/api/v1/matches", {"need": str(need.pk), "professional": str(professional.pk), "origin": "prospect"}
    )
    told = staff.get(f"/api/v1/matches/{made.json()['id']}/explanation")

    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert (made.status_code, told.status_code, told.json()["code"]) == (201, 200, "replayed")


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
def test_strange_texts_are_taken_as_written_or_refused_with_a_pointer(organization, text):
    body = {"organization": str(organization.pk), "title": text[:200], "own_words": text}

    answer = signed_in(owner_of(organization)).post("/api/v1/needs", body)

    assert answer.status_code in (201, 400)
    if answer.status_code == 201:
        assert (answer.json()["title"], answer.json()["own_words"]) == (text[:200], text)
    else:
        assert {each["pointer"] for each in answer.json()["errors"]} <= {"/title", "/own_words"}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
def test_a_profile_of_strange_texts_is_changed_as_written_or_refused_with_a_pointer(bank, text):
    professional = factories.make_professional(bank)
    client, place = signed_in(professional.user), f"/api/v1/professionals/{professional.pk}"
    etag = client.get(place)["ETag"]

    answer = client.patch(place, {"headline": text[:200], "summary": text}, headers={"If-Match": etag})

    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert (answer.json()["headline"], answer.json()["summary"]) == (text[:200], text)
