"""The explanation of a match over HTTP."""

from __future__ import annotations

import json
from math import fsum
from typing import Any

import pytest

from talentbank.core.models import EventText
from tests.contract import ContractClient
from tests.factories import owner_of
from tests.talentbank.ranking.samples import edit, make_shop_need, make_shopkeeper

SECRET = "電話対応は不可"


def signed_in(user: Any) -> ContractClient:
    client = ContractClient()
    client.force_login(user)
    return client


@pytest.fixture
def professional(bank):
    return make_shopkeeper(bank, summary=f"食品の通信販売。{SECRET}。")


@pytest.fixture
def need(organization):
    return make_shop_need(organization, background="電話の件も。")


@pytest.fixture
def path(need, professional, coordinator) -> str:
    body = {"need": str(need.pk), "professional": str(professional.pk), "origin": "prospect"}
    made = signed_in(coordinator).post("/api/v1/matches", body)
    assert made.status_code == 201
    return f"/api/v1/matches/{made.json()['id']}"


def test_a_coordinator_reads_the_score_told_again_with_the_texts_of_that_day(path, professional, need, coordinator):
    edit(professional, summary="造園。", headline="庭")

    body = signed_in(coordinator).get(f"{path}/explanation").json()

    replay = body["replay"]
    assert (body["code"], body["detail"]) == ("replayed", "保存された点数を、当時の記載から再現しました。")
    assert replay["score"] == pytest.approx(body["snapshot"]["score"], abs=1e-9)
    assert fsum(row["value"] for row in replay["contributions"]) == pytest.approx(replay["score"], abs=1e-9)
    assert replay["texts"]["profile"]["summary"] == f"食品の通信販売。{SECRET}。"
    assert "電話" in [each["term"] for each in replay["conflicts"]]
    spans = [span for row in replay["contributions"] for span in row["profile_spans"] if span["pointer"] == "/headline"]
    assert "ECサイトの構築" in {replay["texts"]["profile"]["headline"][span["start"] : span["end"]] for span in spans}
    assert body["snapshot"]["slate"]["rank"] == 1


def test_after_erasure_the_answer_has_a_code_and_the_numbers(path, coordinator):
    EventText.objects.all().delete()

    body = signed_in(coordinator).get(f"{path}/explanation").json()

    assert (body["code"], body["replay"]) == ("texts_erased", None)
    assert body["snapshot"]["score"] > 0
    assert SECRET not in json.dumps(body, ensure_ascii=False)


def test_the_texts_behind_a_score_are_read_nowhere_else(path, coordinator):
    for place in ("", "/events", "/actions"):
        answer = signed_in(coordinator).get(path + place)
        assert answer.status_code == 200
        assert SECRET not in answer.content.decode()


def test_neither_side_reads_an_explanation(path, organization, professional):
    for user in (owner_of(organization), professional.user):
        assert signed_in(user).get(f"{path}/explanation").status_code in (403, 404)
