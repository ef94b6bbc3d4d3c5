"""Cards: the opaque ids under which a need's people see professionals."""

from uuid import UUID, uuid4

import pytest

from talentbank.core.errors import NotFound
from talentbank.ranking.models import Card
from talentbank.ranking.selectors import card_view
from talentbank.ranking.services import card_of, card_professional, cards_of
from tests.factories import AT, make_need, make_professional
from tests.talentbank.ranking.samples import make_shopkeeper


def test_a_card_is_made_once_and_leads_back(organization, professional):
    need = make_need(organization)

    first = card_of(need_id=need.pk, professional_id=professional.pk)
    second = card_of(need_id=need.pk, professional_id=professional.pk)

    assert first == second
    assert first.version == 4
    assert card_professional(need_id=need.pk, card_id=first) == professional.pk


def test_another_need_shows_the_same_professional_under_another_card(organization, professional):
    one, other = make_need(organization), make_need(organization)

    card = card_of(need_id=one.pk, professional_id=professional.pk)

    assert card != card_of(need_id=other.pk, professional_id=professional.pk)
    with pytest.raises(NotFound):
        card_professional(need_id=other.pk, card_id=card)


def test_an_unknown_card_is_not_found(organization):
    with pytest.raises(NotFound):
        card_professional(need_id=make_need(organization).pk, card_id=uuid4())


def test_cards_of_many_cost_three_queries_at_first_and_one_later(organization, bank, django_assert_num_queries):
    need = make_need(organization)
    ids = [make_professional(bank).pk for _ in range(5)]

    with django_assert_num_queries(3):
        made = cards_of(need_id=need.pk, professional_ids=ids)
    with django_assert_num_queries(1):
        assert cards_of(need_id=need.pk, professional_ids=ids) == made
    assert Card.objects.count() == 5


def shown(professional, **given) -> dict:
    return card_view(professional, UUID("1f3a0000-0000-4000-8000-000000000000"), **given)


def test_a_card_shows_these_fields_and_no_other(bank):
    card = shown(make_shopkeeper(bank, name="阿武隈 ひとみ", hours_per_week=10, residency="prefecture"))

    assert card == {
        "card": UUID("1f3a0000-0000-4000-8000-000000000000"),
        "alias": "人材B-f3a",
        "headline": "ECサイトの構築と運用",
        "skills": [{"code": "ec-site", "name_ja": "ECサイト構築", "name_en": "Online shop building", "level": 4}],
        "experiences": [],
        "residence": "prefecture",
        "hours_band": "10-19",
        "engagement_types": ["advice", "quasi_mandate"],
        "fee_band": {"basis": "hour", "from_yen": 3001, "to_yen": 5000},
    }


def test_a_card_leaks_no_name_contact_client_or_date(bank):
    professional = make_professional(
        bank,
        name="阿武隈 ひとみ",
        kana="アブクマ ヒトミ",
        phone="090-1234-5678",
        employer="みちのく銀行",
        headline="阿武隈（アブクマ）のEC支援 090-1234-5678",
        summary="秘密の要約",
        experiences=[
            {
                "title": "株式会社ほしぞらの通販立ち上げ",
                "description": "2019年4月から令和3年3月まで、ほしぞらとみちのく銀行で。2020/05 に開店。https://hoshizora.example",
                "industry": "食品",
                "started": "2019-04",
                "ended": "2021-03",
                "client_name": "株式会社ほしぞら",
            }
        ],
    )

    card = shown(professional)
    text = str(card)

    hidden = (
        "阿武隈",
        "ひとみ",
        "アブクマ",
        "090-1234",
        "みちのく",
        "ほしぞら",
        "2019",
        "令和",
        "2020",
        "http",
        "秘密",
    )
    assert [word for word in hidden if word in text] == []
    assert professional.reference not in text
    assert str(professional.pk) not in text
    assert card["experiences"][0]["years"] == 2
    assert "通販立ち上げ" in card["experiences"][0]["title"]


@pytest.mark.parametrize(
    ("started", "ended", "years"),
    [
        ("2019-04", "2021-03", 2),
        ("2026-01", "2026-03", 1),
        ("2016-11", "", 10),
        ("", "2021-03", None),
        ("昨年", "", None),
    ],
)
def test_an_experience_shows_its_length_only(bank, started, ended, years):
    professional = make_professional(bank, experiences=[{"title": "店長", "started": started, "ended": ended}])

    assert shown(professional, at=AT)["experiences"] == [{"title": "店長", "description": "", "years": years}]


@pytest.mark.parametrize(("residency", "residence"), [("city", "city"), ("tie", "other"), ("other", "other"), ("", "")])
def test_residence_is_a_band(bank, residency, residence):
    assert shown(make_professional(bank, residency=residency))["residence"] == residence


@pytest.mark.parametrize(("hours", "band"), [(None, ""), (0, ""), (1, "1-4"), (9, "5-9"), (40, "20-")])
def test_hours_are_a_band(bank, hours, band):
    assert shown(make_professional(bank, hours_per_week=hours))["hours_band"] == band


@pytest.mark.parametrize(
    ("fee", "band"),
    [
        ({"fee_basis": ""}, None),
        ({"fee_basis": "unpaid"}, {"basis": "unpaid", "from_yen": None, "to_yen": None}),
        (
            {"fee_basis": "hour", "fee_max_yen": 1000, "fee_min_yen": 0},
            {"basis": "hour", "from_yen": 0, "to_yen": 1000},
        ),
        ({"fee_basis": "hour", "fee_max_yen": 20000}, {"basis": "hour", "from_yen": 10001, "to_yen": None}),
        (
            {"fee_basis": "day", "fee_max_yen": None, "fee_min_yen": 15000},
            {"basis": "day", "from_yen": 10001, "to_yen": 20000},
        ),
    ],
)
def test_fees_are_a_band(bank, fee, band):
    assert shown(make_professional(bank, **fee))["fee_band"] == band
