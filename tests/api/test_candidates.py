"""Candidates over HTTP: who may ask, what each reader sees, and that an edit counts at once."""

from __future__ import annotations

import json
from math import fsum
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.wording import words
from talentbank.accounts.models import User
from talentbank.core.revision import revision_bump
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.professionals.models import Professional
from talentbank.ranking.contest import LEFT_OUT
from tests.contract import ContractClient
from tests.factories import make_bank, make_organization, make_professional, make_staff, owner_of
from tests.talentbank.ranking.samples import EMPTY, edit, make_bookkeeper, make_shop_need, make_shopkeeper

REFUSALS = (
    *("area_not_reached", "away_throughout", "place_of_work_differs", "capacity_insufficient", "consent_withdrawn"),
    *("holder_is_organization", "professional_not_approved", "professional_paused", "need_not_accepting"),
    *("need_not_open", "no_place_free", "organization_not_approved"),
)
"""Codes of `work_refusals`, `standing_refusals` and `need_refusals`."""
HIDDEN = {
    "name": "阿武隈 ひとみ",
    "kana": "アブクマ ヒトミ",
    "phone": "090-1234-5678",
    "email": "hitomi@example.jp",
    "employer": "みちのく銀行",
    "headline": "ECサイトの構築（阿武隈）",
    "summary": "インターネットの通信販売。連絡は 090-1234-5678。",
    "experiences": [
        {
            "title": "株式会社ほしぞらの通販立ち上げ",
            "description": "2019年からネットショップを担当。",
            "industry": "食品",
            "started": "2019-04",
            "ended": "2021-03",
            "client_name": "株式会社ほしぞら",
        }
    ],
}


@pytest.fixture
def need(organization: Organization) -> Need:
    return make_shop_need(organization)


@pytest.fixture
def shopkeeper(bank: Any) -> Professional:
    return make_shopkeeper(bank, **HIDDEN)


def signed_in(user: User) -> ContractClient:
    client = ContractClient()
    client.force_login(user)
    return client


def ask(user: User, row: Need | Professional, **query: Any) -> Any:
    kind = "needs" if isinstance(row, Need) else "professionals"
    return signed_in(user).get(f"/api/v1/{kind}/{row.pk}/candidates", query)


def test_a_coordinator_sees_people_numbers_and_reasons(need, shopkeeper, coordinator):
    answer = ask(coordinator, need)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    body = answer.json()
    (row,) = body["results"]
    staff = row["staff"]
    assert (row["card"], row["need"]) == (None, None)
    assert row["professional"]["name"] == "阿武隈 ひとみ"
    assert fsum(each["value"] for each in staff["contributions"]) == pytest.approx(staff["score"], abs=1e-9)
    assert fsum(staff["parts"].values()) == pytest.approx(staff["score"], abs=1e-9)
    assert body["counts"] == {"considered": 1, "excluded": [], "summary": ""}
    assert (body["residents_first"], len(body["model_version"])) == ("tie_break", 16)


def test_the_need_s_people_see_cards_and_words_and_no_number(need, shopkeeper, organization):
    body = ask(owner_of(organization), need).json()

    (row,) = body["results"]
    assert (row["professional"], row["staff"], body["counts"]) == (None, None, None)
    assert row["card"]["headline"] == "ECサイトの構築（＊＊）"
    assert row["strength"] in {"strong", "fair", "weak"}
    assert {"kind": "skill", "need_term": "", "own_term": "", "skill": "ec-site"} in row["reasons"]
    assert all(each["own_term"] == "" for each in row["reasons"])
    assert all(each["professional"] is None for each in row["conditions"])


def test_no_byte_of_a_side_s_answer_tells_who_it_is(need, shopkeeper, organization):
    text = json.dumps(ask(owner_of(organization), need).json(), ensure_ascii=False)

    secrets = ("阿武隈", "ひとみ", "アブクマ", "090-1234", "hitomi", "みちのく", "ほしぞら", "2019", "通信販売。連絡")
    assert [word for word in secrets if word in text] == []
    assert str(shopkeeper.pk) not in text
    assert shopkeeper.reference not in text


def test_a_word_met_in_a_hidden_field_is_other(bank, organization):
    make_professional(bank, headline="会計", summary="漬物の販売を三年。", skills=[])
    need = make_shop_need(organization, title="漬物を売る", own_words="漬物を売りたい。", skills=[])

    (row,) = ask(owner_of(organization), need).json()["results"]

    assert row["reasons"] == [{"kind": "other", "need_term": "", "own_term": "", "skill": ""}]


def test_the_professional_sees_needs_in_words(need, shopkeeper):
    body = ask(shopkeeper.user, shopkeeper).json()

    (row,) = body["results"]
    assert row["need"]["id"] == str(need.pk)
    assert row["need"]["organization"] is None
    assert (row["staff"], row["card"], body["counts"]) == (None, None, None)
    assert any(each["own_term"] for each in row["reasons"])
    assert need.own_words not in json.dumps(body, ensure_ascii=False)


def test_a_word_of_the_own_words_is_not_told_to_the_professional(bank, organization):
    professional = make_professional(bank, headline="漬物の販売", summary="写真", skills=[])
    make_shop_need(organization, title="写真の相談", own_words="漬物のことです。", skills=[])

    (row,) = ask(professional.user, professional).json()["results"]

    assert {"kind": "other", "need_term": "", "own_term": "", "skill": ""} in row["reasons"]
    assert "漬物" not in {reason["need_term"] for reason in row["reasons"]}


def test_a_budget_that_is_not_shared_is_no_condition_for_the_professional(bank, organization, shopkeeper):
    make_shop_need(organization, budget_max_yen=3000, budget_basis="hour", budget_shared=False)

    (row,) = ask(shopkeeper.user, shopkeeper).json()["results"]

    assert "fee" not in {each["kind"] for each in row["conditions"]}


def test_both_directions_give_a_coordinator_the_same_score(need, shopkeeper, coordinator):
    (there,) = ask(coordinator, need).json()["results"]
    (back,) = ask(coordinator, shopkeeper).json()["results"]

    assert there["staff"]["score"] == back["staff"]["score"]
    assert back["need"]["organization"] == need.organization.name
    assert back["professional"] is None


def test_an_edited_profile_ranks_anew_in_the_next_request(bank, need, coordinator):
    bookkeeper = make_bookkeeper(bank)
    before = ask(coordinator, need).json()

    edit(bookkeeper, headline="ECサイトの構築と運用")
    after = ask(coordinator, need).json()

    assert after["results"][0]["staff"]["score"] > before["results"][0]["staff"]["score"]
    assert after["as_of"]["revision"] == before["as_of"]["revision"] + 1


def test_an_empty_profile_has_no_number(bank, need, coordinator, organization):
    make_professional(bank, **EMPTY)

    (row,) = ask(coordinator, need).json()["results"]
    (card,) = ask(owner_of(organization), need).json()["results"]

    assert (row["staff"]["score"], row["insufficient_data"], row["strength"]) == (None, True, None)
    assert (card["insufficient_data"], card["strength"]) == (True, None)


def test_who_hides_leaves_no_trace_for_anybody(bank, need, organization, coordinator):
    hidden = make_shopkeeper(bank, hidden_from=[organization.name])

    for user, row in [
        (coordinator, need),
        (owner_of(organization), need),
        (hidden.user, hidden),
        (coordinator, hidden),
    ]:
        query = {"include": "excluded"} if user == coordinator else {}
        body = ask(user, row, **query).json()
        assert (body["results"], body["excluded"]) == ([], [] if query else None)
        assert body["counts"] in (None, {"considered": 0, "excluded": [], "summary": ""})


def test_what_is_left_out_is_counted_for_coordinators(bank, need, coordinator):
    make_shopkeeper(bank, referral_status="paused")
    make_shopkeeper(bank, hours_per_week=1)

    counts = ask(coordinator, need).json()["counts"]

    assert counts["excluded"] == [
        {"code": "capacity_insufficient", "label": "時間", "count": 1},
        {"code": "professional_paused", "label": "休止中", "count": 1},
    ]


def test_exclusions_are_said_in_one_line_the_most_frequent_first(bank, need, coordinator):
    for fields in ({"hours_per_week": 1}, {"hours_per_week": 2}, {"areas": ["となり市"]}):
        make_shopkeeper(bank, **fields)
    path = f"/api/v1/needs/{need.pk}/candidates"

    japanese = signed_in(coordinator).get(path).json()["counts"]["summary"]
    english = signed_in(coordinator).get(path, headers={"Accept-Language": "en"}).json()["counts"]["summary"]

    assert (japanese, english) == ("条件が合わない3件を除いています（時間 2、地域 1）", "3 left out: 2 hours, 1 area")


def test_whom_a_ranking_leaves_out_a_coordinator_can_call_up(bank, need, coordinator):
    away = make_shopkeeper(bank, areas=["となり市"], hours_per_week=1)
    make_shopkeeper(bank)

    assert ask(coordinator, need).json()["excluded"] is None
    (row,) = ask(coordinator, need, include="excluded").json()["excluded"]
    (back,) = ask(coordinator, away, include="excluded").json()["excluded"]

    assert (row["professional"]["id"], row["need"]) == (str(away.pk), None)
    assert (back["need"]["id"], back["professional"]) == (str(need.pk), None)
    assert [each["code"] for each in row["refusals"]] == ["capacity_insufficient", "area_not_reached"]
    assert "あかつき市" in row["refusals"][1]["detail"]
    facts = {each["kind"]: each for each in row["conditions"]}
    assert (facts["area"]["status"], facts["area"]["hard"]) == ("unmet", True)
    assert facts["area"]["professional"]["values"] == ["となり市"]


def test_a_side_is_not_told_whom_a_ranking_leaves_out(need, shopkeeper, organization):
    assert ask(owner_of(organization), need, include="excluded").status_code == 403
    assert ask(shopkeeper.user, shopkeeper, include="excluded").status_code == 403


def test_nothing_but_the_excluded_can_be_included(need, coordinator):
    answer = ask(coordinator, need, include="everybody")

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/query/include")


def test_every_reason_to_leave_out_has_a_label():
    codes = {*LEFT_OUT.values(), *REFUSALS}

    assert [code for code in sorted(codes) if f"excluded_{code}" not in words()] == []


def test_a_need_that_takes_nobody_says_why(bank, organization, shopkeeper, coordinator):
    body = ask(coordinator, make_shop_need(organization, state="submitted")).json()

    assert body["results"] == []
    assert [each["code"] for each in body["refusals"]] == ["need_not_open"]
    assert "申請中" in body["refusals"][0]["detail"]


def test_limit_cuts_and_bad_limits_are_refused(bank, need, coordinator):
    make_shopkeeper(bank)
    make_bookkeeper(bank)

    assert len(ask(coordinator, need, limit=1).json()["results"]) == 1
    for wrong in ("0", "101", "x", "1.5", ""):
        answer = ask(coordinator, need, limit=wrong)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/query/limit")
    assert ask(coordinator, need, cursor="x").status_code == 400


def test_without_sign_in_there_are_no_candidates(need, shopkeeper):
    assert ContractClient().get(f"/api/v1/needs/{need.pk}/candidates").status_code == 401
    assert ContractClient().get(f"/api/v1/professionals/{shopkeeper.pk}/candidates").status_code == 401


def test_a_desk_that_acts_for_nobody_is_forbidden_what_it_sees_and_finds_nothing_else(bank, organization, need, desk):
    hidden = make_shop_need(organization, confidentiality="coordinators")

    assert [ask(desk, each).status_code for each in (need, hidden)] == [403, 404]


@pytest.mark.parametrize("role", ["analyst", "support_desk"])
def test_who_does_not_see_a_professional_finds_no_needs_for_it(bank, shopkeeper, role):
    assert ask(make_staff(bank, role), shopkeeper).status_code == 404


def test_an_analyst_sees_no_candidates(bank, need):
    assert ask(make_staff(bank, "analyst"), need).status_code == 404


def test_a_desk_sees_cards_of_a_need_that_it_typed_in(bank, organization, shopkeeper, desk):
    need = make_shop_need(organization, entered_by=desk)

    (row,) = ask(desk, need).json()["results"]

    assert (row["professional"], row["card"]["alias"][:2]) == (None, "人材")


def test_outside_the_scope_there_is_nothing(bank, need, shopkeeper, other_bank):
    strangers = [make_staff(other_bank, "coordinator"), owner_of(make_organization(make_bank()))]

    for user in strangers:
        assert ask(user, need).status_code == 404
        assert ask(user, shopkeeper).status_code == 404
    other = make_shopkeeper(bank)
    assert ask(other.user, shopkeeper).status_code == 404
    assert ask(owner_of(need.organization), shopkeeper).status_code == 404
    assert signed_in(other.user).get(f"/api/v1/needs/{bank.pk}/candidates").status_code == 404


def test_a_professional_who_sees_a_need_may_not_see_its_candidates(need, shopkeeper):
    assert ask(shopkeeper.user, need).status_code == 403


def test_a_coordinator_who_belongs_to_the_organization_says_as_whom(bank, need, shopkeeper, organization):
    owner = owner_of(organization)
    make_staff(bank, "coordinator", user=owner)
    client, path = signed_in(owner), f"/api/v1/needs/{need.pk}/candidates"

    unsaid = client.get(path)
    as_owner = client.get(path, headers={"Acting-As": f"owner:{organization.pk}"}).json()
    as_coordinator = client.get(path, headers={"Acting-As": f"coordinator:{bank.pk}"}).json()

    assert (unsaid.status_code, unsaid.json()["code"]) == (400, "acting_as_required")
    assert as_owner["results"][0]["staff"] is None
    assert as_coordinator["results"][0]["staff"] is not None


@pytest.mark.django_db(transaction=True)
def test_the_number_of_queries_does_not_grow_with_the_candidates():
    bank = make_bank()
    organization, coordinator = make_organization(bank), make_staff(bank)
    need, first = make_shop_need(organization), make_shopkeeper(bank)
    calls = [(coordinator, need), (owner_of(organization), need), (coordinator, first)]

    def queries() -> list[int]:
        return [queries_of(user, row) for user, row in calls]

    few = queries()
    for _ in range(4):
        make_shopkeeper(bank)
        make_shop_need(organization)
    revision_bump(bank.pk)

    assert queries() == few == [9, 11, 17]  # five of each are sign-in and hats
    in_english = [queries_of(user, row, HTTP_ACCEPT_LANGUAGE="en") for user, row in calls[:2]]
    assert all(many < 18 for many in in_english), "what is to be written anew is read at once, not pair by pair"


def queries_of(user: User, row: Need | Professional, **in_another_language: str) -> int:
    """Of a call that finds index and cards made, and all words written but those of another language."""
    client, path = (
        signed_in(user),
        f"/api/v1/{'needs' if isinstance(row, Need) else 'professionals'}/{row.pk}/candidates",
    )
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as counted:
        assert client.get(path, **in_another_language).status_code == 200
    return len(counted)
