"""The synonyms of SudachiDict (`synonyms.txt`): general Japanese, read with care for words of several meanings.

Format: one headword a line, RFC 4180, eleven columns; see docs/synonyms.md of WorksApplications/SudachiDict. The file
is not part of this project; whoever has it passes its path.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from talentbank.core.errors import FieldError, InvalidInput
from talentbank.skills.occurrences import folded
from talentbank.skills.thesaurus import FEWEST_FORMS, SynonymGroup, words_of

COLUMNS = ("group", "part", "expansion", "lexeme", "kind", "abbreviation", "spelling", "fields", "headword")
"""Two reserved columns follow."""
SHAPES = {
    "group": "[0-9]{6}",
    "part": "[12]?",
    "expansion": "[0-2]?",
    "lexeme": "(?:[0-9]{1,4}(?:/[0-9]{1,4})*)?",
    "kind": "[0-4]?",
    "abbreviation": "[0-2]?",
    "spelling": "[0-3]?",
    "fields": r"(?:\([^()]*\))?",
}
"""What each column may hold; all but the group and the headword may be left out, which is 0.

Beyond the documentation, the file gives a form two or three lexemes (`1/2`) where both are shortened to it.
"""
OFFENSIVE = "不快"
MOST_GROUPS = 1


class Part(IntEnum):
    UNKNOWN = 0
    NOUN = 1
    VERB = 2


class Expansion(IntEnum):
    ALWAYS = 0
    NO_TRIGGER = 1
    NEVER = 2


class Kind(IntEnum):
    """What a form is to the first form of its lexeme."""

    FIRST = 0
    TRANSLATION = 1
    OTHER_NAME = 2
    FORMER_NAME = 3
    MISUSE = 4


class Abbreviation(IntEnum):
    NONE = 0
    LETTERS = 1
    SHORTENED = 2


class Spelling(IntEnum):
    FIRST = 0
    LATIN = 1
    VARIANT = 2
    MISSPELLED = 3


@dataclass(frozen=True, slots=True)
class Headword:
    """One line of the file. Headwords of a group that share a lexeme are one word; of a group, one meaning."""

    group: str
    part: Part
    expansion: Expansion
    lexemes: tuple[int, ...]
    kind: Kind
    abbreviation: Abbreviation
    spelling: Spelling
    fields: tuple[str, ...]
    text: str


def sudachi_headwords_read(path: Path) -> tuple[Headword, ...]:
    """Read every line as it stands, in the order of the file.

    :raises InvalidInput: every wrong field as `/<file>:<line>/<column>`, and a file that cannot be read or is empty.
    """
    errors: list[FieldError] = []
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        raise InvalidInput([FieldError(f"/{path.name}", "unreadable")]) from None
    headwords = [
        headword
        for number, line in enumerate(lines, 1)
        if line.strip() and (headword := _headword(line, f"/{path.name}:{number}", errors))
    ]
    if not headwords and not errors:
        errors.append(FieldError(f"/{path.name}", "blank"))
    if errors:
        raise InvalidInput(errors)
    return tuple(headwords)


def _headword(line: bytes, place: str, errors: list[FieldError]) -> Headword | None:
    """The headword of a line, or None with what is wrong added to `errors`."""
    try:
        # Line by line: a quote left open ends with its line and swallows no other.
        (values,) = csv.reader([line.decode("utf-8").removesuffix("\r")], strict=True)
    except (UnicodeDecodeError, csv.Error):
        errors.append(FieldError(place, "unreadable"))
        return None
    if len(values) < len(COLUMNS):
        errors.append(FieldError(place, "wrong_number_of_columns"))
        return None
    row = dict(zip(COLUMNS, (value.strip() for value in values), strict=False))
    wrong = [FieldError(f"{place}/{name}", "invalid") for name in SHAPES if not re.fullmatch(SHAPES[name], row[name])]
    if not row["headword"]:
        wrong.append(FieldError(f"{place}/headword", "blank"))
    errors += wrong
    return None if wrong else _made(row)


def _made(row: dict[str, str]) -> Headword:
    return Headword(
        group=row["group"],
        part=Part(int(row["part"] or 0)),
        expansion=Expansion(int(row["expansion"] or 0)),
        lexemes=tuple(int(number) for number in row["lexeme"].split("/") if number),
        kind=Kind(int(row["kind"] or 0)),
        abbreviation=Abbreviation(int(row["abbreviation"] or 0)),
        spelling=Spelling(int(row["spelling"] or 0)),
        fields=tuple(field for field in row["fields"].strip("()").split("/") if field),
        text=row["headword"],
    )


def sudachi_synonyms_read(
    path: Path, *, ours: Iterable[SynonymGroup] = (), most_groups: int = MOST_GROUPS
) -> tuple[SynonymGroup, ...]:
    """Read the groups of nouns, in the order of the file; `area` is the fields as they stand (IT, 企業名/交通, …).

    Left out: headwords that the file keeps as deleted, verbs and adjectives (開く, 取る mean too much; the makers'
    own reader leaves them out as well) and offensive words. Misspellings stay, for people write them.

    Silent is a form that the file says must not trigger; one that stands in more than `most_groups` groups (AI in
    five: nothing tells which is meant); and one that `ours` holds, because there our meaning counts: HP is the
    website, not the company. A group with no trigger left, or of one form, is left out.

    :raises InvalidInput: see `sudachi_headwords_read`.
    """
    groups: dict[str, dict[str, Headword]] = {}
    for headword in filter(_counts, sudachi_headwords_read(path)):
        # The first of two alike (the file has such) counts, but for a trigger: one line that may not is enough.
        group = groups.setdefault(headword.group, {})
        form = folded(headword.text)
        if form not in group or headword.expansion is Expansion.NO_TRIGGER:
            group[form] = headword
    places = Counter(form for group in groups.values() for form in group)
    taken = {folded(form) for group in ours for form in (*group.forms, *group.forms_en)}
    mute = taken | {form for form, count in places.items() if count > most_groups}
    return tuple(_groups(groups, mute))


def _counts(headword: Headword) -> bool:
    return (
        headword.expansion is not Expansion.NEVER
        and headword.part is not Part.VERB
        and OFFENSIVE not in headword.fields
        and bool(words_of(headword.text))
    )


def _groups(groups: dict[str, dict[str, Headword]], mute: set[str]) -> Iterator[SynonymGroup]:
    for number, headwords in groups.items():
        silent = frozenset(
            headword.text
            for form, headword in headwords.items()
            if form in mute or headword.expansion is Expansion.NO_TRIGGER
        )
        if len(headwords) < FEWEST_FORMS or len(silent) == len(headwords):
            continue
        texts = [headword.text for headword in headwords.values()]
        yield SynonymGroup(
            code=f"sudachi-{number}",
            area="/".join(next(iter(headwords.values())).fields),
            forms=tuple(text for text in texts if not text.isascii()),
            forms_en=tuple(text for text in texts if text.isascii()),
            silent=silent,
        )
