"""The vocabulary files by themselves: what an editor of a row may get wrong, without Django or a database."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[3] / "talentbank" / "skills" / "data"

HEADERS = {
    "skill_groups.csv": ["scheme", "code", "name_ja", "name_en", "position"],
    "dssp_skills.csv": ["code", "group", "name_ja", "name_en", "kana"],
    "practical_skills.csv": ["code", "group", "name_ja", "name_en", "kana", "aliases_ja", "aliases_en"],
    "problem_areas.csv": ["code", "name_ja", "name_en", "position"],
    "problems.csv": ["code", "area", "name_ja", "easy_ja", "name_en", "kana", "skills"],
}
# Columns of the database, in characters.
LONGEST = {"code": 60, "name_ja": 100, "name_en": 200, "easy_ja": 200, "kana": 200}
LONGEST_OF_AREAS = LONGEST | {"name_ja": 60, "name_en": 100}
JAPANESE = re.compile("[ぁ-ゖァ-ヺ一-鿿]")
GROUP_SIZES = {
    "1.1": 5, "1.2": 7, "1.3": 7, "1.4": 9, "2.1": 6, "2.2": 2, "2.3": 6,
    "3.1": 10, "3.2": 3, "4.1": 4, "4.2": 2, "5.1": 2, "5.2": 4,
}  # fmt: skip


@cache
def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def form(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def aliases(row: dict[str, str]) -> list[str]:
    return row["aliases_ja"].split("|") + row["aliases_en"].split("|")


def weights(row: dict[str, str]) -> list[tuple[str, float]]:
    pairs = [entry.split(":") for entry in row["skills"].split("|")]
    return [(code, float(weight)) for code, weight in pairs]


def repeated(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def scheme_groups(scheme: str) -> list[str]:
    return [row["code"] for row in rows("skill_groups.csv") if row["scheme"] == scheme]


@pytest.mark.parametrize("name", HEADERS)
def test_a_file_is_utf8_with_lf_and_its_header(name: str) -> None:
    raw = (DATA / name).read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert raw.decode("utf-8").splitlines()[0].split(",") == HEADERS[name]


@pytest.mark.parametrize("name", HEADERS)
def test_every_field_is_there_and_clean(name: str) -> None:
    longest = LONGEST_OF_AREAS if name == "problem_areas.csv" else LONGEST
    for row in rows(name):
        assert None not in row, f"too many fields: {row}"
        for column, value in row.items():
            where = f"{row['code']}.{column}"
            assert value, f"{where} is missing or empty"
            assert value == value.strip(), f"{where} begins or ends with a space"
            assert value.isprintable(), f"{where} holds a control character or an unusual space"
            assert unicodedata.is_normalized("NFC", value), f"{where} is not NFC"
            assert len(value) <= longest.get(column, len(value)), f"{where} is too long"


@pytest.mark.parametrize("name", HEADERS)
def test_codes_are_unique_and_well_formed(name: str) -> None:
    codes = [row["code"] for row in rows(name)]
    assert repeated(codes) == []
    pattern = r"dssp-\d\.\d(-\d\d)?|[a-z][a-z0-9]*(-[a-z0-9]+)*"
    assert [code for code in codes if not re.fullmatch(pattern, code)] == []


@pytest.mark.parametrize("name", [name for name, header in HEADERS.items() if "kana" in header])
def test_kana_is_hiragana(name: str) -> None:
    assert [row["code"] for row in rows(name) if not re.fullmatch("[ぁ-ゖー]+", row["kana"])] == []


@pytest.mark.parametrize("name", HEADERS)
def test_english_names_are_ascii(name: str) -> None:
    assert [row["code"] for row in rows(name) if not row["name_en"].isascii()] == []


def test_names_of_problems_and_groups_are_not_repeated() -> None:
    assert repeated([form(row["name_ja"]) for row in rows("problems.csv")]) == []
    assert repeated([form(row["easy_ja"]) for row in rows("problems.csv")]) == []
    assert repeated([form(row["name_en"]) for row in rows("problems.csv")]) == []
    for name in ("skill_groups.csv", "problem_areas.csv"):
        assert repeated([form(row["name_ja"]) for row in rows(name)]) == []


def test_counts() -> None:
    assert len(rows("dssp_skills.csv")) == 67
    assert len(scheme_groups("dss-p")) == 13
    assert len(rows("practical_skills.csv")) >= 150
    assert len(rows("problems.csv")) >= 70


def test_dssp_groups_have_the_sizes_of_the_standard() -> None:
    sizes = Counter(row["group"] for row in rows("dssp_skills.csv"))
    assert sizes == {f"dssp-{group}": size for group, size in GROUP_SIZES.items()}
    for group, size in sizes.items():
        codes = [row["code"] for row in rows("dssp_skills.csv") if row["group"] == group]
        assert codes == [f"{group}-{number:02}" for number in range(1, size + 1)]


def test_codes_are_unique_over_both_schemes() -> None:
    assert repeated([row["code"] for row in rows("dssp_skills.csv") + rows("practical_skills.csv")]) == []


@pytest.mark.parametrize(("name", "scheme"), [("dssp_skills.csv", "dss-p"), ("practical_skills.csv", "local")])
def test_groups_resolve_and_none_is_empty(name: str, scheme: str) -> None:
    assert {row["group"] for row in rows(name)} == set(scheme_groups(scheme))


def test_groups_belong_to_the_two_schemes() -> None:
    assert {row["scheme"] for row in rows("skill_groups.csv")} == {"local", "dss-p"}


def test_areas_resolve_and_none_is_empty() -> None:
    assert {row["area"] for row in rows("problems.csv")} == {row["code"] for row in rows("problem_areas.csv")}


def test_positions_count_from_one() -> None:
    positions = defaultdict(list)
    for row in rows("skill_groups.csv"):
        positions[row["scheme"]].append(int(row["position"]))
    positions["areas"] = [int(row["position"]) for row in rows("problem_areas.csv")]
    for found in positions.values():
        assert found == list(range(1, len(found) + 1))


def test_every_practical_skill_has_aliases_in_both_languages() -> None:
    for row in rows("practical_skills.csv"):
        for alias in aliases(row):
            assert alias and alias == alias.strip(), f"{row['code']}: {alias!r}"
        assert JAPANESE.search(row["aliases_ja"]), f"{row['code']} has no alias in Japanese script"
        assert row["aliases_en"].isascii(), f"{row['code']} has an English alias that is not ASCII"


def test_aliases_are_long_enough_to_be_searched_for() -> None:
    assert [alias for row in rows("practical_skills.csv") for alias in aliases(row) if len(alias) < 2] == []


def test_a_form_belongs_to_one_skill_only() -> None:
    owners = defaultdict(set)
    for row in rows("practical_skills.csv"):
        for text in [row["name_ja"], row["name_en"], *aliases(row)]:
            owners[form(text)].add(row["code"])
    assert {text: codes for text, codes in owners.items() if len(codes) > 1} == {}


def test_an_alias_says_something_new() -> None:
    for row in rows("practical_skills.csv"):
        forms = [form(alias) for alias in aliases(row)]
        assert repeated(forms) == [], row["code"]
        assert not {form(row["name_ja"]), form(row["name_en"])} & set(forms), row["code"]


def test_problems_point_to_practical_skills_with_weights() -> None:
    known = {row["code"] for row in rows("practical_skills.csv")}
    for row in rows("problems.csv"):
        found = weights(row)
        assert repeated([code for code, _ in found]) == [], row["code"]
        assert {code for code, _ in found} <= known, row["code"]
        assert all(0.1 <= weight <= 1.0 for _, weight in found), row["code"]
        assert [weight for _, weight in found] == sorted((weight for _, weight in found), reverse=True), row["code"]
        assert found[0][1] == 1.0, f"{row['code']} has no skill that solves its core"
        assert len(found) >= 2, f"{row['code']} names one skill only"


def test_easy_japanese_is_short_and_polite() -> None:
    for row in rows("problems.csv"):
        assert row["easy_ja"].endswith("。"), row["code"]
        assert "  " not in row["easy_ja"], row["code"]
        for sentence in row["easy_ja"].removesuffix("。").split("。"):
            assert sentence.endswith(("です", "ます", "ました", "ません", "ですか", "ますか")), (
                f"{row['code']}: {sentence}"
            )
            assert len(sentence) <= 50, f"{row['code']}: {sentence}"
