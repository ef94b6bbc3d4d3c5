"""Slates over HTTP: who may ask, what is answered, and that the answer goes straight into bulk-propose."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talentbank.matches.models import Match
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from tests.contract import ContractClient
from tests.factories import make_bank, make_match, make_organization, make_staff, owner_of
from tests.talentbank.ranking.samples import edit, make_bookkeeper, make_shop_need, make_shopkeeper

URL = "/api/v1/slates"
BULK = "/api/v1/matches/bulk-propose"
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def need(organization: Organization) -> Need:
    return make_shop_need(organization)


def items_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [proposal["item"] for row in body["results"] for proposal in row["proposals"]]


def test_a_coordinator_gets_a_proposal_for_each_need_and_why_there_is_none(session, bank, need, coordinator):
    garden = make_shop_need(need.organization, title="庭木の剪定", own_words="松。", skills=[], state="open")
    make_shopkeeper(bank, name="通販 花子")
    make_shopkeeper(bank, referral_status="paused")

    answer = session(coordinator).get(URL, {"bank": bank.slug})

    body = answer.json()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    first, second = body["results"]
    (proposal,) = first["proposals"]
    assert (first["need"]["id"], first["need"]["organization"]) == (str(need.pk), need.organization.name)
    assert (proposal["professional"]["name"], proposal["rank"], proposal["round"]) == ("通販 花子", 1, 1)
    assert proposal["item"] == {"need": str(need.pk), "professional": proposal["professional"]["id"]}
    assert 0 < len(proposal["contributions"]) <= 5 and proposal["score"] > 0
    assert (second["need"]["id"], second["proposals"]) == (str(garden.pk), [])
    assert [each["code"] for each in second["reasons"]] == ["no_candidates"]
    assert (second["considered"], second["excluded"]) == (
        1,
        [{"code": "professional_paused", "label": "休止中", "count": 1}],
    )
    assert body["counts"] == {"needs": 2, "served": 1, "places": 2, "proposals": 1}
    assert (body["most_per_professional"], body["at_least"], body["beside_open"]) == (3, "fair", False)
    assert (body["residents_first"], len(body["model_version"])) == ("tie_break", 16)


def test_the_items_go_straight_into_bulk_propose(session, bank, organization, coordinator):
    needs = [make_shop_need(organization, hours_per_week=4) for _ in range(3)]
    make_shopkeeper(bank)
    make_shopkeeper(bank)
    prospect = make_match(needs[0], make_bookkeeper(bank), "prospect")
    client = session(coordinator)

    items = items_of(client.get(URL, {"bank": bank.slug}).json())
    answer = client.post(BULK, {"items": items})

    assert {"match": str(prospect.pk)}.items() <= items[0].items()
    assert [row["status"] for row in answer.json()["results"]] == ["proposed"] * 3
    assert Match.objects.filter(state="awaiting_professional").count() == 3
    assert items_of(client.get(URL, {"bank": bank.slug}).json()) == []


def test_an_item_of_a_prospect_that_moved_on_meanwhile_is_stale(session, bank, need, coordinator):
    prospect = make_match(need, make_shopkeeper(bank), "prospect")
    client = session(coordinator)
    items = items_of(client.get(URL, {"bank": bank.slug}).json())

    prospect.save_step(at=prospect.created_at)

    assert client.post(BULK, {"items": items}).json()["results"][0]["status"] == "stale"


def test_the_rules_are_the_caller_s(session, bank, organization, coordinator):
    needs = [make_shop_need(organization, hours_per_week=1) for _ in range(3)]
    make_shopkeeper(bank)
    client = session(coordinator)

    def proposals(**rules: Any) -> int:
        return client.get(URL, {"bank": bank.slug, **rules}).json()["counts"]["proposals"]

    assert (proposals(), proposals(most_per_professional=2), proposals(most_per_professional=1)) == (3, 2, 1)
    assert proposals(need=[str(needs[0].pk), str(needs[1].pk)]) == 2


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"most_per_professional": "0"}, "/query/most_per_professional"),
        ({"most_per_professional": "21"}, "/query/most_per_professional"),
        ({"at_least": "mighty"}, "/query/at_least"),
        ({"beside_open": "yes"}, "/query/beside_open"),
        ({"need": "x"}, "/query/need"),
        ({"limit": "5"}, "/query/limit"),
    ],
)
def test_wrong_rules_are_refused(session, bank, coordinator, query, pointer):
    answer = session(coordinator).get(URL, {"bank": bank.slug, **query})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


def test_a_need_out_of_sight_and_a_bank_that_is_none_are_not_found(session, bank, other_bank, coordinator):
    foreign = make_shop_need(make_organization(other_bank))

    for query in ({"need": str(foreign.pk)}, {"need": str(uuid4())}):
        assert session(coordinator).get(URL, {"bank": bank.slug, **query}).status_code == 404
    assert session(coordinator).get(URL, {"bank": "nowhere"}).status_code == 404


def test_only_the_bank_s_coordinators_and_admins_may_ask(session, bank, other_bank, organization, professional):
    allowed = [make_staff(bank, "coordinator"), make_staff(bank, "bank_admin")]
    refused = [
        *(make_staff(bank, role) for role in ("support_desk", "analyst")),
        *(make_staff(other_bank, role) for role in ("coordinator", "bank_admin")),
        professional.user,
        owner_of(organization),
    ]

    answers = [session(user).get(URL, {"bank": bank.slug}).status_code for user in [*allowed, *refused]]

    assert answers == [200, 200, *[403] * 6]
    assert ContractClient().get(URL, {"bank": bank.slug}).status_code == 401


def test_a_token_needs_the_scope(bearer, bank, coordinator):
    assert bearer(coordinator, scopes=("matches:read",)).get(URL, {"bank": bank.slug}).status_code == 200
    lacking = bearer(coordinator, scopes=("statistics:read", "needs:read")).get(URL, {"bank": bank.slug})
    assert (lacking.status_code, lacking.json()["code"]) == (403, "insufficient_scope")


@pytest.mark.django_db(transaction=True)
def test_the_number_of_queries_grows_with_neither_needs_nor_people():
    bank = make_bank()
    organization, coordinator = make_organization(bank), make_staff(bank)
    make_shop_need(organization)
    make_shopkeeper(bank)
    client = ContractClient()
    client.force_login(coordinator)

    def queries() -> int:
        assert client.get(URL, {"bank": bank.slug}).status_code == 200
        with CaptureQueriesContext(connection) as counted:
            assert client.get(URL, {"bank": bank.slug}).json()["counts"]["proposals"] > 0
        return len(counted)

    few = queries()
    for _ in range(4):
        edit(make_shopkeeper(bank))
        edit(make_shop_need(make_organization(bank)))

    assert queries() == few == 20  # five of them are sign-in and hats
