"""Our own synonym groups: surface forms that mean one thing to the people of the bank.

Files only: no database and no settings, so that a measurement can run anywhere. `sudachi` reads the general ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from talentbank.core.errors import FieldError, InvalidInput
from talentbank.skills.files import AREA_COLUMNS, DATA_DIR, LIST_MARK, Line, lines_read
from talentbank.skills.occurrences import folded

THESAURUS = DATA_DIR / "thesaurus.csv"
COLUMNS = ("code", "area", "forms_ja", "forms_en", "note")
OWN_AREAS = frozenset({"it", "software", "design", "office", "business", "jobs", "trades"})
"""Areas of the thesaurus beside those of `problem_areas.csv`; the data's NOTICE says what each holds."""
LONGEST_FORM = 60
FEWEST_FORMS = 2
NOTES = ("shared", "kind-of")

MOST_FORMS = 60
"""In one language of a group; our largest has 21."""
MOST_MEANINGS = 3
"""Other groups that may hold a form of a bank's: a word that means everything finds everybody."""

Words = Callable[[str], Sequence[object]]
"""What an analyzer finds in a form."""

_WORDS = re.compile(r"[^\W_]{2,}|[^\W_ぁ-ゖァ-ヺ]")


@dataclass(frozen=True, slots=True)
class SynonymGroup:
    """Forms of one meaning, each once after `occurrences.folded`.

    forms, forms_en : as written in Japanese texts, and in English
    silent : those that may be found for another form, but for which nothing else is looked up: they mean too much
    kind_of : codes of the wider groups a product belongs to; it is no synonym of theirs
    shared : forms that another group holds too, on purpose
    """

    code: str
    area: str
    forms: tuple[str, ...]
    forms_en: tuple[str, ...] = ()
    silent: frozenset[str] = frozenset()
    kind_of: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()

    @property
    def triggers(self) -> tuple[str, ...]:
        """The forms that stand for all others: what an index that treats both sides alike may hold."""
        return tuple(form for form in (*self.forms, *self.forms_en) if form not in self.silent)


def words_of(form: str) -> list[str]:
    """What a word analyzer has to work with at least: letters and digits, not a mark or a lone kana."""
    return _WORDS.findall(folded(form))


_reader: list[Words] = [words_of]


def read_forms_with(words: Words) -> None:
    """Have forms of banks read by the engine's own analyzer; ranking calls it when it is ready."""
    _reader[0] = words


def says_something(form: str) -> bool:
    """Whether the analyzer finds a word in a form."""
    return bool(_reader[0](form))


def thesaurus_read(path: Path = THESAURUS, *, tokenize: Words = words_of) -> tuple[SynonymGroup, ...]:
    """Read and check our groups, in the order of the file.

    :param tokenize: what decides that a form says anything; the engine's own is the exact one.
    :raises InvalidInput: every wrong field as `/<file>:<line>/<column>`; line 1 is the header.
    """
    errors: list[FieldError] = []
    areas = OWN_AREAS | {line.text("code") for line in lines_read(DATA_DIR / "problem_areas.csv", AREA_COLUMNS, errors)}
    read = [(line, _group(line, areas, tokenize)) for line in lines_read(path, COLUMNS, errors)]
    codes: set[str] = set()
    for line, group in read:
        if group.code in codes:
            line.wrong("code", "duplicate_item")
        codes.add(group.code)
    for line, group in read:
        for wider in group.kind_of:
            if wider not in codes or wider == group.code:
                line.wrong("note", "unknown_group", group=wider)
    if errors:
        raise InvalidInput(errors)
    return tuple(group for _, group in read)


def _group(line: Line, areas: frozenset[str], tokenize: Words) -> SynonymGroup:
    area = line.text("area")
    if area and area not in areas:
        line.wrong("area", "unknown_area")
    seen: set[str] = set()
    forms = tuple(_forms(line, "forms_ja", seen, tokenize))
    forms_en = tuple(_forms(line, "forms_en", seen, tokenize))
    if len(seen) < FEWEST_FORMS:
        line.wrong("forms_ja", "too_few_forms", minimum=FEWEST_FORMS)
    notes = _notes(line)
    for form in notes["shared"]:
        if form not in (*forms, *forms_en):
            line.wrong("note", "unknown_form", form=form)
    return SynonymGroup(
        line.text("code"), area, forms, forms_en, kind_of=notes["kind-of"], shared=notes["shared"]
    )  # fmt: skip


def _forms(line: Line, column: str, seen: set[str], tokenize: Words) -> Iterator[str]:
    """The forms of a column; `seen` holds the folded forms of the whole group."""
    text = (line.values.get(column) or "").strip()
    for form in (part.strip() for part in text.split(LIST_MARK)) if text else ():
        if not form:
            line.wrong(column, "blank")
        elif len(form) > LONGEST_FORM:
            line.wrong(column, "max_length", maximum=LONGEST_FORM, form=form)
        elif folded(form) in seen:
            line.wrong(column, "duplicate_item", form=form)
        elif not tokenize(form):
            line.wrong(column, "says_nothing", form=form)
        else:
            seen.add(folded(form))
            yield form


def _notes(line: Line) -> dict[str, tuple[str, ...]]:
    """`shared:form|form;kind-of:code|code`, either part or none."""
    notes: dict[str, tuple[str, ...]] = dict.fromkeys(NOTES, ())
    text = line.text("note", blank=True)
    for entry in text.split(";") if text else ():
        name, _, values = entry.partition(":")
        parts = tuple(part.strip() for part in values.split(LIST_MARK))
        if name.strip() not in NOTES or not all(parts):
            line.wrong("note", "unknown_note", entry=entry)
            continue
        notes[name.strip()] += parts
    return notes
