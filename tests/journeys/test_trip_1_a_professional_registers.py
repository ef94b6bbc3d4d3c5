"""Trip 1: somebody registers alone, somebody else at the counter; the city reviews with four eyes."""

from __future__ import annotations

import pytest

from talentbank.core.models import Event
from talentbank.professionals.models import Professional
from tests import factories
from tests.journeys.conftest import CONSENTS, calls

pytestmark = pytest.mark.database
PERSON = {
    "name": "葛󠄀西 真由",
    "kana": "カサイ マユ",
    "email": "mayu@example.jp",
    "headline": "英語の商品説明と越境EC",
    "summary": "台湾の商社に六年。",
    "residency": "city",
    "hours_per_week": 10,
    "skills": [{"skill": "cross-border-ec", "level": 4}],
    "consents": CONSENTS,
}


def test_a_person_registers_is_sent_back_once_and_approved(bank, coordinator, other_bank, vocabulary):
    person, staff = calls(factories.make_user()), calls(coordinator)

    row = person.post("/professionals", {"bank": str(bank.pk), **PERSON}, expect=201)
    assert (row["registration_state"], row["name"]) == ("draft", "葛󠄀西 真由")

    row = person.act("/professionals", row, "submit")
    assert (row["registration_state"], row["reference"]) == ("submitted", "R8-登-0001")

    stranger = calls(factories.make_staff(other_bank))
    stranger.get(f"/professionals/{row['id']}", expect=404)

    asked = staff.get(f"/professionals/{row['id']}")
    comments = {"/summary": "いつごろのご経験ですか。"}
    asked = staff.act("/professionals", asked, "request-changes", {"comments": comments})
    assert asked["registration_state"] == "changes_requested"

    row = person.get(f"/professionals/{row['id']}")
    assert row["review_comments"] == comments
    row = person.patch(f"/professionals/{row['id']}", {"summary": "台湾の商社に2021年まで六年。"}, etag=row["etag"])
    row = person.act("/professionals", row, "submit")
    row = staff.act("/professionals", staff.get(f"/professionals/{row['id']}"), "approve")

    assert row["registration_state"] == "approved"
    actions = Event.objects.filter(subject_id=row["id"]).order_by("position").values_list("action", flat=True)
    assert list(actions) == ["create", "submit", "request-changes", "update", "submit", "approve"]


def test_a_desk_registers_somebody_and_does_not_approve_what_it_typed_in(bank, desk, coordinator, vocabulary):
    helper, staff = calls(desk), calls(coordinator)
    on_behalf = {"on_behalf_of": "professional", "channel": "counter", "evidence_note": "読み上げて確認"}

    row = helper.post("/professionals", {"bank": str(bank.pk), **PERSON, **on_behalf}, expect=201)
    row = helper.act("/professionals", row, "submit", on_behalf)
    assert (row["channel"], row["registration_state"]) == ("counter", "submitted")

    refused = helper.act("/professionals", row, "approve", expect=403)
    assert refused["code"] == "role_forbidden"
    factories.make_staff(bank, "coordinator", user=desk)
    refused = calls(desk).act("/professionals", row, "approve", expect=409)
    assert [guard["code"] for guard in refused["failed_guards"]] == ["four_eyes"]
    assert Professional.objects.get(pk=row["id"]).registration_state == "submitted"

    approved = staff.act("/professionals", staff.get(f"/professionals/{row['id']}"), "approve")
    assert approved["registration_state"] == "approved"
    event = Event.objects.get(subject_id=row["id"], action="submit")
    assert (event.on_behalf_of, event.channel, event.actor_role) == ("professional", "counter", "support_desk")
