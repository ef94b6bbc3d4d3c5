"""Concepts: words that mean one thing to the people of the bank, whatever their script or language."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from matching.hiragana import Spellings
from matching.text import Layer, Token, normalize, tokenize

CONCEPT_MARK = "\ue000"
"""Begins every concept's term; a private-use character, which `text.normalize` lets into no token."""

REMEMBERED_LEXICONS = 8
REMEMBERED_FORMS = 200_000
"""To read the forms is what costs; a lexicon of which one group has changed reads that group alone."""
LONGEST_GAP = 8
_GAP = re.compile(r"[\s\-‐‑–・/_のをにがはでな]{0,2}")
"""What may stand between the words of a form: ホームページの作成 is ホームページ作成; a full stop is no such thing."""

_SAYS_SOMETHING = re.compile(r"[^\W_ぁ-ゖー]")
"""A letter but hiragana."""
DENIAL = 12
_DENIED = re.compile(r"(?:ない|ません)\Z")
_DENIES = re.compile(r"[ぁ-ん]{0,3}?(?:ない|なく|なか|ませ|ず(?!っと)|ん(?:です|。|\Z))")
"""A form that says no, such as 動かない, and what says so behind its last word, within DENIAL characters: the analyzer
reads 動か|ない and 動く alike."""


@dataclass(frozen=True)
class Lexicon:
    """Concept groups as the caller keeps them.

    groups : concept id to its surface forms, Japanese and English; a form may stand in several groups
    """

    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def digest(self) -> str:
        """SHA-256 in hex of the groups, independent of their order."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        lines = sorted("\x1f".join([concept, *sorted(forms)]) for concept, forms in self.groups.items())
        return hashlib.sha256("\x1e".join(lines).encode(errors="surrogatepass")).hexdigest()


class _Around(NamedTuple):
    """What stands in a form beside the only word that is read of it, such as 脱 in 脱ハンコ or You in You Tube."""

    concept: str
    before: str
    after: str


class _Node:
    """A step of the trie of forms: where the next term leads, and the concepts whose form ends here.

    around : of forms that are no form without it
    denied : concepts of forms whose last word is denied
    """

    __slots__ = ("around", "concepts", "denied", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.concepts: list[str] = []
        self.around: list[_Around] = []
        self.denied: list[str] = []


class _Form(NamedTuple):
    """Words first to last of a text are a form of this concept."""

    first: int
    last: int
    concept: str


class Analyzer:
    """Text to terms under a lexicon.

    Where words are a form of a concept, the concept is a term beside them. Every word of a text is analysed alike on
    both sides, so the meeting is exact. For each concept the longest form counts; concepts may nest.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._root = _Node()
        for concept in sorted(lexicon.groups):
            for form in lexicon.groups[concept]:
                self._add(concept, form)
        self._spellings = Spellings(form for forms in lexicon.groups.values() for form in forms)

    def _add(self, concept: str, form: str) -> None:
        words = _words(form)
        if not words:
            return
        node = self._root
        for word in words:
            node = node.next.setdefault(word, _Node())
        before, after = unread(form)
        if before or after:
            node.around.append(_Around(concept, before, after))
        elif _DENIED.search(normalize(form).text):
            node.denied.append(concept)
        elif concept not in node.concepts:
            node.concepts.append(concept)

    def analyze(self, text: str) -> tuple[Token, ...]:
        """Words, their parts and stems, and concepts of the text by position, each with its span in the original."""
        tokens = self._tokens(text)
        if not self._root.next:
            return tokens
        words = [token for token in tokens if token.layer is Layer.WORD]
        concepts = [
            Token(
                CONCEPT_MARK + concept, words[first].start, words[last].end, _joined(words, first, last), Layer.CONCEPT
            )
            for first, last, concept in self._forms(text, words)
        ]
        return tuple(sorted([*tokens, *concepts], key=lambda token: (token.start, token.end, token.term)))

    def _tokens(self, text: str) -> tuple[Token, ...]:
        """Of the text with words of the lexicon in their usual script."""
        respelled = self._spellings.applied(text)
        if respelled is None:
            return tokenize(text)
        starts, ends = respelled.starts, respelled.ends
        return tuple(
            token._replace(start=starts[token.start], end=ends[token.end - 1]) for token in tokenize(respelled.text)
        )

    def _forms(self, text: str, words: Sequence[Token]) -> Iterator[_Form]:
        """Every form in the text, but a shorter one of the same concept within it."""
        covered: dict[str, int] = {}
        for first in range(len(words)):
            for concept, last in self._longest(text, words, first).items():
                if last >= covered.get(concept, 0):
                    covered[concept] = last + 1
                    yield _Form(first, last, concept)

    def _longest(self, text: str, words: Sequence[Token], first: int) -> dict[str, int]:
        """Concept to the last word of its longest form that begins at `first`."""
        longest: dict[str, int] = {}
        node: _Node | None = self._root
        for position in range(first, len(words)):
            if position > first and not _is_gap(text[words[position - 1].end : words[position].start]):
                break
            node = node.next.get(words[position].term) if node else None
            if node is None:
                break
            longest.update(dict.fromkeys(node.concepts, position))
            longest |= {each.concept: position for each in node.around if _stands_in(text, words, position, each)}
            end = words[position].end
            if node.denied and _DENIES.match(normalize(text[end : end + DENIAL]).text):
                longest |= dict.fromkeys(node.denied, position)
        return longest


def _is_gap(between: str) -> bool:
    """As written, or as composed characters without invisible marks."""
    return len(between) <= LONGEST_GAP and _GAP.fullmatch(normalize(between).text) is not None


def _stands_in(text: str, words: Sequence[Token], position: int, around: _Around) -> bool:
    """Whether the word has that around it, of no other word."""
    start, end = words[position].start - len(around.before), words[position].end + len(around.after)
    earlier = words[position - 1].end if position else 0
    later = words[position + 1].start if position + 1 < len(words) else len(text)
    if start < earlier or end > later:
        return False
    before, after = text[start : words[position].start], text[words[position].end : end]
    return (normalize(before).text, normalize(after).text) == (around.before, around.after)


@lru_cache(maxsize=REMEMBERED_FORMS)
def unread(form: str) -> tuple[str, str]:
    """Before and behind the word of a form of one: where more is left unread there than what inflects or joins."""
    words = [token for token in tokenize(form) if token.layer is Layer.WORD]
    if len(words) != 1:
        return "", ""
    around = normalize(form[: words[0].start]).text, normalize(form[words[0].end :]).text
    return around if _SAYS_SOMETHING.search("".join(around)) else ("", "")


@lru_cache(maxsize=REMEMBERED_FORMS)
def _words(form: str) -> tuple[str, ...]:
    return tuple(token.term for token in tokenize(form) if token.layer is Layer.WORD)


def _joined(words: Sequence[Token], first: int, last: int) -> str:
    return " ".join(word.term for word in words[first : last + 1])


_analyzers: dict[str, Analyzer] = {}


def analyzer_of(lexicon: Lexicon) -> Analyzer:
    """The analyzer of a lexicon; the last few are remembered, for to read thousands of forms takes a while."""
    digest = lexicon.digest()
    analyzer = _analyzers.get(digest)
    if analyzer is None:
        if len(_analyzers) >= REMEMBERED_LEXICONS:
            _analyzers.clear()
        analyzer = _analyzers[digest] = Analyzer(lexicon)
    return analyzer
