"""The headline figures over HTTP: without sign-in, by bank and fiscal year, with their definitions."""

from __future__ import annotations

from datetime import date

import pytest

from talentbank.matches.models import StaffNote
from tests import factories

URL = "/api/v1/statistics/summary"
COUNTED = ("matches", "individuals", "organizations", "consultations")
pytestmark = pytest.mark.usefixtures("clock")


def made(bank, day, **fields):
    """A match that was made on a day."""
    need = factories.make_need(factories.make_organization(bank))
    professional = factories.make_professional(bank)
    return factories.make_match(need, professional, fields.pop("state", "active"), made_on=day, **fields)


def test_anybody_reads_the_figures_with_their_definitions(session, bank):
    made(bank, date(2026, 11, 2))

    answer = session(None).get(f"{URL}?bank={bank.slug}")

    figures = answer.json()
    assert (answer.status_code, figures["as_of"], figures["fiscal_year"]) == (200, "2026-11-02", None)
    assert figures["bank"] == {"id": str(bank.pk), "slug": bank.slug, "name": bank.name}
    assert (figures["matches"], figures["repeats"], figures["individuals"], figures["organizations"]) == (1, 0, 1, 1)
    assert figures["definitions"].keys() == {*COUNTED, "repeats"}
    assert "成立" in figures["definitions"]["matches"]
    assert not any(name in told for name in figures["definitions"] for told in figures["definitions"].values())
    english = session(None).get(f"{URL}?bank={bank.slug}", headers={"Accept-Language": "en"}).json()
    assert "ever reached contracted" in english["definitions"]["matches"]


def test_without_a_bank_the_default_answers_and_is_named(session, settings, bank):
    second = factories.make_bank(opened_on=date(2024, 4, 1))

    assert session(None).get(URL).json()["bank"]["slug"] == bank.slug
    settings.DEFAULT_BANK = second.slug
    assert session(None).get(URL).json()["bank"]["slug"] == second.slug


@pytest.mark.parametrize(
    ("year", "count"), [(2023, 1), (2024, 2), (2025, 0), (2026, 1)], ids=["to 31 March", "from 1 April", "none", "now"]
)
def test_a_fiscal_year_runs_from_april_to_march(session, bank, year, count):
    for day in (date(2024, 3, 31), date(2024, 4, 1), date(2025, 3, 31), date(2026, 11, 2)):
        made(bank, day)

    figures = session(None).get(f"{URL}?bank={bank.pk}&fiscal_year={year}").json()

    assert (figures["fiscal_year"], figures["matches"]) == (year, count)
    assert session(None).get(f"{URL}?bank={bank.pk}").json()["matches"] == 4


def test_what_counts_as_a_match(session, bank, other_bank):
    made(bank, date(2026, 5, 1), origin="repeat", state="completed")
    made(bank, date(2026, 5, 1), state="closed", closed_reason="terminated")
    made(bank, date(2026, 5, 1), state="closed", closed_reason="mistaken")
    made(bank, None, state="introduced")
    made(bank, date(2026, 11, 3))
    made(other_bank, date(2026, 5, 1))

    figures = session(None).get(f"{URL}?bank={bank.slug}").json()

    assert (figures["matches"], figures["repeats"]) == (2, 1)


def test_who_counts_as_registered(session, bank):
    seeking = factories.make_organization(bank)
    factories.make_professional(bank, holder_kind="organization", organization=seeking)
    factories.make_professional(bank, referral_status="paused")
    for state in ("submitted", "suspended", "expired", "withdrawn"):
        factories.make_professional(bank, registration_state=state)
        factories.make_organization(bank, registration_state=state)

    figures = session(None).get(f"{URL}?bank={bank.slug}").json()

    assert (figures["individuals"], figures["organizations"]) == (1, 1)


def test_consultations_count_by_the_day_on_which_they_took_place(session, bank, other_bank, coordinator):
    def noted(kind, day, at=bank):
        StaffNote.create(
            at=factories.AT, bank=at, subject_kind="bank", subject_id=at.pk, kind=kind, text="相談", channel="counter",
            happened_on=day, author=coordinator,
        )  # fmt: skip

    for day in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 11, 2)):
        noted("consultation", day)
    noted("note", date(2026, 11, 2))
    noted("consultation", date(2026, 11, 2), other_bank)

    def count(query: str = "") -> int:
        return session(None).get(f"{URL}?bank={bank.slug}{query}").json()["consultations"]

    assert (count(), count("&fiscal_year=2025"), count("&fiscal_year=2026")) == (3, 1, 2)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("bank=elsewhere", 404),
        ("bank=%00", 400),
        ("fiscal_year=R6", 400),
        ("fiscal_year=1999", 400),
        ("fiscal_year=2024&fiscal_year=2025", 400),
        ("year=2024", 400),
    ],
)
def test_wrong_questions_are_refused(session, bank, query, status):
    assert session(None).get(f"{URL}?{query}").status_code == status


def test_an_installation_without_banks_has_no_figures(session):
    assert session(None).get(URL).status_code == 404
