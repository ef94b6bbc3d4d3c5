"""Parts of compounds: システムリソース holds システム and リソース, 顧客管理 holds 顧客 and 管理.

A compound is one term, for it says more than its parts; the parts are terms of less weight, so that it still meets
whoever wrote one of them.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from sudachipy import SplitMode

from matching.dictionary import REMEMBERED_WORDS, known

KATAKANA = re.compile(r"[ァ-ヺー]+\Z")
SHORTEST_COMPOUND = 6
SHORTEST_PART = 3


class PartOf(NamedTuple):
    """A part: its term, and characters [start, end) within the compound; class by part of speech, "" if unknown."""

    term: str
    start: int
    end: int
    word_class: str = ""


def parts(morpheme: Any) -> Iterator[PartOf]:
    """Parts of a morpheme: the dictionary's shortest units, or known words in katakana that it lacks."""
    surface = morpheme.surface()
    if morpheme.is_oov():
        if len(surface) >= SHORTEST_COMPOUND and KATAKANA.match(surface):
            yield from katakana_parts(surface)
        return
    for unit in morpheme.split(SplitMode.A):
        start = unit.begin() - morpheme.begin()
        if unit.surface() != surface:
            term = unit.normalized_form().casefold()
            yield PartOf(term, start, start + len(unit.surface()), unit.part_of_speech()[0])


@lru_cache(REMEMBERED_WORDS)
def katakana_parts(run: str) -> tuple[PartOf, ...]:
    """Two known words that make the run up, else the longest known word at its end, else at its beginning."""
    cuts = range(SHORTEST_PART, len(run) - SHORTEST_PART + 1)
    for cut in cuts:
        if (first := known(run[:cut])) and (last := known(run[cut:])):
            return PartOf(first, 0, cut), PartOf(last, cut, len(run))
    for cut in cuts:
        if last := known(run[cut:]):
            return (PartOf(last, cut, len(run)),)
    for cut in reversed(cuts):
        if first := known(run[:cut]):
            return (PartOf(first, 0, cut),)
    return ()
