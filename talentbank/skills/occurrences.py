"""Finding words of the vocabulary in plain text: longest match, nothing cleverer. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

CONTENT = re.compile(r"[ァ-ヴー]{2,}|[一-龯々]{2,}|[a-z0-9][a-z0-9.+#-]+")
"""Runs that carry meaning by themselves in a folded sentence: katakana, kanji, Latin words."""


def folded(text: str) -> str:
    """NFKC and case folding: full width, half width and case no longer tell words apart."""
    return unicodedata.normalize("NFKC", text).casefold()


def content_words(sentence: str) -> list[str]:
    """The runs of katakana, kanji and Latin letters in a sentence, each once."""
    return list(dict.fromkeys(CONTENT.findall(folded(sentence))))


@lru_cache(maxsize=4)
def _pattern(surfaces: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(surfaces, key=lambda surface: (-len(surface), surface))
    return re.compile("|".join(_bounded(surface) for surface in longest_first) or r"(?!)")


def _bounded(surface: str) -> str:
    """A Latin word counts only as a whole, katakana only from its start: no `ai` in `mail`, no ライン in オンライン."""
    before = r"(?<![a-z0-9])" if re.match(r"[a-z0-9]", surface) else ""
    before = r"(?<![ァ-ヴー])" if re.match(r"[ァ-ヴ]", surface) else before
    after = r"(?![a-z0-9])" if re.search(r"[a-z0-9]\Z", surface) else ""
    return before + re.escape(surface) + after


def occurrences(text: str, surfaces: Iterable[str]) -> list[str]:
    """Return the folded surfaces that occur in `text`, in order of their first place.

    At each place the longest wins, and what it covers is not read again.
    """
    known = frozenset(form for surface in surfaces if (form := folded(surface)))
    return list(dict.fromkeys(match.group() for match in _pattern(known).finditer(folded(text))))


def occurs(form: str, text: str) -> bool:
    """Tell whether one folded form occurs in a folded text."""
    return form in text and re.search(_bounded(form), text) is not None
