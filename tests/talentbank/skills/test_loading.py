"""Loading the vocabulary: rows follow the files, a second load changes nothing, what is in use stays."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from talentbank.core.errors import InvalidInput
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.skills.files import DATA_DIR, vocabulary_read
from talentbank.skills.models import Problem, Skill, SkillGroup
from talentbank.skills.services import vocabulary_load
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A copy of the data files that a test may spoil."""
    for path in DATA_DIR.glob("*.csv"):
        shutil.copy(path, tmp_path)
    return tmp_path


def load(directory: Path = DATA_DIR) -> dict[str, Any]:
    return vocabulary_load(vocabulary=vocabulary_read(directory))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_data_files_load_and_a_second_load_changes_nothing() -> None:
    first, ids = load(), set(Skill.objects.values_list("code", "pk"))
    second = load()

    assert Skill.objects.filter(scheme="dss-p").count() == 67
    assert Skill.objects.filter(scheme="local").count() >= 120
    assert Problem.objects.count() >= 60
    assert first["skills"].created == Skill.objects.count()
    assert not any(counts.wrote for counts in second.values())
    assert set(Skill.objects.values_list("code", "pk")) == ids


def test_a_changed_row_is_updated_in_place_and_a_lost_alias_goes(files: Path) -> None:
    load(files)
    before = Skill.objects.get(code="excel-vba")
    edit(files / "practical_skills.csv", "Excel VBA・マクロ", "エクセルVBA")
    edit(files / "practical_skills.csv", "|ブイビーエー", "")

    counts = load(files)["skills"]

    after = Skill.objects.get(code="excel-vba")
    assert (counts.created, counts.changed) == (0, 1)
    assert (after.pk, after.name_ja) == (before.pk, "エクセルVBA")
    assert set(before.aliases_ja) - set(after.aliases_ja) == {"ブイビーエー"}


def test_a_changed_weight_counts_as_a_change(files: Path) -> None:
    load(files)
    edit(files / "problems.csv", "digital-marketing:1.0|", "digital-marketing:0.9|")

    assert (load(files)["problems"].changed, load(files)["problems"].changed) == (1, 0)


def test_a_row_that_left_the_files_is_removed_unless_it_is_in_use(files: Path, organization: Organization) -> None:
    load(files)
    Skill.objects.create(
        code="old-unused",
        scheme="local",
        scheme_version="1",
        group=SkillGroup.objects.first(),
        name_ja="旧",
        name_en="Old",
    )
    factories.make_need(organization, skills=["old-used"], problems=["old-problem"])

    counts = load(files)

    assert counts["skills"].removed == 1
    assert (counts["skills"].kept, counts["problems"].kept) == (["old-used"], ["old-problem"])
    assert Need.objects.get().problems.get().code == "old-problem"
    assert not Skill.objects.filter(code="old-unused").exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "pointer", "code"),
    [
        (
            "practical_skills.csv",
            "excel-basic,office,",
            "excel-basic,nowhere,",
            "practical_skills.csv:2/group",
            "unknown_group",
        ),
        ("practical_skills.csv", "excel-basic,", "excel-vba,", "skills/excel-vba", "duplicate_item"),
        ("problems.csv", "fewer-customers,attract", "fewer-customers,nowhere", "problems.csv:2/area", "unknown_area"),
        ("problems.csv", "digital-marketing:1.0", "no-such:1.0", "problems.csv:2/skills", "unknown_skill"),
        (
            "problems.csv",
            "digital-marketing:1.0",
            "digital-marketing:1.5",
            "problems.csv:2/skills",
            "weight_out_of_range",
        ),
        (
            "problems.csv",
            "digital-marketing:1.0",
            "digital-marketing:nan",
            "problems.csv:2/skills",
            "weight_out_of_range",
        ),
        ("skill_groups.csv", "Office software,1", "Office software,first", "skill_groups.csv:2/position", "integer"),
        ("problem_areas.csv", "code,", "kode,", "problem_areas.csv:1", "missing_columns"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_loaded(
    files: Path, name: str, old: str, new: str, pointer: str, code: str
) -> None:
    edit(files / name, old, new)

    with pytest.raises(InvalidInput) as caught:
        load(files)

    assert (f"/{pointer}", code) in [(error.pointer, error.code) for error in caught.value.errors]
    assert not Skill.objects.exists()


def test_the_command_prints_counts_and_says_what_is_wrong(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_vocabulary", directory=files)
    assert "skills: 3" in capsys.readouterr().out

    (files / "problems.csv").unlink()
    with pytest.raises(CommandError, match=r"problems\.csv: unreadable"):
        call_command("load_vocabulary", directory=files)
