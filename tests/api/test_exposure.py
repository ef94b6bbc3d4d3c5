"""The exposure report over HTTP: figures for analysts, names for coordinators, nothing for anybody else."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from tests.contract import ContractClient
from tests.factories import make_bank, make_organization, make_staff, owner_of
from tests.talentbank.ranking.samples import edit, make_bookkeeper, make_shop_need, make_shopkeeper

URL = "/api/v1/exposure"
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def need(organization: Organization) -> Need:
    return make_shop_need(organization)


def test_a_coordinator_reads_figures_and_names(session, bank, need, coordinator):
    make_shopkeeper(bank, name="通販 花子")
    make_bookkeeper(bank, name="造園 太郎", headline="庭木の剪定", summary="造園。")
    make_shopkeeper(bank, name="休み 次郎", referral_status="paused")

    answer = session(coordinator).get(URL, {"bank": bank.slug})

    body = answer.json()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert [(each["name"], each["times"], each["best_rank"]) for each in body["professionals"]] == [
        ("造園 太郎", 0, None),
        ("通販 花子", 1, 1),
        ("休み 次郎", 0, None),
    ]
    assert [[why["code"] for why in each["refusals"]] for each in body["professionals"]][2] == ["professional_paused"]
    assert (body["top"], body["needs"], body["needs_without"], body["appearances"]) == (5, 1, 0, 1)
    assert (body["approved"], body["can_be_shown"], body["never_shown"]) == (3, 2, 1)
    assert (body["share_never_shown"], body["least_share_never_shown"]) == (0.5, 0.5)
    assert (body["gini"], body["least_gini"]) == (0.5, 0.5)
    assert body["distribution"] == [{"times": 0, "professionals": 1}, {"times": 1, "professionals": 1}]
    assert (len(body["model_version"]), body["as_of"]["revision"] >= 0) == (16, True)


def test_an_analyst_reads_the_same_figures_and_nobody_s_name(session, bank, need, coordinator, analyst):
    shopkeeper = make_shopkeeper(bank, name="通販 花子")

    staff = session(coordinator).get(URL, {"bank": bank.slug}).json()
    body = session(analyst).get(URL, {"bank": bank.slug}).json()

    assert body == {**staff, "named": False, "professionals": []}
    text = json.dumps(body, ensure_ascii=False)
    assert "花子" not in text and str(shopkeeper.pk) not in text and shopkeeper.reference not in text


def test_names_need_the_scope_for_people(bearer, bank, need, coordinator):
    make_shopkeeper(bank)

    figures = bearer(coordinator, scopes=("statistics:read",)).get(URL, {"bank": bank.slug}).json()
    both = bearer(coordinator, scopes=("statistics:read", "professionals:read")).get(URL, {"bank": bank.slug}).json()
    neither = bearer(coordinator, scopes=("professionals:read",)).get(URL, {"bank": bank.slug})

    assert (figures["named"], figures["professionals"], figures["gini"]) == (False, [], 0.0)
    assert (both["named"], len(both["professionals"])) == (True, 1)
    assert (neither.status_code, neither.json()["code"]) == (403, "insufficient_scope")


def test_staff_who_see_figures_may_ask_and_nobody_else(session, bank, other_bank, organization, professional):
    allowed = [make_staff(bank, role) for role in ("coordinator", "bank_admin", "analyst")]
    refused = [
        make_staff(bank, "support_desk"),
        *(make_staff(other_bank, role) for role in ("coordinator", "bank_admin", "analyst")),
        professional.user,
        owner_of(organization),
    ]

    answers = [session(user).get(URL, {"bank": bank.slug}).status_code for user in [*allowed, *refused]]

    assert answers == [200, 200, 200, *[403] * 6]
    assert ContractClient().get(URL, {"bank": bank.slug}).status_code == 401


def test_an_analyst_who_coordinates_elsewhere_reads_no_names(session, bank, other_bank, need, analyst):
    make_shopkeeper(bank)
    make_staff(other_bank, "coordinator", user=analyst)

    assert session(analyst).get(URL, {"bank": bank.slug}).json()["named"] is False


def test_a_bank_that_is_none_and_an_unknown_parameter_are_refused(session, bank, analyst):
    assert session(analyst).get(URL, {"bank": "nowhere"}).status_code == 404
    assert session(analyst).get(URL, {"bank": bank.slug, "top": "9"}).status_code == 400


def test_a_bank_without_needs_has_no_gini(session, bank, analyst):
    make_shopkeeper(bank)

    body = session(analyst).get(URL, {"bank": bank.slug}).json()

    assert (body["gini"], body["least_gini"], body["share_never_shown"]) == (None, None, 1.0)


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
            assert client.get(URL, {"bank": bank.slug}).json()["appearances"] > 0
        return len(counted)

    few = queries()
    for _ in range(4):
        edit(make_shopkeeper(bank))
        edit(make_shop_need(make_organization(bank)))

    assert queries() == few == 14  # five of them are sign-in and hats
