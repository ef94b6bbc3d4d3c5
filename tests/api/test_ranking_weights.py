"""Ranking weights over HTTP: staff read, bank_admins change them for a reason, with a preview before."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from matching.weights import Weights
from talentbank.core.models import Event
from talentbank.ranking.models import BOUNDS, RankingWeights
from talentbank.ranking.weights import defaults, weights_of
from tests import factories
from tests.factories import AT, make_need, make_professional

URL = "/api/v1/ranking-weights"
FIRST = {"If-Match": '"1.0000000000000000"'}
SUMMARIES = {"headline_percent": 5, "skills_percent": 10, "experiences_percent": 35, "summary_percent": 50}
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]


@pytest.fixture
def admin(session, bank_admin) -> Any:
    return session(bank_admin)


@pytest.fixture
def shop_need(bank, organization) -> Any:
    """Two who fit: one says it in the headline, the other in the summary."""
    make_professional(bank, name="見出しの人", headline="通信販売", summary="写真と動画。")
    make_professional(bank, name="本文の人", headline="写真と動画", summary="通信販売。")
    return make_need(organization, title="通信販売", own_words="通信販売")


def patched(client: Any, bank: Any, headers: dict[str, str] | None = None, **body: Any) -> Any:
    return client.patch(f"{URL}?bank={bank.slug}", {"reason": "試行の結果", **body}, headers=headers or FIRST)


def names(client: Any, need: Any) -> list[str]:
    results = client.get(f"/api/v1/needs/{need.pk}/candidates").json()["results"]
    return [row["professional"]["name"] for row in results]


def test_a_bank_that_has_set_nothing_weighs_as_the_library_does(session, bank, coordinator, desk, analyst):
    for user in (coordinator, desk, analyst):
        answer = session(user).get(URL, {"bank": bank.slug})
        assert answer.status_code == 200
    body = answer.json()

    assert (body["bank"], body["is_default"], body["updated_at"]) == (str(bank.pk), True, None)
    assert body["defaults"] == {name: body[name] for name in BOUNDS} == defaults()
    assert (body["text_percent"], body["synonym_percent"], body["experiences_percent"]) == (60, 50, 30)
    assert weights_of(bank.pk) == Weights()
    assert not RankingWeights.objects.exists()


def test_an_admin_changes_weights_and_the_next_ranking_follows(admin, bank, shop_need):
    assert names(admin, shop_need) == ["見出しの人", "本文の人"]
    etag = {"If-Match": admin.get(URL, {"bank": bank.slug}).headers["ETag"]}

    changed = patched(admin, bank, etag, **SUMMARIES)

    assert changed.status_code == 200, changed.content.decode()
    assert (changed.json()["summary_percent"], changed.json()["is_default"]) == (50, False)
    assert names(admin, shop_need) == ["本文の人", "見出しの人"]
    assert patched(admin, bank, etag, text_percent=70).status_code == 412
    again = {"If-Match": changed.headers["ETag"]}
    back = patched(admin, bank, again, **{name: defaults()[name] for name in SUMMARIES})
    assert back.json()["is_default"]
    assert names(admin, shop_need) == ["見出しの人", "本文の人"]


def test_every_number_that_a_bank_sets_reaches_the_engine(admin, bank):
    other = {**SUMMARIES, "text_percent": 70, "best_percent": 40, "synonym_percent": 30, "near_percent": 20}

    assert patched(admin, bank, **other).status_code == 200

    weights = weights_of(bank.pk)
    assert dict(weights.document_fields) == {"headline": 0.05, "skills": 0.1, "experiences": 0.35, "summary": 0.5}
    shares = (weights.text_share, weights.best_share, weights.synonym_share, weights.near_share)
    assert shares == (0.7, 0.4, 0.3, 0.2)


def test_the_record_keeps_before_after_and_why(admin, bank):
    patched(admin, bank, text_percent=70)

    event = Event.objects.get(action="change-ranking-weights")
    assert (event.bank_id, event.actor_role) == (bank.pk, "bank_admin")
    assert event.facts == {"changed": {"text_percent": {"from": 60, "to": 70}}}
    assert event.text.content["note"] == "試行の結果"


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"text_percent": 29}, "/text_percent", "min_value"),
        ({"text_percent": 91}, "/text_percent", "max_value"),
        ({"text_percent": 60.5}, "/text_percent", "integer"),
        ({"summary_percent": 30}, "/headline_percent", "not_a_whole"),
        ({"headline_percent": 0, "summary_percent": 45}, "/headline_percent", "min_value"),
        ({"full_years": 5}, "/full_years", "unknown_field"),
        ({"reason": " "}, "/reason", "blank"),
    ],
)
def test_a_wrong_number_is_pointed_at_and_nothing_changes(admin, bank, body, pointer, code):
    answer = patched(admin, bank, **body)

    assert answer.status_code == 400
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert not RankingWeights.objects.exists()


def test_a_change_without_a_reason_is_refused(admin, bank):
    answer = admin.patch(f"{URL}?bank={bank.slug}", {"text_percent": 70}, headers=FIRST)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/reason")


@pytest.mark.parametrize("change", [{"text_percent": 95}, {"near_percent": 61}, {"headline_percent": 30}])
def test_the_database_holds_the_bounds_and_the_whole(bank, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        RankingWeights.create(at=AT, bank=bank, **{**defaults(), **change})


@pytest.mark.parametrize("who", ["coordinator", "desk", "analyst"])
def test_nobody_else_changes_or_previews_weights(request, session, bearer, bank, bank_admin, other_bank, who):
    stranger = session(factories.make_staff(other_bank, "bank_admin"))
    preview = {"bank": bank.slug, "text_percent": 70}

    for client in (session(request.getfixturevalue(who)), stranger):
        assert patched(client, bank, text_percent=70).status_code == 403
        assert client.post(f"{URL}/preview", preview).status_code == 403
    assert stranger.get(URL, {"bank": bank.slug}).status_code == 403
    assert patched(bearer(bank_admin, scopes=("matches:read",)), bank, text_percent=70).status_code == 403
    assert admin_without_version(session(bank_admin), bank) == 428


def admin_without_version(client: Any, bank: Any) -> int:
    return int(client.patch(f"{URL}?bank={bank.slug}", {"reason": "x", "text_percent": 70}).status_code)


def test_the_preview_says_who_would_move_and_saves_nothing(admin, bank, shop_need):
    answer = admin.post(f"{URL}/preview", {"bank": bank.slug, **SUMMARIES})

    assert answer.status_code == 200, answer.content.decode()
    (change,) = answer.json()["changes"]
    moved = {place["professional"]["name"]: (place["rank_before"], place["rank_after"]) for place in change["moved"]}
    assert change["need"]["id"] == str(shop_need.pk)
    assert moved == {"見出しの人": (1, 2), "本文の人": (2, 1)}
    assert (change["entered"], change["left"], change["met"], change["lost"]) == ([], [], [], [])
    assert not RankingWeights.objects.exists()
    assert admin.post(f"{URL}/preview", {"bank": bank.slug}).json()["changes"] == []
    assert admin.post(f"{URL}/preview", {"bank": bank.slug, "summary_percent": 40}).status_code == 400
