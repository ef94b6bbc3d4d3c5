"""English words of a Japanese text folded into one term: number, spelling, and the katakana they are borrowed as.

managers → manager → マネージャー, which is how the Japanese side writes it; what no dictionary has becomes its stem.

Sources: Porter 2001, "Snowball" (English stemmer); SudachiDict's normalized forms for the borrowed words.
"""

import re
from functools import lru_cache
from typing import NamedTuple

import snowballstemmer

from matching.dictionary import REMEMBERED_WORDS, known

WORD = re.compile(r"[a-z]+\Z")
SHORTEST_PLURAL = 4
SHORTEST_BRITISH = 5

_stemmer = snowballstemmer.stemmer("english")
_KEEP_S = ("ss", "us", "is", "ics")
_NO_PLURALS = frozenset(
    {"sales", "news", "series", "lens", "canvas", "atlas", "always", "windows", "macos", "https", "saas", "paas"}
    | {"iaas", "kubernetes", "pandas", "jenkins", "redis", "emacs", "postgres", "keras", "devops", "mlops"}
)
_SIBILANTS = ("sses", "shes", "ches", "xes", "zes")
_BRITISH = (
    # British spelling as American: labour, centre, organise, analyse. Applied to both sides, so a word that only looks
    # British is folded alike everywhere.
    (re.compile(r"our(?=ed\Z|ing\Z|er\Z|able\Z|al\Z|\Z)"), "or"),
    (re.compile(r"(?<=[a-z]{2})is(?=(?:e|ed|er|ers|ing|ation|ations)\Z)"), "iz"),
    (re.compile(r"(?<=[a-z][nbtv])tre\Z|(?<=en)tre\Z"), "ter"),
    (re.compile(r"(?<=[a-z])ys(?=(?:e|ed|er|ers|ing)\Z)"), "yz"),
)


class Folded(NamedTuple):
    """A word's term, and its stem, by which manager is near management."""

    term: str
    stem: str


@lru_cache(REMEMBERED_WORDS)
def folded(word: str) -> Folded:
    """Fold a word of lower-case latin letters."""
    if len(word) < SHORTEST_PLURAL:  # AWS, CMS, SNS: nothing of it is an ending
        return Folded(known(word) or word, word)
    base = singular(word)
    american = _american(base)
    term = known(american) or known(base) or american
    if WORD.match(term):
        stem = _stem(term)
        return Folded(stem, stem)
    return Folded(term, _stem(american))


def _stem(word: str) -> str:
    return word if word in _NO_PLURALS else str(_stemmer.stemWord(word))


def singular(word: str) -> str:
    """The word without the -s of a plural; "status", "analysis", "class" and "statistics" have none."""
    if len(word) < SHORTEST_PLURAL or not word.endswith("s") or word.endswith(_KEEP_S) or word in _NO_PLURALS:
        return word
    if word.endswith("ies") and len(word) > SHORTEST_PLURAL:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(_SIBILANTS) else word[:-1]


def _american(word: str) -> str:
    if len(word) < SHORTEST_BRITISH:
        return word
    for pattern, replacement in _BRITISH:
        word = pattern.sub(replacement, word)
    return word
