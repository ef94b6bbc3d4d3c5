"""Concepts out of files, for measuring without a database: ours, and those of a thesaurus that somebody hands in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from talentbank.core.errors import InvalidInput
from talentbank.skills.files import vocabulary_read
from talentbank.skills.sudachi import sudachi_synonyms_read
from talentbank.skills.thesaurus import thesaurus_read

Groups = Mapping[str, tuple[str, ...]]
THESAURUS_MARK = "thesaurus:"
"""Before the code of a group, so that no skill has the same."""
SUDACHI_LINE = re.compile(rb"\s*[0-9]{6},[0-9]?,[0-9]?,")


class BrokenThesaurus(ValueError):
    """A line that names no concept or no form."""

    code = "broken_thesaurus"

    def __init__(self, path: Path, line: int, reason: str) -> None:
        self.path, self.line, self.reason = path, line, reason
        super().__init__(f"{path}, line {line}: {reason}")


def own_groups_read() -> Groups:
    """What every bank begins with, as `corpus.lexicon` has it: skills with their names, and our thesaurus."""
    skills = {
        skill.code: tuple(dict.fromkeys([skill.name_ja, skill.name_en, *skill.aliases_ja, *skill.aliases_en]))
        for skill in vocabulary_read().skills
    }
    return {**skills, **{f"{THESAURUS_MARK}{group.code}": group.triggers for group in thesaurus_read()}}


def thesaurus_groups_read(path: Path) -> Groups:
    """Concept to its forms, from either format: SudachiDict's `synonyms.txt`, or `code,form|form|…` on each line.

    :raises BrokenThesaurus: with the line. :raises OSError: the file cannot be read.
    """
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    return _sudachi_groups(path) if SUDACHI_LINE.match(content) else _plain_groups(path, content)


def _sudachi_groups(path: Path) -> Groups:
    """Where our thesaurus holds a form, its meaning counts and not theirs."""
    try:
        return {group.code: group.triggers for group in sudachi_synonyms_read(path, ours=thesaurus_read())}
    except InvalidInput as refusal:
        error = refusal.errors[0]
        line = re.search(r":([0-9]+)", error.pointer)
        raise BrokenThesaurus(path, int(line[1]) if line else 1, error.code) from refusal


def _plain_groups(path: Path, content: bytes) -> Groups:
    groups: dict[str, tuple[str, ...]] = {}
    for number, raw in enumerate(content.splitlines(), start=1):
        try:
            line = raw.decode().strip()
        except UnicodeDecodeError as error:
            raise BrokenThesaurus(path, number, "is not UTF-8") from error
        if not line:
            continue
        code, _, cell = line.partition(",")
        forms = tuple(form.strip() for form in cell.split("|") if form.strip())
        if not code.strip() or not forms:
            raise BrokenThesaurus(path, number, "must be a code and at least one form")
        if code.strip() in groups:
            raise BrokenThesaurus(path, number, f"the code {code.strip()} stands twice")
        groups[code.strip()] = forms
    return groups
