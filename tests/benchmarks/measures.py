"""What is measured, all in one process: CPU time of one thread, the engines in turn for each need."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np
import scipy.sparse as sp

from matching.counts import CountedTexts
from matching.index.compiled import CompiledSearch
from matching.index.files import index_read, index_write
from matching.index.segmented import SegmentedIndex
from matching.text import Token
from matching.weighting import coverage_rows
from matching.weights import Weights
from tests.benchmarks.engines import ENGINES, LIMIT, Engine, Need, Ours, OursWhole, Scipy, plain_rows
from tests.benchmarks.generator import Corpus, generated

SHARE = 0.05
CHECKED = 30
"""Needs whose results are compared."""
LARGE = 256 * 2**20
"""Bytes read to measure the bandwidth, beyond any last-level cache."""
BATCH, BATCHES, LARGEST_REPEATED = 100, 3, 100_000
"""Needs at once, and how often, up to so many profiles; once for more, as a product then takes a minute."""
VERSION = "bench"
TURN = 10
Prepare = Callable[[Need], Callable[[], Any]]
"""The need to a call without arguments."""
CHILD = """
import sys
from pathlib import Path
from matching.index.compiled import CompiledSearch
from matching.index.files import index_read
index = index_read(Path(sys.argv[1]), CompiledSearch(), version="bench").index
for number in range(50):
    index.top({f"語{(number * 977 + n * 131) % 50_000:05d}": 0.02 for n in range(50)}, limit=20)
private = [line.split() for line in open("/proc/self/smaps_rollup") if line.startswith("Private")]
print(sum(int(kilobytes) for _, kilobytes, _ in private) * 1024)
"""


@dataclass
class Measured:
    """milliseconds : engine to its medians and how often it was asked; figures : other facts, by name"""

    size: int
    milliseconds: dict[str, tuple[float, int]]
    figures: dict[str, float] = field(default_factory=dict)


def measured(size: int, names: Sequence[str], *, repeats: int, seconds: float, say: Callable[[str], None]) -> Measured:
    """One size. An engine that has used up its seconds is asked no more."""
    corpus = generated(size)
    say(f"{size:,} profiles, {corpus.weights.nnz:,} postings")
    engines: dict[str, Engine] = {}
    for name in names:
        if size > (ENGINES[name].most or size):
            continue
        begun = process_time()
        engines[name] = ENGINES[name](corpus)
        engines[name].top(engines[name].asked(corpus.need(0)))  # what an engine compiles or loads at first
        say(f"{name} built in {process_time() - begun:.1f} s CPU")
    figures = {"postings": float(corpus.weights.nnz), "overlap": _overlap(corpus, engines)}
    ours = engines[Ours.name]
    assert isinstance(ours, Ours)
    random = np.random.default_rng(3)
    mask = random.random(size) < SHARE
    block = np.ones(LARGE // 8, np.int64)
    calls = {name: _prepare(engine) for name, engine in engines.items()}
    calls["filter"] = lambda need: partial(ours.index.top, ours.asked(need), limit=LIMIT, mask=mask)
    calls["bandwidth"] = lambda need: block.max
    spent = _in_turn(corpus, calls, repeats, seconds)
    figures["filter_ms"] = median(spent.pop("filter")) * 1e3
    figures["bytes_a_second"] = LARGE / min(spent.pop("bandwidth"))
    figures["postings_a_need"] = _postings_a_need(corpus, repeats)
    say("engines measured")
    figures |= _batch(corpus, ours)
    say("batch measured")
    figures |= _life(corpus, ours.index, repeats)
    return Measured(size, {name: (median(each) * 1e3, len(each)) for name, each in spent.items()}, figures)


def _prepare(engine: Engine) -> Prepare:
    return lambda need: partial(engine.top, engine.asked(need))


def _in_turn(corpus: Corpus, calls: Mapping[str, Prepare], repeats: int, seconds: float) -> dict[str, list[float]]:
    """CPU seconds of each call. Engines take turns of TURN needs, so that each finds its own code in the cache, and
    load on the machine falls on all alike."""
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for first in range(0, repeats, TURN):
        needs = [corpus.need(number) for number in range(first, min(first + TURN, repeats))]
        for name, prepare in calls.items():
            for call in [prepare(need) for need in needs]:
                if len(spent[name]) > 2 and sum(spent[name]) > seconds:
                    break
                begun = process_time()
                call()
                spent[name].append(process_time() - begun)
    return spent


def _overlap(corpus: Corpus, engines: dict[str, Engine]) -> float:
    """Of our best twenty with the product's, tie-aware: a row counts where its score is not below the twentieth."""
    scipy = engines.get(Scipy.name) or Scipy(corpus)
    shares = []
    for number in range(CHECKED):
        need = corpus.need(number)
        expected = scipy.scores(scipy.top(scipy.asked(need)))
        for engine in engines.values():
            if isinstance(engine, Ours) and not isinstance(engine, OursWhole):
                found = engine.scores(engine.top(engine.asked(need)))
                right = sum(score >= expected[-1] - 1e-9 for score in found)
                shares.append(right / len(expected) if len(found) == len(expected) else 0.0)
    return sum(shares) / len(shares)


def _postings_a_need(corpus: Corpus, repeats: int) -> float:
    frequencies = np.bincount(corpus.weights.indices, minlength=len(corpus.terms))
    return float(np.mean([frequencies[list(corpus.need(number))].sum() for number in range(repeats)]))


def _batch(corpus: Corpus, ours: Ours) -> dict[str, float]:
    """CPU seconds for BATCH needs: one call of our index, one product of scikit-learn's, sorted or partitioned."""
    from sklearn.metrics.pairwise import cosine_similarity

    needs = [corpus.need(number) for number in range(BATCH)]
    asking = [(ours.asked(need), ()) for need in needs]
    columns = np.array([list(need) for need in needs])
    weights = np.array([list(need.values()) for need in needs])
    indptr = np.arange(BATCH + 1) * columns.shape[1]
    matrix = sp.csr_array((weights.ravel(), columns.ravel(), indptr), shape=(BATCH, len(corpus.terms)))
    spent: dict[str, list[float]] = {"batch_s": [], "batch_product_s": [], "batch_sort_s": [], "batch_partition_s": []}

    def timed(name: str, call: Callable[[], Any]) -> Any:
        begun = process_time()
        result = call()
        spent[name].append(process_time() - begun)
        return result

    for _ in range(BATCHES if corpus.size <= LARGEST_REPEATED else 1):
        timed("batch_s", lambda: ours.index.top_each(asking, limit=LIMIT))
        scores = timed("batch_product_s", lambda: cosine_similarity(matrix, corpus.weights))
        timed("batch_sort_s", partial(np.argsort, -scores, axis=1))
        timed("batch_partition_s", partial(np.argpartition, -scores, LIMIT, axis=1))
    return {name: median(each) for name, each in spent.items()}


def _life(corpus: Corpus, index: SegmentedIndex, repeats: int) -> dict[str, float]:
    """Bytes on disk, memory of a second process, one changed profile."""
    with tempfile.TemporaryDirectory() as directory:
        large, small = Path(directory) / "large.index", Path(directory) / "small.index"
        index_write(large, index, version=VERSION)
        tiny = plain_rows(corpus.terms, corpus.weights[:10])
        index_write(small, SegmentedIndex(CompiledSearch()).upsert(corpus.ids[:10], tiny), version=VERSION)
        begun = process_time()
        mapped = index_read(large, CompiledSearch(), version=VERSION).index
        opened = process_time() - begun
        private = {path: _private_bytes(path) for path in (large, small)}
        spent = []
        for number in range(min(repeats, corpus.size)):
            tokens = _tokens(corpus, number)
            begun = process_time()
            row = coverage_rows(CountedTexts.of([tokens]), np.array([float(len(tokens))]), Weights())
            mapped = mapped.upsert([corpus.ids[number]], plain_rows(row.terms, row.matrix))
            mapped.top({tokens[0].term: 1.0}, limit=1)
            spent.append(process_time() - begun)
        return {
            "bytes_a_posting": large.stat().st_size / corpus.weights.nnz,
            "open_ms": opened * 1e3,
            "change_ms": median(spent) * 1e3,
            "second_process_bytes": float(private[large] - private[small]),
        }


def _tokens(corpus: Corpus, number: int) -> list[Token]:
    row = corpus.counts[[number]]
    words = [corpus.terms[column] for column in np.repeat(row.indices, row.data.astype(int)).tolist()]
    return [Token(word, 0, 0, word) for word in words]


def _private_bytes(path: Path) -> int:
    """Of a process that maps the file and answers fifty needs, while this one maps it too."""
    finished = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    return int(finished.stdout)


def ratios(of: Measured) -> dict[str, float]:
    """The figures that have a bar."""
    times = {name: milliseconds for name, (milliseconds, _) in of.milliseconds.items()}
    ours = times[Ours.name]
    found = {f"against {name}": spent / ours for name, spent in times.items() if not name.startswith("matching")}
    bound = of.figures["postings_a_need"] * 8 / of.figures["bytes_a_second"] * 1e3
    found |= {"distance to the read-bandwidth bound": ours / bound, "5 % filter": of.figures["filter_ms"] / ours}
    for name, last in {"batch": "batch_sort_s", "batch, partitioned": "batch_partition_s"}.items():
        found[name] = (of.figures["batch_product_s"] + of.figures[last]) / of.figures["batch_s"]
    if OursWhole.name in times:
        found["whole model against plain TF-IDF"] = times[OursWhole.name] / ours
    return found
