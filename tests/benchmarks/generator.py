"""Profiles and needs made of nothing: deterministic, with the statistics of content words.

Terms follow Zipf and Mandelbrot, p(rank) ~ 1 / (rank + SHIFT): the SHIFT words before the first are what an analyzer
drops as stop words. Profiles and needs draw from the same words, each independently, which is the hard case: without
topics no profile stands far above the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

N_TERMS = 50_000
SHIFT = 100
LENGTHS = (40, 150)
"""Words of a profile, with repetitions."""
NEED_TERMS = 50
CHUNK = 100_000
SEED = 20_261_128


@dataclass(frozen=True, eq=False)
class Corpus:
    """counts : csr, float64, shape (n_profiles, N_TERMS), term frequencies; ids : text, ascending."""

    counts: sp.csr_array
    seed: int

    @property
    def size(self) -> int:
        return int(self.counts.shape[0])

    @cached_property
    def ids(self) -> list[str]:
        """32 hex digits, as long as the hexadecimal form of a UUID, ascending."""
        return [f"{number:032x}" for number in range(self.size)]

    @cached_property
    def terms(self) -> tuple[str, ...]:
        return tuple(f"語{rank:05d}" for rank in range(N_TERMS))

    @cached_property
    def idf(self) -> NDArray[np.float64]:
        """scikit-learn's smooth idf."""
        frequencies = np.bincount(self.counts.indices, minlength=N_TERMS)
        return np.log((1 + self.size) / (1 + frequencies)) + 1

    @cached_property
    def weights(self) -> sp.csr_array:
        """(1 + ln tf) idf, rows L2-normalized: cosine TF-IDF, in single precision."""
        weighed = self.counts.copy()
        weighed.data = (1 + np.log(weighed.data)) * self.idf[weighed.indices]
        squares = np.add.reduceat(weighed.data**2, weighed.indptr[:-1])
        weighed.data /= np.repeat(np.sqrt(squares), np.diff(weighed.indptr))
        weighed.data = weighed.data.astype(np.float32).astype(np.float64)
        return weighed

    def need(self, number: int, n_terms: int = NEED_TERMS) -> dict[int, float]:
        """Column to weight, L2-normalized: the need of this number, of so many different terms."""
        random = np.random.default_rng((self.seed, 1, number))
        drawn: dict[int, None] = {}
        while len(drawn) < n_terms:
            drawn.update(dict.fromkeys(_drawn(random, n_terms).tolist()))
        columns = np.array(sorted(list(drawn)[:n_terms]))
        weights = self.idf[columns] / np.linalg.norm(self.idf[columns])
        return dict(zip(columns.tolist(), weights.tolist(), strict=True))


def generated(size: int, seed: int = SEED) -> Corpus:
    """So many profiles; a larger corpus begins with the profiles of a smaller one, chunk by chunk."""
    return Corpus(sp.csr_array(sp.vstack(list(_chunks(size, seed)), format="csr")), seed)


def _chunks(size: int, seed: int) -> Iterator[sp.csr_array]:
    for first in range(0, size, CHUNK):
        random = np.random.default_rng((seed, 0, first))
        n_rows = min(CHUNK, size - first)
        lengths = random.integers(LENGTHS[0], LENGTHS[1] + 1, CHUNK)[:n_rows]
        columns = _drawn(random, int(lengths.sum()))
        rows = np.repeat(np.arange(n_rows), lengths)
        chunk = sp.coo_array((np.ones(len(columns)), (rows, columns)), shape=(n_rows, N_TERMS))
        yield sp.csr_array(chunk)


def _drawn(random: np.random.Generator, n: int) -> NDArray[np.int64]:
    cumulated = np.cumsum(1 / (np.arange(N_TERMS) + 1 + SHIFT))
    return np.searchsorted(cumulated, random.random(n) * cumulated[-1], side="right").astype(np.int64)
