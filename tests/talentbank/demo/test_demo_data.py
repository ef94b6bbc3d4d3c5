"""The demo's data: the city's figures, references that resolve, and texts that nobody copied from a neighbour."""

from __future__ import annotations

import csv
import re
from itertools import combinations
from pathlib import Path

import pytest

from talentbank.demo.data_files import DATA, BankFolder, bank_folders

SKILLS = Path(__file__).resolve().parents[3] / "talentbank" / "skills" / "data"
FOLDERS = bank_folders()
MAIN = BankFolder(DATA / "akatsuki")
MADE = {"contracted", "active", "delivered", "completed"}


def codes(name: str) -> set[str]:
    with (SKILLS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"] for row in csv.DictReader(file)}


def test_the_main_bank_has_the_citys_figures():
    professionals, organizations = MAIN.rows("professionals"), MAIN.rows("organizations")
    approved = [row for row in professionals if row["state"] == "approved"]
    assert sum(row["holder"] == "person" for row in approved) == 38
    assert sum(row["state"] == "approved" for row in organizations) == 17
    assert sum(row["state"] in MADE for row in MAIN.rows("matches")) == 8
    assert len(MAIN.rows("needs")) >= 30
    assert sum(row["gives_help"] and row["seeks_help"] for row in organizations) == 2
    teachers = {"smartphone-teacher", "senior-support"}
    assert sum(bool(teachers & {claim["skill"] for claim in row["skills"]}) for row in approved) >= 5


def test_there_is_a_second_bank():
    assert [folder.path.name for folder in FOLDERS] == ["akatsuki", "minakamino"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.path.name)
def test_every_reference_resolves(folder):
    organizations = {row["key"] for row in folder.rows("organizations")}
    professionals = {row["key"]: row for row in folder.rows("professionals")}
    needs = {row["key"]: row for row in folder.rows("needs")}
    named = {row["organization"] for row in needs.values()}
    assert named | {row["organization"] for row in professionals.values() if row["organization"]} <= organizations
    for match in folder.rows("matches"):
        hours = needs[match["need"]]["hours_per_week"] or 0
        assert hours <= professionals[match["professional"]]["hours_per_week"]
    skills = {claim["skill"] for row in [*professionals.values(), *needs.values()] for claim in row["skills"]}
    assert skills <= codes("practical_skills")
    assert {code for row in needs.values() for code in row["problems"]} <= codes("problems")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.path.name)
def test_no_two_people_share_a_sentence(folder):
    rows = [*folder.rows("professionals"), *folder.rows("needs")]
    names = ("headline", "summary", "own_words", "background")
    texts = [set(re.split("[。\n]", "。".join(row.get(name) or "" for name in names))) for row in rows]
    for one, other in combinations(texts, 2):
        assert not {sentence for sentence in one & other if len(sentence) >= 12}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.path.name)
def test_no_field_states_age_sex_or_nationality(folder):
    fields = {name for row in folder.rows("professionals") for name in row}
    assert not fields & {"age", "birth_date", "born_on", "sex", "gender", "nationality"}
