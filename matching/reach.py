"""How far a refusal reaches: from its cue back to the clause's start, narrowed to the focus; or forward from a heading.

In Japanese the cue comes last, so its reach runs backward. The focus is what the last は marks, or what stands between
it and the cue (Matsuyoshi 2014): in 「電話は土日はできません」 the weekend is refused, not the telephone.
Every function looks at a bounded window of a normalized line.
"""

import re

from matching import clauses
from matching.cues import Reach

REACH_CHARACTERS = 80
"""How far a cue looks back at most."""

HEADING_CHARACTERS = 400
"""How long the list behind a heading may be."""

Stretch = tuple[int, int]

_EDGE = " 、,・:"
_STOP = re.compile(clauses.STOP)
_CONNECTIVE = re.compile(clauses.CONNECTIVE)
_OWN_CLAUSE = re.compile(clauses.OWN_CLAUSE)
_LIST_SEPARATOR = re.compile(clauses.LIST_SEPARATOR)
_ITEM_SEPARATOR = re.compile(clauses.ITEM_SEPARATOR)
_CONDITION = re.compile(clauses.CONDITION)
_CONDITION_LAST = re.compile(rf"(?:{clauses.CONDITION})[はに]?\Z")
_TOPIC = re.compile(clauses.TOPIC)
_FILLER = re.compile(clauses.FILLER)
_ACTION = re.compile(rf"(?:{clauses.FILLER})?{clauses.ACTION}")
_TIME = re.compile(clauses.TIME)
_CARRIES = re.compile(r"(?:なので|ので|ため|から)[、,\s]?\Z")
_LIMIT = re.compile(clauses.LIMIT)
_PHRASE_BREAK = re.compile(clauses.PHRASE_BREAK)
_NOTHING = re.compile(clauses.NOTHING)
_NEXT_HEADING = re.compile(clauses.NEXT_HEADING)
_ENGLISH_LIST = re.compile(clauses.ENGLISH_LIST)
_ENGLISH_BREAK = re.compile(clauses.ENGLISH_BREAK)
_ENGLISH_OTHERS = re.compile(clauses.ENGLISH_OTHERS)
_ENGLISH_CONDITION = re.compile(clauses.ENGLISH_CONDITION)


def stretch_of(line: str, floor: int, cue: Stretch, reach: Reach) -> Stretch | None:
    """What the cue refuses, as places of the line; None where that is nothing.

    floor : the end of the cue before it, over which no reach goes back
    """
    base = max(floor, cue[0] - REACH_CHARACTERS)
    window = line[base : cue[0]]
    if reach is Reach.ENGLISH_AFTER:
        match = _ENGLISH_LIST.match(line, cue[1])
        return match.span() if match and not _ENGLISH_OTHERS.search(window) else None
    if reach is Reach.ENGLISH_BEFORE:
        found = _english_clause(window)
    else:
        found = _japanese(window, line[cue[1] : cue[1] + REACH_CHARACTERS], reach)
    return _trimmed(line, base + found[0], base + found[1]) if found else None


def heading_stretch(line: str, start: int) -> Stretch | None:
    """The list behind a heading: to the end of the sentence, the line, or to the next heading."""
    limit = min(len(line), start + HEADING_CHARACTERS)
    match = _NEXT_HEADING.search(line, start, limit)
    end = match.start() if match else limit
    return None if _NOTHING.fullmatch(line, start, end) else _trimmed(line, start, end)


def _trimmed(line: str, start: int, end: int) -> Stretch | None:
    while start < end and line[start] in _EDGE:
        start += 1
    while start < end and line[end - 1] in _EDGE:
        end -= 1
    return (start, end) if start < end else None


def _japanese(window: str, after: str, reach: Reach) -> Stretch | None:
    opening = _open_bracket(window)
    if opening is not None and _is_filler(window[opening + 1 :]):
        window, opening, reach = window[:opening], None, Reach.PHRASE
    first = 0 if opening is None else opening + 1
    start = _clause_start(window, first)
    if start is None:
        return None
    if _is_filler(window[start:]) and reach in {Reach.CLAUSE, Reach.PHRASE}:
        return _topic_before(window, first, start)
    if reach is Reach.CLAUSE:
        return _focus(window, start)
    for match in _PHRASE_BREAK.finditer(window, start):
        if match.end() < len(window):
            start = match.end()
    if reach is not Reach.LIST:
        start = max((match.end() for match in _ITEM_SEPARATOR.finditer(window, start)), default=start)
    if reach is Reach.CONTRAST and "の" not in re.split("[、。,]", after.lstrip("、, "), maxsplit=1)[0]:
        start = max(start, window.rfind("の", start, len(window) - 1) + 1)
    return None if _is_filler(window[start:]) else (start, len(window))


def _topic_before(window: str, first: int, start: int) -> Stretch | None:
    """The topic of the clause before, where this one has none: SNSは苦手なので|使わずに."""
    if not _CARRIES.search(window, first, start):
        return None
    before = first
    for pattern in (_STOP, _CONNECTIVE):
        for match in pattern.finditer(window, before, start):
            if match.end() < start:
                before = match.end()
    marks = [match for match in _TOPIC.finditer(window, before, start)]
    if len(marks) != 1 or "、" in window[before : marks[0].start()] or "が" in window[marks[0].end() : start - 2]:
        return None
    return before, marks[0].start()


def _open_bracket(window: str) -> int | None:
    """Place of the innermost bracket that is still open where the window ends."""
    closed = 0
    for place in range(len(window) - 1, -1, -1):
        if window[place] == ")":
            closed += 1
        elif window[place] == "(" and closed:
            closed -= 1
        elif window[place] == "(":
            return place
    return None


def _clause_start(window: str, start: int) -> int | None:
    """Where the clause at the window's end begins; None where it holds under a condition only (急ぎなら対応不可)."""
    for match in _STOP.finditer(window, start):
        start = match.end()
    for match in _CONNECTIVE.finditer(window, start):
        start = match.end()
    end = len(window)
    for separator in reversed(list(_LIST_SEPARATOR.finditer(window, start))):
        if _CONDITION.search(window, separator.end(), end):
            return None
        end = separator.start()
        before = max((match.end() for match in _LIST_SEPARATOR.finditer(window, start, end)), default=start)
        if _CONDITION_LAST.search(window, before, end):
            return None
        if _is_clause(window[before:end]):
            return separator.end()
    return None if _CONDITION.search(window, start, end) else start


def _is_clause(segment: str) -> bool:
    """Whether what stands before a comma says something by itself, rather than being a member of a list."""
    if _OWN_CLAUSE.search(segment):
        return True
    return any(not _is_filler(segment[match.end() :]) for match in _TOPIC.finditer(segment))


def _focus(window: str, start: int) -> Stretch | None:
    """The last piece between the topic marks that says something; with its topic where it is the verb's own noun."""
    marks = list(_TOPIC.finditer(window, start))
    begins = [start, *(match.end() for match in marks)]
    ends = [*(match.start() for match in marks), len(window)]
    pieces = [(a, b) for a, b in zip(begins, ends, strict=True) if not _is_filler(window[a:b])]
    if not pieces:
        return None
    begin, end = pieces[-1]
    if len(pieces) > 1 and _TIME.fullmatch(window, *pieces[-2]):
        return pieces[-2]
    if len(pieces) > 1 and end == len(window) and _ACTION.fullmatch(window, begin, end):
        begin = pieces[-2][0]
    limit = _LIMIT.search(window, begin, end)
    if limit and limit.end() > begin:
        return (limit.start() if window[limit.start() - 1 : limit.start()] == "の" else begin), limit.end()
    return begin, end


def _is_filler(text: str) -> bool:
    return _FILLER.fullmatch(text) is not None


def _english_clause(window: str) -> Stretch | None:
    start = max((match.end() for match in _ENGLISH_BREAK.finditer(window)), default=0)
    return None if _ENGLISH_CONDITION.search(window, start) else (start, len(window))
