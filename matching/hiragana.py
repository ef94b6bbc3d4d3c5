"""Words that somebody writes in hiragana, as people do who seldom type: ほーむぺーじを つくりたい, ざいこかんり.

The dictionary reads such a word as others that it never was (どろーん as 泥). So words of the lexicon are put in
their usual script before the text is read: only those that the dictionary does not know in hiragana, and only where
a word may begin and end.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from matching.dictionary import REMEMBERED_WORDS, known, sudachi
from matching.text import Rewritten

_RUN = re.compile(r"[ぁ-ゖー]{3,}")
_KATAKANA = re.compile(r"[ァ-ヺー]{3,}")
_KANJI = re.compile(r"(?:[一-鿿々][ぁ-んァ-ヺー]*){2,}")
_PARTICLES = frozenset("をはがのにでともへやか")
_AFTER = re.compile(r"[をはがのにでともへやか]|から|まで|など|だけ|より|なら|って|す[るれ]|し[たてまよな]|でき|\Z")
_AFTER_SHORT = re.compile(r"[をはがの]|\Z")
SHORTEST_LOANWORD, SHORTEST_READING, LONGEST = 3, 5, 24
LONG = 5
"""A shorter word without the mark ー must begin a run of hiragana, and a very short one end it, or be its topic."""
_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


class Spellings:
    """Hiragana to the usual spelling of the words of these forms."""

    def __init__(self, forms: Iterable[str]) -> None:
        found: dict[str, set[str]] = defaultdict(set)
        for form in forms:
            for loanword in _KATAKANA.findall(form):
                found[loanword.translate(_TO_HIRAGANA)].add(loanword)
            if _KANJI.fullmatch(form) and len(reading := _reading(form)) >= SHORTEST_READING:
                found[reading].add(form)
        self._usual = {
            hiragana: form
            for hiragana, (form, *others) in found.items()
            if not others and len(hiragana) <= LONGEST and known(hiragana) is None and not _is_inflected(hiragana)
        }

    def applied(self, text: str) -> Rewritten | None:
        """None where there is nothing to respell."""
        pieces, starts, ends, done = [], list[int](), list[int](), 0
        for start, end, form in self._found(text):
            pieces += [text[done:start], form]
            starts += [*range(done, start), *[start] * len(form)]
            ends += [*range(done + 1, start + 1), *[end] * len(form)]
            done = end
        if not pieces:
            return None
        starts += range(done, len(text))
        ends += range(done + 1, len(text) + 1)
        return Rewritten("".join([*pieces, text[done:]]), starts, ends)

    def _found(self, text: str) -> Iterator[tuple[int, int, str]]:
        for run in _RUN.finditer(text):
            place = run.start()
            while place <= run.end() - SHORTEST_LOANWORD:
                end = self._end(text, place, run)
                if end:
                    yield place, end, self._usual[text[place:end]]
                place = end or place + 1

    def _end(self, text: str, place: int, run: re.Match[str]) -> int:
        """Of the longest word that begins here; 0 where none does."""
        begins = place == run.start() and not text[place - 1 : place].isalnum()
        follows = text[place - 1 : place] in _PARTICLES
        last = min(run.end(), place + LONGEST)
        if not (begins or follows or "ー" in text[place:last]):
            return 0
        for end in range(last, place + SHORTEST_LOANWORD - 1, -1):
            word = text[place:end]
            if word not in self._usual:
                continue
            within = "ー" in word or (follows and len(word) >= LONG)
            after = _AFTER if within or len(word) > SHORTEST_LOANWORD else _AFTER_SHORT
            if (begins or within) and after.match(text, end, run.end()):
                return end
        return 0


def _is_inflected(word: str) -> bool:
    """Whether a very short word may be a verb with its endings: しない is no シナイ."""
    *_, last = sudachi().tokenize(word)
    return len(word) == SHORTEST_LOANWORD and last.part_of_speech()[0] in {"助動詞", "助詞"}


@lru_cache(REMEMBERED_WORDS)
def _reading(form: str) -> str:
    """In hiragana."""
    return "".join(morpheme.reading_form() for morpheme in sudachi().tokenize(form)).translate(_TO_HIRAGANA)
