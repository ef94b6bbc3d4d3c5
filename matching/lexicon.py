"""Concepts: words that mean one thing to the people of the bank, whatever their script or language."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from matching.text import Token, tokenize

CONCEPT_MARK = "\ue000"
"""Begins every concept's term; a private-use character, which `text.normalize` lets into no token."""

_GAP = re.compile(r"[\s\-‐‑–・/_のをにがはで]{0,2}")
"""What may stand between the words of a form: ホームページの作成 is ホームページ作成; a full stop is no such thing."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Concept groups as the caller keeps them.

    groups : concept id to its surface forms, Japanese and English; a form may stand in several groups
    """

    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def digest(self) -> str:
        """SHA-256 in hex of the groups, independent of their order."""
        lines = sorted("\x1f".join([concept, *sorted(forms)]) for concept, forms in self.groups.items())
        return hashlib.sha256("\x1e".join(lines).encode(errors="surrogatepass")).hexdigest()


class _Node:
    """A step of the trie of forms: where the next term leads, and the concepts whose form ends here."""

    __slots__ = ("concepts", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.concepts: list[str] = []


class Analyzer:
    """Text to terms under a lexicon.

    A form of one word gives way to its concept; a form of several words keeps its words and adds the concept, so that
    ネットショップ meets both ECサイト and ショップ. For each concept the longest form counts; concepts may nest.
    Every word of a text is analysed alike on both sides, so the meeting is exact: similarity 1, relation `synonym`.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._root = _Node()
        for concept in sorted(lexicon.groups):
            for form in lexicon.groups[concept]:
                self._add(concept, form)

    def _add(self, concept: str, form: str) -> None:
        tokens = tokenize(form)
        if not tokens:
            return
        node = self._root
        for token in tokens:
            node = node.next.setdefault(token.term, _Node())
        if concept not in node.concepts:
            node.concepts.append(concept)

    def analyze(self, text: str) -> tuple[Token, ...]:
        """Words and concepts of the text by position, each with its span in the original."""
        tokens = tokenize(text)
        if not self._root.next:
            return tokens
        found: list[Token] = []
        replaced: set[int] = set()
        covered: dict[str, int] = {}
        for first in range(len(tokens)):
            for concept, last in self._longest(text, tokens, first).items():
                if first < covered.get(concept, 0):
                    continue
                covered[concept] = last + 1
                form = " ".join(token.term for token in tokens[first : last + 1])
                found.append(Token(CONCEPT_MARK + concept, tokens[first].start, tokens[last].end, form))
                if first == last:
                    replaced.add(first)
        kept = [token for position, token in enumerate(tokens) if position not in replaced]
        return tuple(sorted(kept + found, key=lambda token: (token.start, token.end, token.term)))

    def _longest(self, text: str, tokens: Sequence[Token], first: int) -> dict[str, int]:
        """Concept to the last token of its longest form that begins at `first`."""
        longest: dict[str, int] = {}
        node: _Node | None = self._root
        for position in range(first, len(tokens)):
            if position > first and not _GAP.fullmatch(text, tokens[position - 1].end, tokens[position].start):
                break
            node = node.next.get(tokens[position].term) if node else None
            if node is None:
                break
            longest.update(dict.fromkeys(node.concepts, position))
        return longest
