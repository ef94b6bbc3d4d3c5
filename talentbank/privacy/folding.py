"""Texts in the form in which they are compared, with the way back to the original. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

LONGEST_FOLD = 4
"""One character that stands for a whole sentence (ﷺ) is left as it is."""
ZERO_WIDTH = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
VARIANTS = str.maketrans("髙﨑邊邉齋齊斎澤濵濱國廣嶋德槇", "高崎辺辺斉斉斉沢浜浜国広島徳槙")
NO_LETTERS = frozenset("・･=＝.．,，、-‐－'’")
KATAKANA_TO_HIRAGANA = ord("ァ") - ord("ぁ")


@dataclass(frozen=True, slots=True)
class Shadow:
    """A text folded for comparison; `origins[n]` is where its n-th character came from."""

    text: str
    origins: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text behind a span of the shadow that is not empty."""
        return self.origins[start], self.origins[end - 1] + 1


def shadow_of(text: str, fold: Callable[[str], str]) -> Shadow:
    """Fold a text character by character (`small` or `named`)."""
    folds = [fold(character) for character in text]
    return Shadow("".join(folds), [n for n, each in enumerate(folds) for _ in each])


@cache
def small(character: str) -> str:
    """NFKC in small letters; nothing for a character without width."""
    if character in ZERO_WIDTH:
        return ""
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) <= LONGEST_FOLD else character


@cache
def named(character: str) -> str:
    """The form in which names are compared: width, case, kana, spaces, dots and variant kanji make no difference."""
    if character.isspace() or character in ZERO_WIDTH or character in NO_LETTERS:
        return ""
    folded = unicodedata.normalize("NFKD", character).casefold()
    hiragana = "".join(chr(ord(each) - KATAKANA_TO_HIRAGANA) if "ァ" <= each <= "ヶ" else each for each in folded)
    return hiragana.translate(VARIANTS) if len(hiragana) <= LONGEST_FOLD else character
