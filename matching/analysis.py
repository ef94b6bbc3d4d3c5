"""Texts of a need or a profile as terms that know where they stand: words said, and words refused."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from matching.cues import Speaker
from matching.documents import Document, Query, Span, Texts
from matching.lexicon import Analyzer
from matching.negation import Refusal, refused
from matching.text import Token


class UnknownField(ValueError):
    """A text was given for a field that has no weight."""

    code = "unknown_field"

    def __init__(self, unknown: Iterable[str], known: Iterable[str]) -> None:
        self.unknown, self.known = tuple(sorted(unknown)), tuple(known)
        super().__init__(f"no weight for {', '.join(self.unknown)}; the fields are {', '.join(self.known)}")


class Occurrence(NamedTuple):
    """A term where it stands: span, the word to be shown, and the word behind a stem or a concept."""

    span: Span
    surface: str
    form: str


class Refused(NamedTuple):
    """A word that its writer refuses, and the characters that say so."""

    term: str
    occurrence: Occurrence
    cue: str


Occurrences = Mapping[str, tuple[Occurrence, ...]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One text of a field.

    tokens : what is said, without what is refused
    surfaces : characters of each token as written
    shown : of each token what `Span.shown` has
    """

    field: str
    number: int
    tokens: tuple[Token, ...]
    surfaces: tuple[str, ...]
    shown: tuple[str, ...]
    refused: tuple[Refused, ...] = ()

    def occurrences(self) -> Iterator[tuple[str, Occurrence]]:
        for token, surface, shown in zip(self.tokens, self.surfaces, self.shown, strict=True):
            yield token.term, _occurrence(self.field, self.number, token, surface, shown)


Fields = Mapping[str, tuple[Entry, ...]]


class ReadDocument(NamedTuple):
    """A profile whose texts were read; it depends on the lexicon alone."""

    document: Document
    fields: Fields


class ReadQuery(NamedTuple):
    """A need whose texts were read."""

    query: Query
    fields: Fields


def analyzed(
    analyzer: Analyzer, texts: Texts, known: Mapping[str, float], speaker: Speaker
) -> dict[str, tuple[Entry, ...]]:
    """Field to its texts that have a term, said or refused.

    :raises UnknownField: a text under a field that is not `known`.
    """
    if unknown := texts.keys() - known.keys():
        raise UnknownField(unknown, known)
    fields = {}
    for name, given in texts.items():
        entries = (given,) if isinstance(given, str) else given
        found = (_entry(analyzer, name, number, text, speaker) for number, text in enumerate(entries))
        if kept := tuple(entry for entry in found if entry.tokens or entry.refused):
            fields[name] = kept
    return fields


def _entry(analyzer: Analyzer, field: str, number: int, text: str, speaker: Speaker) -> Entry:
    tokens = analyzer.analyze(text)
    surfaces = [text[token.start : token.end] for token in tokens]
    shown = _shown(text, tokens)
    no = refused(text, tokens, speaker=speaker)
    says_no = _saying_no(tokens, no.values())
    said = [place for place in range(len(tokens)) if place not in no and place not in says_no]
    denied = tuple(
        Refused(
            tokens[place].term,
            _occurrence(field, number, tokens[place], surfaces[place], shown[place]),
            text[refusal.cue_start : refusal.cue_end],
        )
        for place, refusal in sorted(no.items())
    )
    return Entry(
        field,
        number,
        tokens=tuple(tokens[place] for place in said),
        surfaces=tuple(surfaces[place] for place in said),
        shown=tuple(shown[place] for place in said),
        refused=denied,
    )


def _saying_no(tokens: Sequence[Token], refusals: Iterable[Refusal]) -> frozenset[int]:
    """Places of tokens that are part of what refuses: 要る in 要りません is no topic."""
    found = set()
    for start, end in {(each.cue_start, each.cue_end) for each in refusals}:
        place = bisect_left(tokens, start, key=attrgetter("start"))
        while place < len(tokens) and tokens[place].start < end:
            if tokens[place].end <= end:
                found.add(place)
            place += 1
    return frozenset(found)


def _shown(text: str, tokens: Sequence[Token]) -> list[str]:
    """Of each token: ネットで売る for ネットで売り, as 売り is its last word; "" where that is not inflected."""
    last = {token.end: token for token in tokens if token.base}
    return [
        text[token.start : ending.start] + ending.base
        if (ending := last.get(token.end)) and token.start <= ending.start
        else ""
        for token in tokens
    ]


def _occurrence(field: str, number: int, token: Token, surface: str, shown: str) -> Occurrence:
    return Occurrence(Span(field, number, token.start, token.end, shown), shown or surface, token.form)


def by_term(entries: Iterable[Entry]) -> Occurrences:
    """Where each term stands in these texts."""
    grouped: dict[str, list[Occurrence]] = {}
    for entry in entries:
        for term, occurrence in entry.occurrences():
            grouped.setdefault(term, []).append(occurrence)
    return {term: tuple(found) for term, found in grouped.items()}
