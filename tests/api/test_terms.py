"""Terms over HTTP: what is asked for, what is wrong with a draft, and the sheet."""

from __future__ import annotations

from typing import Any

import pytest

from talentbank.matches.models import Terms
from tests import factories
from tests.api.match_calls import URL, act, write_terms
from tests.contract import contract

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(autouse=True)
def stopped(clock):
    return clock


@pytest.fixture
def match(need, professional):
    return factories.make_match(need, professional, "introduced")


def sheet(client: Any, match: Any, number: int = 1, accept: str = "text/html") -> Any:
    return client.get(f"{URL}/{match.pk}/terms/{number}/sheet", headers={"Accept": accept})


def test_a_version_says_what_it_must_state_and_whether_it_holds(door, match, professional, owner):
    made = write_terms(door(owner), match).json()
    assert (made["set"], made["freelance_act_applies"], made["missing"], made["in_force"]) == (
        "freelance_act",
        True,
        [],
        False,
    )
    assert made["rules_version"] == "2024-11-01" and "fee_yen" in made["required"]

    act(door(owner), match, "confirm")
    act(door(professional.user), match, "confirm")
    read = door(owner).get(f"{URL}/{match.pk}/terms/1")
    assert (read.status_code, read.json()["in_force"]) == (200, True)
    assert door(owner).get(f"{URL}/{match.pk}/terms/2").status_code == 404


def test_an_answer_tells_the_type_of_every_term_that_can_be_written():
    schemas = contract().document["components"]["schemas"]
    written, read = (schemas[name]["properties"] for name in ("TermsContentInput", "TermsContent"))

    assert schemas["TermsOutput"]["properties"]["content"]["allOf"] == [{"$ref": "#/components/schemas/TermsContent"}]
    assert {name: each.get("type") for name, each in read.items()} == {
        name: each.get("type") for name, each in written.items()
    }


def test_terms_that_hold_what_is_not_asked_for_any_more_are_read_as_they_were_kept(session, match, owner):
    kept = factories.make_terms(match, inspected_by="佐藤").content

    assert session(owner).get(f"{URL}/{match.pk}/terms/1").json()["content"] == {**kept, "inspected_by": "佐藤"}


@pytest.mark.parametrize(
    ("content", "pointer", "code"),
    [
        ({"received_on": "2026-12-01", "payment_on": "2027-01-31"}, "/content/payment_on", "payment_too_late"),
        ({"fee_yen": -1}, "/content/fee_yen", "min_value"),
        ({"fee_yen": "30000"}, "/content/fee_yen", "integer"),
        ({"payment_on": "2026-W49"}, "/content/payment_on", "date"),
        ({"starts_on": "2026-12-02", "ends_on": "2026-12-01"}, "/content/ends_on", "before_start"),
        ({"hours_per_week": 169}, "/content/hours_per_week", "max_value"),
        ({"bonus": 1}, "/content/bonus", "unknown_field"),
        ({"recommission": {"prime_contractor": "x"}}, "/content/recommission/prime_payment_on", "required"),
        (
            {"undecided": [{"item": "mood", "reason": "x", "decide_by": "2026-12-01"}]},
            "/content/undecided/0/item",
            "invalid_choice",
        ),
        (
            {
                "undecided": [
                    {"item": "place", "reason": "今日決める", "decide_by": "2026-11-02"},
                    {"item": "fee_yen", "reason": "見積り中", "decide_by": "2026-11-01"},
                ]
            },
            "/content/undecided/1/decide_by",
            "in_the_past",
        ),
    ],
)
def test_what_is_wrong_is_pointed_at_in_the_body_as_sent(session, match, owner, content, pointer, code):
    refused = session(owner).post(f"{URL}/{match.pk}/terms", {"content": content})

    assert refused.status_code == 400
    assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [(pointer, code)]
    assert not Terms.objects.exists()


def test_the_sheet_is_a_japanese_page_that_loads_nothing(session, match, owner, professional):
    write_terms(session(owner), match)
    page = sheet(session(owner), match)

    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "no-store" in page.headers["Cache-Control"]
    text = page.content.decode()
    for words in (
        '<html lang="ja">',
        "令和8年12月25日（2026年）",
        "30,000円",
        match.reference,
        professional.name,
        "SHA-256",
    ):
        assert words in text
    assert not any(mark in text for mark in ("<script", "<link", "http://", "https://", "url("))


def test_nothing_that_anybody_wrote_becomes_markup(session, match, owner):
    write_terms(session(owner), match, work=HOSTILE, place="</td>" + HOSTILE, travel='" onmouseover="x')
    text = sheet(session(owner), match).content.decode()

    assert "<script" not in text and "<img" not in text and "&lt;script&gt;" in text


def test_undecided_and_lacking_items_stand_on_the_sheet(session, match, owner):
    undecided = [{"item": "fee_yen", "reason": "見積り中", "decide_by": "2026-12-01"}]
    session(owner).post(f"{URL}/{match.pk}/terms", {"content": {"work": "設定", "undecided": undecided}})
    text = sheet(session(owner), match).content.decode()

    assert "見積り中（令和8年12月1日（2026年）までに決定）" in text and "未記入" in text


def test_parties_who_do_not_know_each_other_read_no_sheet(session, need, professional, owner, coordinator):
    match = factories.make_match(need, professional, "negotiating", introduced_at=None)
    write_terms(session(owner), match)

    assert [sheet(session(user), match).status_code for user in (owner, professional.user)] == [404, 404]
    assert professional.name in sheet(session(coordinator), match).content.decode()


def test_the_sheet_says_who_confirmed_and_when(session, match, owner, professional):
    write_terms(session(owner), match)
    assert "署名" in sheet(session(owner), match).content.decode()
    act(session(owner), match, "confirm")
    act(session(professional.user), match, "confirm")

    text = sheet(session(owner), match).content.decode()
    assert "署名" not in text and text.count("に確認") == 2 and "効力を持っています" in text


@pytest.mark.parametrize(("accept", "status"), [("text/html", 200), ("*/*", 200), ("application/json", 406)])
def test_the_sheet_is_html_or_nothing(session, match, owner, accept, status):
    write_terms(session(owner), match)

    assert sheet(session(owner), match, accept=accept).status_code == status


@pytest.mark.parametrize("language", ["ja", "en"])
def test_whoever_asks_for_a_sheet_in_json_is_told_that_it_is_html(session, match, owner, language):
    write_terms(session(owner), match)

    refused = session(owner).get(
        f"{URL}/{match.pk}/terms/1/sheet", headers={"Accept": "application/json", "Accept-Language": language}
    )

    assert (refused.status_code, refused.json()["code"]) == (406, "not_acceptable")
    assert "text/html" in refused.json()["detail"] and "json" not in refused.json()["detail"]


def test_a_missing_sheet_is_a_problem_in_json(session, bank, match, owner):
    write_terms(session(owner), match)
    for client, number in ((session(owner), 2), (session(factories.make_professional(bank).user), 1)):
        absent = sheet(client, match, number)
        assert (absent.status_code, absent.headers["Content-Type"]) == (404, "application/problem+json")
        assert absent.json()["code"] == "not_found"
