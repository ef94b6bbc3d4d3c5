"""Builds the two tables from the word vectors of `ja_ginza`, offline:

    pip download --no-deps ja_ginza==5.3.0
    python -m matching.tables.build ja_ginza-5.3.0-py3-none-any.whl

The vectors are chiVe's, pruned to the 20,000 most frequent words: a rarer word has the vector of the frequent word that
is nearest to it, at a cosine that is not told. The words stand by falling frequency in a corpus of the Japanese web.

Sources: Manabe et al. 2019 (chiVe); Mandelbrot 1953 (frequency by rank); Appleby 2008 (MurmurHash64A, spaCy's key).
"""

import argparse
import gzip
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from matching.tables import BACKGROUND_DOCUMENTS, NEAR_TERMS, USUAL_WORDS
from matching.text import Layer, Token, tokenize

VOCABULARY = "ja_ginza/ja_ginza-5.3.0/vocab"
WHEEL_SHA256 = "ac6479a805c5c5c23c270554934c1c1f344039560ef3a7e4b15a4275bea3c685"

WORDS = 50_000
"""Words read, by frequency. More of them are ever less words and ever more fragments, and add nothing measurable."""
MOST_NEAR = 8
LEAST_COSINE = 0.45
RARE_COSINE = 0.7
"""Between a rare word and the frequent one that lends it its vector: about that of a frequent word to its nearest."""
MOST_RARE = 4
"""Rare words that a frequent word is near to, the more frequent ones first."""

DOCUMENT_WORDS = 60
"""Words of a document of the background: about a short profile."""
VOCABULARY_SUM = 12.5
"""So that the shares of all words sum to about 1: the harmonic sum over half a million ranks."""
RANK_OFFSET = 2.7
LEAST_COUNT = 0.05
"""Documents of the background; what is rarer changes no idf."""

Near = list[tuple[str, float]]


class WrongWheel(ValueError):
    """The file is not the wheel that the tables are of."""

    code = "wrong_wheel"


class Vectors(NamedTuple):
    """words : by falling frequency, each with the row of its vector; matrix : shape (20000, 300)."""

    words: tuple[tuple[str, int], ...]
    matrix: Any


def vectors_read(wheel: Path) -> Vectors:
    """:raises WrongWheel: another release, or another file."""
    content = wheel.read_bytes()
    if hashlib.sha256(content).hexdigest() != WHEEL_SHA256:
        raise WrongWheel(f"{wheel.name} is not the wheel with SHA-256 {WHEEL_SHA256}")
    with zipfile.ZipFile(BytesIO(content)) as archive:
        rows = dict(_packed_map(archive.read(f"{VOCABULARY}/key2row")))
        strings = json.loads(archive.read(f"{VOCABULARY}/strings.json"))
        matrix = np.load(BytesIO(archive.read(f"{VOCABULARY}/vectors")))
    names = {_murmur(text.encode()): text for text in strings}
    return Vectors(tuple((names[key], row) for key, row in rows.items() if key in names), matrix)


def _packed_map(packed: bytes) -> Iterator[tuple[int, int]]:
    """MessagePack: one map of unsigned integers to unsigned integers, in its own order."""
    sizes = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}
    if packed[0] != 0xDF:
        raise WrongWheel("key2row is no map of 32 bits")
    place = 5

    def number() -> int:
        nonlocal place
        kind = packed[place]
        size = sizes.get(kind, 0)
        value = int.from_bytes(packed[place + 1 : place + 1 + size], "big") if size else kind
        place += 1 + size
        return value

    for _ in range(int.from_bytes(packed[1:5], "big")):
        yield number(), number()


def _murmur(key: bytes, seed: int = 1) -> int:
    """MurmurHash64A, by which spaCy keeps its strings."""
    multiplier, mask = 0xC6A4A7935BD1E995, (1 << 64) - 1
    value = seed ^ (len(key) * multiplier & mask)
    whole = len(key) // 8 * 8
    for start in range(0, whole, 8):
        block = int.from_bytes(key[start : start + 8], "little") * multiplier & mask
        block = (block ^ block >> 47) * multiplier & mask
        value = (value ^ block) * multiplier & mask
    if key[whole:]:
        value = (value ^ int.from_bytes(key[whole:], "little")) * multiplier & mask
    value = (value ^ value >> 47) * multiplier & mask
    return value ^ value >> 47


def whole_word(text: str) -> tuple[Token, ...]:
    """The text's terms if the engine reads it as one word, that word first; else ()."""
    tokens = tokenize(text)
    words = [token for token in tokens if token.layer is Layer.WORD]
    if len(words) != 1 or (words[0].start, words[0].end) != (0, len(text)):
        return ()
    return (words[0], *(token for token in tokens if token.layer is not Layer.WORD))


def near_table(vectors: Vectors) -> dict[str, Near]:
    """Term to its near terms, nearest first."""
    frequent, rare = _terms(vectors)
    near = _nearest(vectors.matrix, frequent)
    lent: dict[str, list[str]] = {}
    for term, row in rare.items():
        if row in frequent:
            lent.setdefault(frequent[row], []).append(term)
    table = dict(near)
    for term, borrowers in lent.items():
        told = borrowers[:MOST_RARE]
        table[term] = _first([*near[term], *((other, RARE_COSINE) for other in told)])
        for borrower in borrowers:
            through = [(other, RARE_COSINE * cosine) for other, cosine in near[term]]
            beside = [(other, RARE_COSINE**2) for other in told if other != borrower]
            table[borrower] = _first([(term, RARE_COSINE), *through, *beside])
    return {term: found for term, found in table.items() if found}


def _terms(vectors: Vectors) -> tuple[dict[int, str], dict[str, int]]:
    """Row to the term of the frequent word that it is of, and rare term to the row that it borrows."""
    frequent: dict[int, str] = {}
    rare: dict[str, int] = {}
    seen: set[str] = set()
    for rank, (text, row) in enumerate(vectors.words[:WORDS]):
        term = next((token.term for token in whole_word(text)), None)
        if term is None or term in seen:
            continue
        seen.add(term)
        if rank < len(vectors.matrix):
            frequent[row] = term
        else:
            rare[term] = row
    return frequent, rare


def _nearest(matrix: Any, frequent: dict[int, str], *, batch: int = 1_000) -> dict[str, Near]:
    rows = list(frequent)
    terms = list(frequent.values())
    unit = matrix[rows].astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    near: dict[str, Near] = {}
    for start in range(0, len(rows), batch):
        # Rounded before they are ordered: the last bits depend on the machine.
        cosines = (unit[start : start + batch] @ unit.T).round(2)
        for offset, row in enumerate(cosines):
            row[start + offset] = 0
            found = np.flatnonzero(row > LEAST_COSINE)
            near[terms[start + offset]] = _first([(terms[each], float(row[each])) for each in found.tolist()])
    return near


def _first(near: Near) -> Near:
    """The nearest; of equals those that stand first."""
    kept = [(term, round(cosine, 2)) for term, cosine in near if cosine > LEAST_COSINE]
    return sorted(kept, key=lambda each: -each[1])[:MOST_NEAR]


def usual_words(vectors: Vectors) -> dict[str, float]:
    """Term to how many of the background's documents hold it: n (1 - (1 - p)^words), p by Mandelbrot's law."""
    shares: dict[str, float] = {}
    for rank, (text, _) in enumerate(vectors.words[:WORDS], start=1):
        for term in {token.term for token in whole_word(text)}:
            shares[term] = shares.get(term, 0.0) + 1 / (VOCABULARY_SUM * (rank + RANK_OFFSET))
    counts = {
        term: round(BACKGROUND_DOCUMENTS * (1 - (1 - share) ** DOCUMENT_WORDS), 2) for term, share in shares.items()
    }
    return {term: count for term, count in counts.items() if count >= LEAST_COUNT}


def near_lines(table: dict[str, Near]) -> list[str]:
    """`term<TAB>place:hundredths place:hundredths …`; a place is that of a line, from 0."""
    terms = [*table, *sorted({other for found in table.values() for other, _ in found} - table.keys())]
    places = {term: place for place, term in enumerate(terms)}

    def cells(found: Near) -> str:
        return " ".join(f"{places[other]}:{round(cosine * 100)}" for other, cosine in found)

    return [f"{term}\t{cells(table.get(term, []))}" for term in terms]


def main(write: Callable[[Path, Sequence[str]], None]) -> None:
    parser = argparse.ArgumentParser(description="Build the tables of near and of usual words.")
    parser.add_argument("wheel", type=Path)
    vectors = vectors_read(parser.parse_args().wheel)
    write(NEAR_TERMS, near_lines(near_table(vectors)))
    usual = sorted(usual_words(vectors).items(), key=lambda each: (-each[1], each[0]))
    write(USUAL_WORDS, [f"{term}\t{count:.2f}" for term, count in usual])


def compressed(path: Path, lines: Sequence[str]) -> None:
    """Without name or time, so that the same lines give the same bytes."""
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), compresslevel=9, mtime=0))


if __name__ == "__main__":
    main(compressed)
