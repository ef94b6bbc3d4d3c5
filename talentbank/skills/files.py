"""The vocabulary's data files: reading them, and naming file and line of whatever is wrong. Writes nothing."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from talentbank.core.errors import FieldError, InvalidInput

DATA_DIR = Path(__file__).resolve().parent / "data"
SCHEMES = {"dssp_skills.csv": ("dss-p", "2.0"), "practical_skills.csv": ("local", "1")}
"""File of skills → its scheme and the scheme's version."""
GROUP_COLUMNS = ("scheme", "code", "name_ja", "name_en", "position")
SKILL_COLUMNS = ("code", "group", "name_ja", "name_en", "kana")
AREA_COLUMNS = ("code", "name_ja", "name_en", "position")
PROBLEM_COLUMNS = ("code", "area", "name_ja", "easy_ja", "name_en", "kana", "skills")
LIST_MARK = "|"
LENGTHS = {"code": 60, "name_ja": 60, "name_en": 100, "kana": 200, "easy_ja": 200, "scheme": 20}
"""The shortest column that takes each field; see `skills.models`."""
LONGEST = 1000
"""Of a field that names no length of its own: a list."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    scheme: str
    code: str
    name_ja: str
    name_en: str
    position: int


@dataclass(frozen=True, slots=True)
class SkillRow:
    scheme: str
    scheme_version: str
    code: str
    group: str
    name_ja: str
    name_en: str
    kana: str
    aliases_ja: tuple[str, ...]
    aliases_en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AreaRow:
    code: str
    name_ja: str
    name_en: str
    position: int


@dataclass(frozen=True, slots=True)
class ProblemRow:
    code: str
    area: str
    name_ja: str
    easy_ja: str
    name_en: str
    kana: str
    skills: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All rows of the data files, checked against each other."""

    groups: tuple[GroupRow, ...]
    skills: tuple[SkillRow, ...]
    areas: tuple[AreaRow, ...]
    problems: tuple[ProblemRow, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file and where it stands; collects what is wrong with it."""

    place: str
    values: dict[str, str]
    errors: list[FieldError]

    def text(self, name: str, *, blank: bool = False) -> str:
        value = (self.values.get(name) or "").strip()
        if not value and not blank:
            self.wrong(name, "blank")
        maximum = LENGTHS.get(name, LONGEST)
        if len(value) > maximum:
            self.wrong(name, "max_length", maximum=maximum)
        return value

    def number(self, name: str) -> int:
        value = self.text(name)
        if not value.isdecimal():
            self.wrong(name, "integer")
            return 0
        return int(value)

    def items(self, name: str) -> tuple[str, ...]:
        parts = (part.strip() for part in self.text(name, blank=True).split(LIST_MARK))
        return tuple(dict.fromkeys(part for part in parts if part))

    def wrong(self, name: str, code: str, **facts: object) -> None:
        self.errors.append(FieldError(f"/{self.place}/{name}", code, facts))


def vocabulary_read(directory: Path = DATA_DIR) -> Vocabulary:
    """Read and check all data files.

    :raises InvalidInput: every wrong field as `/<file>:<line>/<column>`; line 1 is the header.
    """
    errors: list[FieldError] = []
    groups = [_group(line) for line in lines_read(directory / "skill_groups.csv", GROUP_COLUMNS, errors)]
    known_groups = {(group.scheme, group.code) for group in groups}
    skills: list[SkillRow] = []
    for name, (scheme, version) in SCHEMES.items():
        for line in lines_read(directory / name, SKILL_COLUMNS, errors):
            skills.append(_skill(line, scheme, version, known_groups))
    areas = [_area(line) for line in lines_read(directory / "problem_areas.csv", AREA_COLUMNS, errors)]
    lines = lines_read(directory / "problems.csv", PROBLEM_COLUMNS, errors)
    problems = [_problem(line, {area.code for area in areas}, {skill.code for skill in skills}) for line in lines]
    for file, codes in (
        ("skill_groups.csv", [f"{group.scheme}/{group.code}" for group in groups]),
        ("skills", [skill.code for skill in skills]),
        ("problem_areas.csv", [area.code for area in areas]),
        ("problems.csv", [problem.code for problem in problems]),
    ):
        twice = sorted({code for code in codes if codes.count(code) > 1})
        errors += [FieldError(f"/{file}/{code}", "duplicate_item") for code in twice]
    if errors:
        raise InvalidInput(errors)
    return Vocabulary(tuple(groups), tuple(skills), tuple(areas), tuple(problems))


def lines_read(path: Path, columns: Sequence[str], errors: list[FieldError]) -> Iterator[Line]:
    """The lines of a file; a file or a column that is missing is an error of its own."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        errors.append(FieldError(f"/{path.name}", "unreadable"))
        return
    reader = csv.DictReader(text.splitlines(), strict=True)
    try:
        yield from _lines(reader, path.name, columns, errors)
    except csv.Error:
        errors.append(FieldError(f"/{path.name}:{reader.reader.line_num}", "unreadable"))


def _lines(reader: csv.DictReader[str], name: str, columns: Sequence[str], errors: list[FieldError]) -> Iterator[Line]:
    if missing := [each for each in columns if each not in (reader.fieldnames or ())]:
        errors.append(FieldError(f"/{name}:1", "missing_columns", {"missing": missing}))
        return
    for values in reader:
        line = Line(f"{name}:{reader.line_num}", values, errors)
        if None in values or None in values.values():
            line.wrong("", "wrong_number_of_columns")
        yield line


def _group(line: Line) -> GroupRow:
    return GroupRow(
        line.text("scheme"), line.text("code"), line.text("name_ja"), line.text("name_en"), line.number("position")
    )


def _skill(line: Line, scheme: str, version: str, groups: set[tuple[str, str]]) -> SkillRow:
    group = line.text("group")
    if (scheme, group) not in groups:
        line.wrong("group", "unknown_group")
    return SkillRow(
        scheme=scheme,
        scheme_version=version,
        code=line.text("code"),
        group=group,
        name_ja=line.text("name_ja"),
        name_en=line.text("name_en"),
        kana=line.text("kana", blank=True),
        aliases_ja=line.items("aliases_ja"),
        aliases_en=line.items("aliases_en"),
    )


def _area(line: Line) -> AreaRow:
    return AreaRow(line.text("code"), line.text("name_ja"), line.text("name_en"), line.number("position"))


def _problem(line: Line, areas: set[str], skills: set[str]) -> ProblemRow:
    area = line.text("area")
    if area not in areas:
        line.wrong("area", "unknown_area")
    return ProblemRow(
        code=line.text("code"),
        area=area,
        name_ja=line.text("name_ja"),
        easy_ja=line.text("easy_ja"),
        name_en=line.text("name_en"),
        kana=line.text("kana", blank=True),
        skills=tuple(_weights(line, skills.__contains__)),
    )


def _weights(line: Line, known: Callable[[str], bool]) -> Iterator[tuple[str, float]]:
    """`code:weight` pairs; the weight lies in (0, 1]."""
    seen: set[str] = set()
    for item in line.items("skills"):
        code, _, text = item.partition(":")
        try:
            weight = float(text)
        except ValueError:
            weight = 0.0
        if not known(code):
            line.wrong("skills", "unknown_skill", skill=code)
        elif code in seen:
            line.wrong("skills", "duplicate_item", skill=code)
        elif not 0 < weight <= 1:
            line.wrong("skills", "weight_out_of_range", skill=code)
        else:
            seen.add(code)
            yield code, weight
