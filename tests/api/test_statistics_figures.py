"""The figures behind the headlines over HTTP: for analysts and coordinators, defined, with small cells hidden."""

from __future__ import annotations

from datetime import date

import pytest

from talentbank.banks.models import Bank
from tests import factories
from tests.contract import ContractClient
from tests.factories import AT
from tests.talentbank.ranking.samples import edit, make_shop_need, make_shopkeeper
from tests.talentbank.statistics.histories import match_with, took

URL = "/api/v1/statistics"
PATHS = ("funnel", "speed", "quality", "supply-and-demand", "assisted-share")
ABOUT = {"bank", "as_of", "fiscal_year", "definitions", "model_version"}
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def bank(db: None) -> Bank:
    return factories.make_bank(slug="akatsuki", name="あかつき市デジタル人材バンク")


@pytest.fixture
def reading(session, bank, analyst):
    def read(path: str, query: str = "", **headers: str) -> dict:
        answer = session(analyst).get(f"{URL}/{path}?bank={bank.slug}{query}", headers=headers)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
        figures = answer.json()
        assert figures["bank"] == {"id": str(bank.pk), "slug": "akatsuki", "name": "あかつき市デジタル人材バンク"}
        assert figures["as_of"] == "2026-11-02"
        assert figures.keys() - ABOUT <= figures["definitions"].keys()
        return figures

    return read


def introduced(bank: Bank, origin: str, need=None) -> None:
    first = {"apply": "awaiting_organization"}.get(origin, "awaiting_professional")
    moves = [("create", first, JUNE), ("accept", "awaiting_approval", date(2026, 6, 3))]
    match_with(bank, *moves, ("approve", "introduced", date(2026, 6, 5)), origin=origin, need=need)


def test_the_funnel_shows_totals_always_and_an_origin_only_where_it_hides_nobody(reading, bank):
    need = factories.make_need(factories.make_organization(bank), headcount=9)
    took(need, "need", "submit", "draft", "submitted", JUNE)
    for _ in range(8):
        introduced(bank, "prospect", need)
    for _ in range(5):
        introduced(bank, "apply")
    introduced(bank, "invite")

    figures = reading("funnel", "&fiscal_year=2026")

    assert (figures["fiscal_year"], figures["needs_submitted"], figures["needs_opened"]) == (2026, 1, 0)
    stages = {each["stage"]: each for each in figures["stages"]}
    assert [each["matches"] for each in figures["stages"]] == [14, 14, 14, 14, 0, 0, 0, 0]
    assert stages["introduced"]["by_origin"] == {"prospect": None, "apply": 5, "invite": None, "repeat": 0}
    assert stages.keys() < figures["definitions"].keys()
    assert [each["matches"] for each in reading("funnel", "&fiscal_year=2025")["stages"]] == [0] * 8


def test_speed_says_days_from_five_cases_on(reading, bank):
    need = factories.make_need(factories.make_organization(bank), headcount=9)
    took(need, "need", "open", "submitted", "open", date(2026, 5, 28))
    for _ in range(5):
        introduced(bank, "prospect", need)

    figures = reading("speed")

    assert figures["first_answer"] == {"cases": 5, "median_days": 2, "ninth_decile_days": 2}
    assert figures["first_proposal"] == {"cases": 1, "median_days": None, "ninth_decile_days": None}
    assert "営業日" in figures["definitions"]["days"]
    assert "business days" in reading("speed", **{"Accept-Language": "en"})["definitions"]["days"]


def test_quality_says_what_sides_think_and_who_ended_early(reading, bank):
    for number in range(11):
        early = {"state": "closed", "closed_reason": "terminated", "reason_codes": ["terms"]}
        ends = {**early, "closed_by": "organization"} if number > 4 else {"state": "completed"}
        need = factories.make_need(factories.make_organization(bank))
        match = factories.make_match(
            need, factories.make_professional(bank), made_on=JUNE, ended_on=JULY, ended_at=AT, **ends
        )
        for side, score in (("professional", 4), ("organization", 5 if number else 3)):
            if number < 5:
                match.evaluations.create(
                    side=side, score=score, would_repeat=score > 3, outcome="reached", channel="web",
                    created_at=AT, updated_at=AT,
                )  # fmt: skip

    figures = reading("quality")

    assert figures["satisfaction"] == {
        "professional": {"evaluations": 5, "mean": 4.0, "would_repeat": 1.0},
        "organization": {"evaluations": 5, "mean": 4.6, "would_repeat": 0.8},
    }
    assert (figures["matches"], figures["repeats"], figures["repeat_rate"]) == (11, 0, 0.0)
    ends = figures["early_ends"]
    assert (ends["ended"], ends["terminated"], ends["share"]) == (11, 6, 6 / 11)
    assert ends["by"] == {"professional": 0, "organization": 6, "coordinator": 0}
    assert {each["reason"]: each["matches"] for each in ends["reasons"] if each["matches"]} == {"terms": 6}
    assert {*ends, "evaluations", "mean", "would_repeat"} < figures["definitions"].keys()


def test_supply_and_demand_names_what_nobody_offers(reading, bank):
    organization = factories.make_organization(bank)
    edit(make_shopkeeper(bank))
    edit(make_shop_need(organization))
    for number in range(12):
        problems = ["garden"] if number < 5 else ["trees"] if number < 10 else []
        edit(factories.make_need(organization, title="庭木", own_words="庭木の剪定。", problems=problems))

    figures = reading("supply-and-demand")

    assert (figures["needs_seeking"], figures["needs_ranked"], figures["needs_without_candidates"]) == (13, 13, 12)
    garden = {"code": "garden", "name_ja": "garden", "name_en": "garden"}
    assert figures["without_candidates"] == [
        {"problem": None, "area": "あかつき市", "needs": None},
        {"problem": garden, "area": "あかつき市", "needs": None},
        {"problem": {"code": "trees", "name_ja": "trees", "name_en": "trees"}, "area": "あかつき市", "needs": 5},
    ]
    assert (figures["professionals_available"], figures["professionals_never_proposed"]) == (1, 1)
    exposure = figures["exposure"]
    assert (exposure["top"], exposure["can_be_shown"], exposure["never_shown"], exposure["gini"]) == (5, 1, 0, 0.0)


def test_the_assisted_share_is_by_channel_and_year(reading, bank):
    for number in range(10):
        row = factories.make_professional(bank, submitted_at=AT)
        helped = "professional" if number < 6 else ""
        took(row, "professional", "create", "", "draft", JUNE, role="support_desk", phone_for=helped)

    figures = reading("assisted-share")

    found = figures["registrations"]
    assert (found["total"], found["assisted"], found["share"]) == (10, 6, 0.6)
    assert found["channels"]["phone"] == 6 and sum(found["channels"].values()) == 6
    assert found["by_year"] == [{"fiscal_year": 2026, "total": 10, "assisted": 6, "share": 0.6}]
    assert figures["needs"]["share"] is None


@pytest.mark.parametrize("path", PATHS)
def test_analysts_and_coordinators_read_figures_and_nobody_else(path, session, bearer, bank, other_bank, analyst, desk):
    allowed = [analyst, factories.make_staff(bank, "coordinator")]
    refused = [desk, factories.make_staff(other_bank, "bank_admin"), factories.make_user()]
    address = f"{URL}/{path}?bank={bank.pk}"

    answers = [session(user).get(address).status_code for user in (*allowed, *refused)]

    assert answers == [200, 200, 403, 403, 403]
    assert ContractClient().get(address).status_code == 401
    lacking = bearer(analyst, scopes=("matches:read",)).get(address)
    assert (lacking.status_code, lacking.json()["code"]) == (403, "insufficient_scope")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("funnel?bank=elsewhere", 404),
        ("speed?fiscal_year=1999", 400),
        ("quality?fiscal_year=3000", 400),
        ("assisted-share?fiscal_year=R6", 400),
        ("supply-and-demand?fiscal_year=2026", 400),
        ("funnel?origin=apply", 400),
        ("speed?bank=%00", 400),
    ],
)
def test_wrong_questions_are_refused(query, status, session, analyst):
    assert session(analyst).get(f"{URL}/{query}").status_code == status


def test_without_a_bank_the_default_answers_and_the_last_years_there_are_work(session, bank, analyst):
    for path in ("funnel", "speed", "quality", "assisted-share"):
        for year in (2000, 2999):
            answer = session(analyst).get(f"{URL}/{path}?fiscal_year={year}")
            assert (answer.status_code, answer.json()["bank"]["slug"]) == (200, "akatsuki")
