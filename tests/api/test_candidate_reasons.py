"""Why a candidate, told to each reader: words marked where they stand, refusals, what is missing, and sentences."""

from __future__ import annotations

import json
from typing import Any

import pytest

from talentbank.accounts.models import User
from talentbank.core.revision import revision_bump
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.professionals.models import Professional
from tests.contract import ContractClient
from tests.factories import make_need, make_professional, owner_of
from tests.talentbank.ranking.samples import make_shop_need, make_shopkeeper


def get(user: User, path: str, **headers: str) -> Any:
    client = ContractClient()
    client.force_login(user)
    answer = client.get(f"/api/v1/{path}", headers=headers)
    assert answer.status_code == 200
    return answer.json()


def only(user: User, row: Need | Professional, **headers: str) -> dict[str, Any]:
    kind = "needs" if isinstance(row, Need) else "professionals"
    (candidate,) = get(user, f"{kind}/{row.pk}/candidates", **headers)["results"]
    return candidate


def at(resource: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        resource = resource[int(step)] if isinstance(resource, list) else resource[step]
    return resource


def test_a_coordinator_finds_every_word_where_it_is_said_to_stand(bank, organization, coordinator):
    professional = make_shopkeeper(
        bank,
        name="阿武隈 ひとみ",
        summary="阿武隈ひとみです。090-1234-5678 まで。インターネットの通信販売が得意です。",
        experiences=[
            {"title": "食品店", "description": "", "industry": "通信販売"},
            {"title": "ひとみの店", "description": "🙂ネットショップを開店。", "industry": "", "client_name": "開店社"},
        ],
    )
    need = make_shop_need(organization, wished_outcome="通信販売で売上を伸ばしたい。")
    profile = get(coordinator, f"professionals/{professional.pk}")
    asked = get(coordinator, f"needs/{need.pk}")

    rows = only(coordinator, need)["staff"]["contributions"]

    for row in rows:
        for resource, spans, term in ((asked, "need_spans", "need_term"), (profile, "profile_spans", "profile_term")):
            marked = [at(resource, each["pointer"])[each["start"] : each["end"]] for each in row[spans] if each["end"]]
            of_vocabulary = any(each["start"] is None for each in row[spans])
            assert row[term] in marked or of_vocabulary or row["part"] == "skills"
    spans = [span for row in rows for span in row["profile_spans"] if span["pointer"] == "/experiences/1/description"]
    texts = {at(profile, span["pointer"])[span["start"] : span["end"]] for span in spans}
    assert {"ネットショップ", "ネット", "ショップ"} <= texts
    pointers = {span["pointer"] for row in rows for span in row["profile_spans"] + row["need_spans"]}
    assert {"/summary", "/experiences/0/industry", "/experiences/1/description", "/skills/0"} <= pointers
    assert {"/title", "/wished_outcome", "/own_words"} <= pointers


@pytest.fixture
def refusing(bank: Any) -> Professional:
    return make_professional(
        bank,
        headline="ホームページの更新",
        summary="漬物の店の手伝い。電話対応は不可。",
        skills=[],
        experiences=[{"title": "通信販売", "description": "Javaはできません。", "industry": ""}],
    )


@pytest.fixture
def asking(organization: Organization) -> Need:
    return make_need(organization, title="ホームページとJavaと電話対応", own_words="困っています。")


def test_what_a_professional_refuses_is_told_to_each_reader_from_what_it_may_read(
    refusing, asking, organization, coordinator
):
    staff = only(coordinator, asking)["conflicts"]
    side = only(owner_of(organization), asking)["conflicts"]
    own = only(refusing.user, refusing)["conflicts"]

    assert {each["term"] for each in staff} >= {"Java", "電話"}
    assert {each["by"] for each in [*staff, *side, *own]} == {"professional"}
    (java,) = (each for each in staff if each["term"] == "Java")
    assert [each["pointer"] for each in java["profile_spans"]] == ["/experiences/0/description"]
    assert "できません" in java["detail"]
    assert [each["term"] for each in side] == ["Java"]  # the telephone is refused in the summary, which a card hides
    assert side[0]["need_spans"] == side[0]["profile_spans"] == []
    assert {each["term"] for each in own} >= {"Java", "電話"}


def test_what_a_need_refuses_in_its_own_words_is_not_told_to_the_professional(bank, organization, coordinator):
    professional = make_professional(bank, headline="SNSとホームページ", summary="", skills=[])
    need = make_need(organization, title="ホームページ", own_words="SNSは不要です。")

    assert [each["by"] for each in only(coordinator, need)["conflicts"]] == ["organization"]
    assert [each["term"] for each in only(owner_of(organization), need)["conflicts"]] == ["SNS"]
    assert only(professional.user, professional)["conflicts"] == []


def test_a_refusal_in_an_open_text_of_a_need_is_told_to_the_professional(bank, organization):
    professional = make_professional(bank, headline="SNSとホームページ", summary="", skills=[])
    make_need(organization, title="ホームページ", own_words="困っています。", background="SNSは不要です。")

    (conflict,) = only(professional.user, professional)["conflicts"]

    assert (conflict["by"], conflict["term"]) == ("organization", "SNS")
    assert conflict["detail"] == "この依頼では「SNS」は望まれていません。"


def test_what_is_missing_does_not_tell_what_a_hidden_text_holds(bank, organization):
    need = make_need(organization, title="漬物とホームページ", own_words="困っています。")
    professional = make_professional(bank, headline="ホームページ", skills=[], summary="漬物の販売。")
    with_it = only(owner_of(organization), need)["missing_terms"]
    Professional.objects.filter(pk=professional.pk).update(summary="造園。", revision=revision_bump(bank.pk))

    without_it = only(owner_of(organization), need)["missing_terms"]

    assert "漬物" in with_it
    assert with_it == without_it


def test_missing_words_of_a_need_s_own_words_are_not_told_to_the_professional(bank, organization, coordinator):
    professional = make_professional(bank, headline="ホームページ", summary="", skills=[])
    need = make_need(organization, title="ホームページと看板", own_words="漬物を売りたい。")

    assert {"看板", "漬物"} <= set(only(coordinator, need)["missing_terms"])
    told = only(professional.user, professional)["missing_terms"]
    assert "看板" in told
    assert "漬物" not in told


def test_each_reader_gets_the_reasons_in_a_sentence_of_its_language(bank, organization, coordinator):
    professional = make_shopkeeper(bank, headline="オンラインショップの構築", summary="")
    need = make_shop_need(organization, title="ネットショップ", own_words="困っています。")
    owner, english = owner_of(organization), {"Accept-Language": "en"}

    assert only(owner, need)["summary"].startswith("「ネットショップ」")
    assert only(owner, need)["summary"].endswith("に応える記載と、スキル「ECサイト構築」があります。")
    assert "has the skill “Online shop building”" in only(owner, need, **english)["summary"]
    met = only(professional.user, professional)["summary"]
    assert met.startswith("あなたの言葉と依頼の言葉が合っています（")
    assert "「ECサイト構築」も求められています" in met
    assert only(professional.user, professional, **english)["summary"].startswith("Your words met theirs (")


def test_a_coordinator_gets_every_reason_as_a_line(bank, organization, coordinator):
    make_shopkeeper(bank)
    need = make_shop_need(organization)

    lines = only(coordinator, need)["staff"]["lines"]

    assert lines[0] == "スキル「ECサイト構築」の記載"
    assert any(line.startswith("「ネットショップ」と「") and "（同じ言葉・" in line for line in lines)
    assert len(lines) == len(set(lines))


def test_a_number_is_not_named_where_a_word_is(bank, organization, coordinator):
    make_professional(bank, headline="2020年から小物のネットショップを運営", summary="2020")
    need = make_shop_need(organization, title="ネットショップを2020年に", own_words="2020")

    assert "「2020」" not in only(owner_of(organization), need)["summary"]


def test_no_reader_gets_a_percentage(bank, organization, coordinator):
    professional = make_shopkeeper(bank)
    need = make_shop_need(organization)

    for user, row in ((coordinator, need), (owner_of(organization), need), (professional.user, professional)):
        for language in ("ja", "en"):
            text = json.dumps(only(user, row, **{"Accept-Language": language}), ensure_ascii=False)
            assert not [word for word in ("%", "％", "パーセント", "percent", "割合") if word in text]


def test_words_are_shown_as_dictionaries_write_them_and_stand_as_they_were_written(bank, organization, coordinator):
    person = make_shopkeeper(bank, headline="小物をネットで売りませんか")
    need = make_shop_need(organization, title="木の小物をネットで売りたい")

    staff, own = only(coordinator, need), only(owner_of(organization), need)
    of_person = only(person.user, person)

    for row in (staff, own, of_person):
        assert "売る" in {reason["need_term"] for reason in row["reasons"]}
        assert "売り」" not in row["summary"]
    row = next(row for row in staff["staff"]["contributions"] if row["need_term"] == "売る")
    assert [need.title[span["start"] : span["end"]] for span in row["need_spans"]] == ["売り"]


def test_the_sentence_does_not_tell_what_the_own_words_of_a_need_hold(bank, organization):
    """A word of the taxonomy is named where somebody wrote it, but for what the professional may not read."""
    person = make_shopkeeper(bank, skills=[])
    need = make_shop_need(organization, title="相談したい")
    before = only(person.user, person)["summary"]

    Need.objects.filter(pk=need.pk).update(own_words="ECサイトを作りたい", revision=revision_bump(bank.pk))

    assert only(person.user, person)["summary"] == before
