"""What of a row may rank, and what may not stand in any text."""

import pytest

from talentbank.ranking.corpus import document_of, query_of, struck_out
from talentbank.ranking.names import comparable
from tests.factories import make_need, make_problem, make_professional
from tests.talentbank.ranking.samples import make_shop_need, make_shopkeeper

EXPERIENCE = {
    "title": "株式会社ほしぞらの通販立ち上げ",
    "description": "ほしぞら様の受注を自動化。",
    "industry": "食品",
    "started": "2019-04",
    "ended": "2021-03",
    "client_name": "株式会社ほしぞら",
}


def texts_of(professional) -> str:
    return str(dict(document_of(professional).texts))


def test_nothing_tells_who_somebody_is(bank):
    professional = make_professional(
        bank,
        name="阿武隈 ひとみ",
        kana="アブクマ ヒトミ",
        phone="090-1234-5678",
        email="hitomi@example.jp",
        employer="みちのく銀行",
        hidden_from=["有限会社だるま"],
        headline="阿武隈ひとみのEC支援",
        summary="みちのく銀行勤務。hitomi@example.jp か 024-555-0101、https://hitomi.example まで。アブクマより。",
        experiences=[EXPERIENCE],
    )

    texts = texts_of(professional)

    for name in ("阿武隈", "ひとみ", "アブクマ", "みちのく銀行", "だるま", "hitomi", "555-0101", "ほしぞら", "2019"):
        assert name not in texts
    assert "通販立ち上げ" in texts
    assert "食品" in texts


def test_a_document_has_the_fields_of_the_engine_only(bank):
    document = document_of(make_shopkeeper(bank, experiences=[EXPERIENCE]))

    assert set(document.texts) == {"headline", "skills", "experiences", "summary"}
    assert "ネットショップ" in document.texts["skills"]
    (claim,) = document.skills
    assert (claim.code, claim.level, claim.years, claim.evidence) == ("ec-site", 4, 5, True)


def test_a_problem_wishes_half_as_much_and_a_stated_skill_is_wished_once(organization):
    make_problem("通販を広げたい", skills=("ec-site", "sns"))
    need = make_shop_need(organization, problems=["通販を広げたい"])

    wishes = {wish.code: (wish.required, wish.weight) for wish in query_of(need).wishes}

    assert wishes == {"ec-site": (True, 1.0), "sns": (False, 0.5)}


def test_the_organization_is_not_read(organization):
    assert organization.name not in str(dict(query_of(make_need(organization)).texts))


@pytest.mark.parametrize("name", ["株式会社こけし", "㈱こけし", "こけし(株)", "こけし（株）", " こけし 株式会社 "])
def test_one_organization_has_one_comparable_name(name):
    assert comparable(name) == "こけし"


def test_a_number_that_is_no_telephone_stays():
    assert struck_out("売上を2019年の30倍、在庫1000点に。", []) == "売上を2019年の30倍、在庫1000点に。"
