"""Trip 3: a coordinator brings a pair together, and every step is on record."""

from __future__ import annotations

import pytest

from talentbank.core.models import Event
from talentbank.needs.models import Need
from talentbank.privacy.models import Disclosure
from tests import factories
from tests.journeys.conftest import calls

pytestmark = pytest.mark.database
TODAY = str(factories.TODAY)


def test_from_the_prospect_to_the_last_day_of_work(bank, organization, professional, coordinator):
    staff, firm, person = calls(coordinator), calls(factories.owner_of(organization)), calls(professional.user)
    need = factories.make_need(organization)
    before = staff.get(f"/statistics/summary?bank={bank.slug}")["matches"]
    body = {"need": str(need.pk), "professional": str(professional.pk), "origin": "prospect"}

    match = staff.post("/matches", body, expect=201)
    firm.get(f"/matches/{match['id']}", expect=404)
    match = staff.act("/matches", match, "propose")
    match = person.act("/matches", person.get(f"/matches/{match['id']}"), "accept")
    firm.get(f"/matches/{match['id']}/contacts", expect=409)
    match = firm.act("/matches", firm.get(f"/matches/{match['id']}"), "accept")
    assert match["state"] == "awaiting_approval" and match["professional"]["name"] is None

    refused = staff.act("/matches", staff.get(f"/matches/{match['id']}"), "approve", expect=409)
    assert [guard["code"] for guard in refused["failed_guards"]] == ["conflict_undecided"]
    staff.post(f"/matches/{match['id']}/conflicts", {"outcome": "none"}, expect=201)
    match = staff.act("/matches", staff.get(f"/matches/{match['id']}"), "approve")
    assert match["state"] == "introduced"

    contacts = firm.get(f"/matches/{match['id']}/contacts")
    assert contacts["professional"]["phone"] == professional.phone
    assert [row["reader_role"] for row in person.get("/me/disclosures")["results"]] == ["owner"]

    firm.post(f"/matches/{match['id']}/terms", {"content": factories.complete_terms()}, expect=201)
    match = firm.act("/matches", firm.get(f"/matches/{match['id']}"), "confirm", {"terms_version": 1})
    match = person.act("/matches", person.get(f"/matches/{match['id']}"), "confirm", {"terms_version": 1})
    assert match["state"] == "contracted" and match["made_on"] == TODAY
    match = person.act("/matches", match, "start")
    match = person.act("/matches", match, "deliver", {"report": "公開しました。"})
    match = firm.act("/matches", firm.get(f"/matches/{match['id']}"), "complete", {"ended_on": TODAY})

    assert match["state"] == "completed" and Need.objects.get(pk=need.pk).state == "fulfilled"
    assert staff.get(f"/statistics/summary?bank={bank.slug}")["matches"] == before + 1
    steps = [row["action"] for row in staff.get(f"/matches/{match['id']}/events")["results"]]
    assert steps == [
        *("create", "propose", "accept", "accept", "decide-conflict", "approve", "draft-terms"),
        *("confirm", "confirm", "start", "deliver", "complete"),
    ]
    chain = list(Event.objects.filter(subject_id=match["id"]).order_by("position"))
    assert [event.previous_hash for event in chain[1:]] == [event.hash for event in chain[:-1]]
    assert Disclosure.objects.filter(match_id=match["id"]).count() == 1
