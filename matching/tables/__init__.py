"""What the engine knows of Japanese before it has seen a profile: near words, and how usual a word is.

Both are tables made offline by `build`; NOTICE.md says of what, and under which licence.
"""

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from matching.neighbours import NeighbourTable
from matching.weighting import BackgroundFrequencies

NEAR_TERMS = Path(__file__).with_name("near_terms.tsv.gz")
USUAL_WORDS = Path(__file__).with_name("usual_words.tsv.gz")

BACKGROUND_DOCUMENTS = 100
"""How much the background weighs: as many documents as a small bank has. A bank of thousands outvotes it."""


class _Lines(Mapping[str, tuple[tuple[str, float], ...]]):
    """Near terms by term, read when they are asked for: as tuples all of them would take sixty megabytes."""

    def __init__(self, lines: list[str]) -> None:
        split = [line.split("\t") for line in lines]
        self._terms = [term for term, _ in split]
        self._cells = dict(split)

    def __getitem__(self, term: str) -> tuple[tuple[str, float], ...]:
        cells = (cell.split(":") for cell in self._cells[term].split())
        return tuple((self._terms[int(place)], int(hundredths) / 100) for place, hundredths in cells)

    def __iter__(self) -> Iterator[str]:
        return iter(self._terms)

    def __len__(self) -> int:
        return len(self._terms)


@cache
def near_terms() -> NeighbourTable:
    """For 45,000 terms at most eight near ones; terms as `text.tokenize` gives them."""
    return NeighbourTable(_Lines(_lines(NEAR_TERMS)), name=f"near_terms {_digest(NEAR_TERMS)}")


@cache
def background() -> BackgroundFrequencies:
    """BACKGROUND_DOCUMENTS documents of everyday Japanese, as the frequency of words lets expect them."""
    counts = dict(line.split("\t") for line in _lines(USUAL_WORDS))
    return BackgroundFrequencies(
        BACKGROUND_DOCUMENTS,
        {term: float(count) for term, count in counts.items()},
        f"usual_words {_digest(USUAL_WORDS)}",
    )


def _lines(path: Path) -> list[str]:
    return gzip.decompress(path.read_bytes()).decode().splitlines()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
