"""Contacts and names in free text are warned of where the text is written, and never refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories
from tests.factories import make_need, make_organization, make_professional, make_skill

NEEDS, PROFESSIONALS = "/api/v1/needs", "/api/v1/professionals"
pytestmark = pytest.mark.usefixtures("clock")


def told(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["pointer"], each["code"]) for each in body["warnings"]]


@pytest.fixture
def named(bank):
    return make_organization(bank, name="株式会社あづま漬物", representative="吾妻 太郎", officers=["信夫 花子"])


def patch(client, url: str, row: Any, **body: Any) -> dict[str, Any]:
    etag = client.get(f"{url}/{row.pk}").json()["etag"]
    answer = client.patch(f"{url}/{row.pk}", body, headers={"If-Match": etag})
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def test_every_write_of_a_need_warns_and_none_is_refused(session, named):
    client = session(factories.owner_of(named))

    created = client.post(NEEDS, {"organization": str(named.pk), "title": "漬物。090-1234-5678", "own_words": "x"})
    need = created.json()
    edited = client.patch(
        f"{NEEDS}/{need['id']}", {"background": "吾妻です。a@example.jp"}, headers={"If-Match": need["etag"]}
    ).json()
    submitted = client.post(f"{NEEDS}/{need['id']}/submit", {}, headers={"If-Match": edited["etag"]})

    assert (created.status_code, submitted.status_code) == (201, 200)
    assert told(need) == [("/title", "contact_in_text")]
    both = [("/title", "contact_in_text"), ("/background", "name_in_text"), ("/background", "contact_in_text")]
    assert told(edited) == told(submitted.json()) == told(client.get(f"{NEEDS}/{need['id']}").json()) == both
    first = need["warnings"][0]
    assert need["title"][first["start"] : first["end"]] == "090-1234-5678"


@pytest.mark.parametrize(
    ("field", "text", "warned"),
    [
        ("public_summary", "ご連絡は https://example.jp へ", True),
        ("tools_today", "Node.js と Python 3.11.4、予算1,200,000円", False),
        ("wished_outcome", "LINE ID: azuma_1", True),
        ("deliverables", "〒960-8601 へ送付", True),
        ("own_words", "090-1234-5678 まで", False),
    ],
)
def test_texts_that_others_read_are_looked_at_and_no_others(session, named, field, text, warned):
    need = make_need(named, **{field: text})

    body = session(factories.owner_of(named)).get(f"{NEEDS}/{need.pk}").json()

    assert told(body) == ([(f"/{field}", "contact_in_text")] if warned else [])


@pytest.mark.parametrize(("anonymous", "warned"), [(True, [("/title", "name_in_text")]), (False, [])])
def test_the_organization_s_name_is_warned_of_while_the_need_is_anonymous(session, named, anonymous, warned):
    need = make_need(named, title="あづま漬物の通販", anonymous=anonymous)

    assert told(session(factories.owner_of(named)).get(f"{NEEDS}/{need.pk}").json()) == warned


def test_people_are_warned_of_in_any_need(session, named):
    need = make_need(named, title="信夫がご案内します", anonymous=False)

    assert told(session(factories.owner_of(named)).get(f"{NEEDS}/{need.pk}").json()) == [("/title", "name_in_text")]


def test_who_reads_a_need_as_somebody_else_gets_no_warnings(session, bank, named, coordinator):
    need = make_need(named, title="090-1234-5678")

    assert "warnings" not in session(make_professional(bank).user).get(f"{NEEDS}/{need.pk}").json()
    assert told(session(coordinator).get(f"{NEEDS}/{need.pk}").json()) == [("/title", "contact_in_text")]
    (row,) = session(coordinator).get(NEEDS).json()["results"]
    assert row["warnings"] is None


def test_the_texts_of_a_professional_are_looked_at(session, bank):
    professional = make_professional(
        bank,
        name="佐藤 匠太郎",
        employer="みちのく銀行",
        registration_state="draft",
        headline="佐藤のEC支援",
        summary="０９０－１２３４－５６７８",
        experiences=[
            {"title": "ほしぞらの通販", "client_name": "株式会社ほしぞら物産"},
            {"title": "みちのく銀行の研修"},
        ],
        skills=[{"skill": "b", "evidence": "example.jp を運営"}, {"skill": "a", "evidence": "二年"}],
    )
    client = session(professional.user)

    body = client.get(f"{PROFESSIONALS}/{professional.pk}").json()
    edited = patch(client, PROFESSIONALS, professional, headline="EC支援")

    assert told(body) == [
        ("/headline", "name_in_text"),
        ("/summary", "contact_in_text"),
        ("/experiences/1/title", "name_in_text"),
        ("/skills/1/evidence", "contact_in_text"),
    ]
    assert told(edited) == told(body)[1:]
    (row,) = client.get(PROFESSIONALS).json()["results"]
    assert row["warnings"] is None


def test_evidence_that_waits_is_looked_at_too(session, bank):
    make_skill("ec")
    professional = make_professional(bank, skills=["ec"])

    skills = [{"skill": "ec", "evidence": "店長。090-1234-5678"}]
    body = patch(session(professional.user), PROFESSIONALS, professional, skills=skills, kana="サトウ タロウ")

    (warning,) = body["warnings"]
    assert (warning["pointer"], body["pending_changes"][0]["pointer"]) == (
        "/pending_changes/0/value",
        "/skills/ec/evidence",
    )
    assert body["pending_changes"][0]["value"][warning["start"] : warning["end"]] == "090-1234-5678"


def test_the_words_of_a_warning_follow_the_language(session, named):
    need = make_need(named, title="090-1234-5678")
    client = session(factories.owner_of(named))

    japanese, english = (
        client.get(f"{NEEDS}/{need.pk}", headers={"Accept-Language": each}).json()["warnings"][0]["detail"]
        for each in ("ja", "en")
    )

    assert "連絡先" in japanese and "looks like a contact" in english
