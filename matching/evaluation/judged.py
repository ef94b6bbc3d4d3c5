"""A judged set: texts, questions, and which text answers which question.

A directory with three files in UTF-8 (with or without a byte order mark, LF or CRLF; blank lines are skipped):

- corpus.jsonl and queries.jsonl: an object with `id` (text or whole number) and `text` on each line
- qrels.tsv: query, document and grade on each line, between tabs, commas, semicolons or spaces; the four columns of
  TREC (with an iteration in second place) and the header of BEIR are read too. A grade of 0 or less is not relevant.

And one that may be there, where the documents are profiles: profiles.jsonl, the same documents by their fields, an
object with `id` and, of each field, a text or a list of texts on each line. One of another form is left, with a remark.
"""

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from matching.documents import Texts
from matching.weights import DOCUMENT_FIELDS

Grades = Mapping[str, int]

HIGHEST_GRADE = 30
"""A gain is 2^grade - 1: past this a set does not grade but number."""

_HEADS = frozenset({"query-id", "query_id", "queryid", "query", "qid"})
_SEPARATORS = ("\t", ";", ",")


class BrokenJudgedSet(ValueError):
    """A judged set that cannot be measured. line : from 1, or None where the whole file or directory is at fault."""

    code = "broken_judged_set"

    def __init__(self, path: Path, line: int | None, reason: str) -> None:
        self.path, self.line, self.reason = path, line, reason
        place = f"{path}, line {line}" if line else f"{path}"
        super().__init__(f"{place}: {reason}")


@dataclass(frozen=True)
class JudgedSet:
    """corpus, queries : id to text; grades : query id to document id to grade > 0, whether the ids exist or not.

    profiles : document id to its texts by field, of every document; empty where the set has none
    unread : why its profiles.jsonl was not read
    repeated : ids that several lines of the corpus bear; the last of them counts, and no grade is about them
    """

    name: str
    corpus: Mapping[str, str]
    queries: Mapping[str, str]
    grades: Mapping[str, Grades]
    repeated: frozenset[str] = frozenset()
    profiles: Mapping[str, Texts] = field(default_factory=dict)
    unread: str = ""

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """Queries with a relevant document, sorted: what is measured. The others have no right answer to be found."""
        return tuple(sorted(id for id in self.queries if self.grades.get(id)))

    @cached_property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of the figures must know: left-out queries, documents that nobody can find."""
        unjudged = len(self.queries) - len(self.asked)
        unknown = len(self.grades.keys() - self.queries.keys())
        absent = sum(document not in self.corpus for query in self.asked for document in self.grades[query])
        facts = (
            (unjudged, "queries without a relevant document are left out"),
            (unknown, "judged queries are not in queries.jsonl and are left out"),
            (len(self.repeated), "document ids stand on several lines of corpus.jsonl; the last line counts"),
            (absent, "relevant documents are not in corpus.jsonl and count as not found"),
        )
        told = tuple(f"{count} {fact}" for count, fact in facts if count)
        return (*told, f"{self.unread}, and is not read") if self.unread else told


def judged_set_read(directory: Path) -> JudgedSet:
    """:raises BrokenJudgedSet: with file and line; also where a file is absent or no query could be measured."""
    if not directory.is_dir():
        raise BrokenJudgedSet(directory, None, "there is no such directory")
    corpus, repeated = _texts(directory / "corpus.jsonl")
    queries, asked_twice = _texts(directory / "queries.jsonl")
    for id, line in asked_twice.items():
        raise BrokenJudgedSet(directory / "queries.jsonl", line, f"the id {id} stands twice")
    grades = _grades(directory / "qrels.tsv")
    for id in sorted(repeated.keys() & {id for judged in grades.values() for id in judged}):
        raise BrokenJudgedSet(directory / "corpus.jsonl", repeated[id], f"the id {id} stands twice and is judged")
    profiles, unread = _profiles_or_why(directory / "profiles.jsonl", corpus.keys())
    judged = JudgedSet(directory.resolve().name, corpus, queries, grades, frozenset(repeated), profiles, unread)
    if not judged.asked:
        raise BrokenJudgedSet(directory / "qrels.tsv", None, "no query of queries.jsonl has a relevant document")
    return judged


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their numbers; decoded one by one, so that a wrong byte has a line too."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BrokenJudgedSet(path, None, f"cannot be read ({error.strerror})") from error
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        try:
            line = raw.decode().strip("\r\n ")
        except UnicodeDecodeError as error:
            raise BrokenJudgedSet(path, number, "is not UTF-8") from error
        if line.strip():
            yield number, line


def _entries(path: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Number, id and the rest of each line's object; no id where it has none, or is no object."""
    for number, line in _lines(path):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BrokenJudgedSet(path, number, f"is not JSON ({error})") from error
        id = entry.pop("id", None) if isinstance(entry, dict) else None
        yield (number, str(id), entry) if _is_id(id) else (number, "", {})


def _texts(path: Path) -> tuple[dict[str, str], dict[str, int]]:
    """Id to text, and the line of each id that stood before."""
    texts: dict[str, str] = {}
    repeated: dict[str, int] = {}
    for number, id, entry in _entries(path):
        text = entry.get("text")
        if not id or not isinstance(text, str):
            raise BrokenJudgedSet(path, number, "must be an object with an id and a text")
        if id in texts:
            repeated[id] = number
        texts[id] = text
    if not texts:
        raise BrokenJudgedSet(path, None, "is empty")
    return texts, repeated


def _profiles_or_why(path: Path, ids: Collection[str]) -> tuple[dict[str, Texts], str]:
    """The profiles, or why they are none: a set can be measured without."""
    try:
        return _profiles(path, ids), ""
    except BrokenJudgedSet as error:
        return {}, f"{path.name}{f', line {error.line},' if error.line else ''} {error.reason}"


def _profiles(path: Path, ids: Collection[str]) -> dict[str, Texts]:
    """Id to texts by field; empty where there is no such file."""
    if not path.exists():
        return {}
    found: dict[str, Texts] = {}
    for number, id, entry in _entries(path):
        if not id or not all(_is_text(each) for each in entry.values()):
            raise BrokenJudgedSet(path, number, "must be an object with an id and texts, or lists of texts, by field")
        if unknown := sorted(entry.keys() - DOCUMENT_FIELDS.keys()):
            raise BrokenJudgedSet(path, number, f"has no field {unknown[0]}, but {', '.join(DOCUMENT_FIELDS)}")
        found[id] = {name: tuple(each) if isinstance(each, list) else each for name, each in entry.items()}
    if different := sorted(found.keys() ^ set(ids)):
        raise BrokenJudgedSet(path, None, f"must hold the documents of corpus.jsonl; {different[0]} is in one of them")
    return found


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def _is_id(id: Any) -> bool:
    return (isinstance(id, str) and id != "") or (isinstance(id, int) and not isinstance(id, bool))


def _grades(path: Path) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    pairs: set[tuple[str, str]] = set()
    separator: str | None = None
    for position, (number, line) in enumerate(_lines(path)):
        if position == 0:
            separator = next((mark for mark in _SEPARATORS if mark in line), None)
        cells = [cell.strip().strip('"') for cell in line.split(separator)]
        if position == 0 and cells[0].casefold() in _HEADS and _grade(cells[-1]) is None:
            continue
        query, document, grade = cells[0], cells[-2] if len(cells) > 1 else "", _grade(cells[-1])
        if len(cells) not in (3, 4) or not query or not document or grade is None:
            raise BrokenJudgedSet(path, number, "must be query, document and a whole grade up to 30")
        if (query, document) in pairs:
            raise BrokenJudgedSet(path, number, f"{query} and {document} are judged twice")
        pairs.add((query, document))
        if grade > 0:
            grades.setdefault(query, {})[document] = grade
    if not pairs:
        raise BrokenJudgedSet(path, None, "is empty")
    return grades


def _grade(cell: str) -> int | None:
    """A whole number, also as `1.0`; None for anything else, such as NaN."""
    if not re.fullmatch(r"[+-]?[0-9]{1,9}(\.0*)?", cell):
        return None
    grade = math.trunc(float(cell))
    return grade if grade <= HIGHEST_GRADE else None
