"""A thesaurus as a file of its own, for measuring: `code,form|form|…` on each line, in UTF-8."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


class BrokenThesaurus(ValueError):
    """A line that names no concept or no form."""

    code = "broken_thesaurus"

    def __init__(self, path: Path, line: int, reason: str) -> None:
        self.path, self.line, self.reason = path, line, reason
        super().__init__(f"{path}, line {line}: {reason}")


def thesaurus_groups_read(path: Path) -> Mapping[str, tuple[str, ...]]:
    """Concept to its forms.

    :raises BrokenThesaurus: with the line. :raises OSError: the file cannot be read.
    """
    groups: dict[str, tuple[str, ...]] = {}
    for number, raw in enumerate(path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
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
