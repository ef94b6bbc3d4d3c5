"""Trip 2: a business says in plain words what it needs and sees who fits, and why."""

from __future__ import annotations

import pytest

from tests import factories
from tests.journeys.conftest import calls

pytestmark = pytest.mark.database


@pytest.fixture
def shop(bank):
    """A shop that wants to sell online, and three professionals: one who fits, one who does not, one who is empty."""
    factories.make_professional(bank, name="髙橋 直樹", headline="EC運用・Shopify構築", summary="", skills=["shopify"])
    factories.make_professional(bank, name="𠮷田 光", headline="ネットワーク工事", summary="LAN配線。", skills=[])
    factories.make_professional(bank, name="空 白", headline="", summary="", skills=[])
    return factories.make_organization(bank)


def test_plain_words_find_the_expert_who_uses_other_words(vocabulary, shop, coordinator):
    owner, staff = calls(factories.owner_of(shop)), calls(coordinator)
    body = {
        "organization": str(shop.pk),
        "title": "漬物をネットでも",
        "own_words": "ネットショップを始めたい。何から手を付ければよいか分かりません。",
        "confidentiality": "public",
        "hours_per_week": 4,
    }

    need = owner.post("/needs", body, expect=201)
    need = owner.act("/needs", need, "submit")
    assert (need["state"], need["reference"]) == ("submitted", "R8-依-0001")
    read = staff.get(f"/needs/{need['id']}")
    read = staff.patch(f"/needs/{need['id']}", {"public_summary": "食品店がネット販売を始めます。"}, etag=read["etag"])
    refused = staff.act("/needs", read, "open", expect=409)
    assert "summary" in refused["failed_guards"][0]["code"]
    need = owner.act("/needs", owner.get(f"/needs/{need['id']}"), "agree-summary")
    need = staff.act("/needs", staff.get(f"/needs/{need['id']}"), "open")
    assert need["state"] == "open"

    found = staff.get(f"/needs/{need['id']}/candidates")
    best = found["results"][0]
    assert best["professional"]["name"] == "髙橋 直樹"
    total = sum(row["value"] for row in best["staff"]["contributions"])
    assert total == pytest.approx(best["staff"]["score"], abs=1e-9)
    empty = [row for row in found["results"] if row["insufficient_data"]]
    assert [(row["professional"]["name"], row["staff"]["score"]) for row in empty] == [("空 白", None)]

    seen = owner.client.get(f"/api/v1/needs/{need['id']}/candidates")
    card = seen.json()["results"][0]
    assert card["card"]["headline"] and card["strength"] and card["professional"] is None and card["staff"] is None
    assert "髙橋" not in seen.content.decode()


def test_who_has_no_hours_left_is_no_candidate(vocabulary, shop, coordinator, bank):
    factories.make_professional(bank, name="多 忙", headline="EC運用・Shopify構築", hours_per_week=1)
    need = factories.make_need(shop, hours_per_week=4)

    found = calls(coordinator).get(f"/needs/{need.pk}/candidates")

    assert "多 忙" not in [row["professional"]["name"] for row in found["results"]]
