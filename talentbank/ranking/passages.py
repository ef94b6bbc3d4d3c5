"""Where a word stands, told in the names of the resources, so that a reader's page can mark it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from matching.documents import Span
from talentbank.ranking.corpus import EXPERIENCE_JOINT, EXPERIENCE_PARTS, NEED_TEXTS


@dataclass(frozen=True, slots=True, order=True)
class Passage:
    """Characters [start, end), in Unicode code points, of the text at an RFC 6901 pointer into the resource.

    Of a claimed or wished skill and of a problem the word is the taxonomy's: there are no characters to mark.
    """

    pointer: str
    start: int | None = None
    end: int | None = None


def passages(spans: Iterable[Span], texts: Mapping[str, Any]) -> list[Passage]:
    """The spans of one side in its `corpus.profile_texts` or `need_texts`, each once."""
    return list(dict.fromkeys(_passage(span, texts) for span in spans))


def _passage(span: Span, texts: Mapping[str, Any]) -> Passage:
    match span.field:
        case "skills":
            return Passage(f"/skills/{_owner(texts['skills'], span.entry)}")
        case "problems":
            return Passage(f"/problems/{span.entry}")
        case "experiences":
            return _in_experience(span, texts["experiences"][span.entry])
        case field:
            return Passage(f"/{NEED_TEXTS.get(field, field)}", span.start, span.end)


def _owner(forms: Iterable[Iterable[str]], entry: int) -> int:
    """Whose form the entry is, of forms that are counted through."""
    owners = [position for position, each in enumerate(forms) for _ in each]
    return owners[entry]


def _in_experience(span: Span, experience: Mapping[str, str]) -> Passage:
    """In the part where the word begins; a form over a line's end is cut there."""
    begin = 0
    for part in (part for part in EXPERIENCE_PARTS if experience[part]):
        end = begin + len(experience[part])
        if span.start < end:
            return Passage(f"/experiences/{span.entry}/{part}", span.start - begin, min(span.end, end) - begin)
        begin = end + len(EXPERIENCE_JOINT)
    raise ValueError(f"{span} lies beyond the experience")
