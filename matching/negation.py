"""Which words of a text its writer refuses: 「Javaは不可」「電話対応はできません」「SNS以外なら」「no Java, please」.

Three steps after NegEx (Chapman et al. 2001): wordings that only look like a refusal are masked (Excelしかできません);
the cues of `matching.cues` are found in what is left; each reaches a bounded stretch of text that ends with the clause
(`matching.reach`).

Precision before recall: a word wrongly refused costs somebody a good candidate, so a doubtful cue refuses nothing.
Pure; time is linear in the text; no text raises.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from operator import attrgetter

from matching import clauses, cues, pseudo_cues
from matching.cues import Cue, RefusalKind, Speaker
from matching.reach import Stretch, heading_stretch, stretch_of
from matching.text import Rewritten, Token, normalize

_LINE = re.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
_BULLET = re.compile(clauses.BULLET)
_ASKED = re.compile(pseudo_cues.ASKED)
_OTHERS = re.compile(pseudo_cues.OTHERS)
_TROUBLE = re.compile(pseudo_cues.TROUBLE)
_CLIENTS = re.compile(pseudo_cues.CLIENTS)
_LACKS = frozenset({RefusalKind.UNABLE, RefusalKind.ABSENT})
_MASK = "\ufffd"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Characters [start, end) of a text are refused by the words at [cue_start, cue_end)."""

    start: int
    end: int
    cue_start: int
    cue_end: int
    kind: RefusalKind


@dataclass(frozen=True, slots=True)
class _Found:
    """A refusal in places of one normalized line; no words for a heading whose list stands on the lines below."""

    words: Stretch | None
    cue: Stretch
    kind: RefusalKind


def refused(text: str, tokens: Sequence[Token], *, speaker: Speaker) -> dict[int, Refusal]:
    """Positions in `tokens` whose words are refused, each with the first refusal that holds the word.

    tokens : what `matching.text.tokenize(text)` gave, in its order
    """
    found: dict[int, Refusal] = {}
    for refusal in refusals(text, speaker=speaker):
        position = bisect_left(tokens, refusal.start, key=attrgetter("start"))
        while position < len(tokens) and tokens[position].end <= refusal.end:
            found.setdefault(position, refusal)
            position += 1
    return found


def refusals(text: str, *, speaker: Speaker) -> tuple[Refusal, ...]:
    """Every refusal of the text, line by line; ranges in characters of `text`. The same words may be refused twice."""
    found: list[Refusal] = []
    heading: Refusal | None = None
    clients = speaker is Speaker.PROFILE and _CLIENTS.search(text) is not None
    for match in _LINE.finditer(text):
        line, offset = normalize(match.group()), match.start()
        if heading and _BULLET.match(line.text) and ":" not in line.text:
            found.append(replace(heading, start=offset, end=match.end()))
        else:
            heading = None
        for local in _line_refusals(line.text, speaker, clients):
            refusal = _original(line, offset, local)
            if local.words:
                found.append(refusal)
            else:
                heading = refusal
    return tuple(found)


def _original(line: Rewritten, offset: int, found: _Found) -> Refusal:
    """The same in characters of the text the line came from."""
    start, end = found.words or found.cue
    cue_start, cue_end = found.cue
    return Refusal(
        offset + line.starts[start],
        offset + line.ends[end - 1],
        offset + line.starts[cue_start],
        offset + line.ends[cue_end - 1],
        found.kind,
    )


def _line_refusals(line: str, speaker: Speaker, clients: bool) -> Iterator[_Found]:
    headings = _table(speaker, True)
    for match, cue in headings.finditer(line):
        words = heading_stretch(line, match.end())
        if words or match.end() == len(line):
            yield _Found(words, match.span(), cue.kind)
    line = headings.pattern.sub(_masked, line)
    masked = _pseudo(speaker).sub(_masked, line)
    floor = 0
    for match, cue in _table(speaker, False).finditer(masked):
        words = stretch_of(line, floor, match.span(), cue.reach)
        if words and not _is_void(line, match, cue, speaker) and not (clients and _is_clients(line, match, cue)):
            yield _Found(words, match.span(), cue.kind)
        floor = match.end()


def _is_void(line: str, cue: re.Match[str], row: Cue, speaker: Speaker) -> bool:
    """Whether what follows the cue makes it a question, other people's words, or the trouble a need tells of."""
    if _ASKED.match(line, cue.end()):
        return True
    if speaker is Speaker.NEED:
        return _TROUBLE.match(line, cue.end()) is not None
    return row.kind in _LACKS and _OTHERS.match(line, cue.end()) is not None


def _is_clients(line: str, cue: re.Match[str], row: Cue) -> bool:
    """Whether a lack may be the clients' in a profile that speaks of them; 「Javaは|できません」 stays the writer's."""
    return row.kind in _LACKS and line[cue.start() - 1 : cue.start()] != "は"


def _masked(found: re.Match[str]) -> str:
    return _MASK * len(found.group())


@dataclass(frozen=True, slots=True)
class _Table:
    """The cues of one speaker as one pattern, each row a named group."""

    pattern: re.Pattern[str]
    rows: dict[str, Cue]

    def finditer(self, line: str) -> Iterator[tuple[re.Match[str], Cue]]:
        """Every cue of the line from left to right; of two at one place the upper row."""
        for match in self.pattern.finditer(line):
            if match.lastgroup:
                yield match, self.rows[match.lastgroup]


@cache
def _table(speaker: Speaker, headings: bool) -> _Table:
    rows = {f"row{i}": cue for i, cue in enumerate(cues.HEADINGS if headings else cues.CUES) if speaker in cue.speakers}
    pattern = "|".join(f"(?P<{name}>{cue.pattern})" for name, cue in rows.items())
    return _Table(
        re.compile(f"{clauses.HEADING_BEFORE}(?:{pattern}){clauses.HEADING_AFTER}" if headings else pattern), rows
    )


@cache
def _pseudo(speaker: Speaker) -> re.Pattern[str]:
    return re.compile("|".join(pseudo.pattern for pseudo in pseudo_cues.PSEUDO if speaker in pseudo.speakers))
