"""`python -m tests.benchmarks.cluster`: the index in shards of a Ray cluster beside the same index in this process.

Both nodes of the cluster are this machine, so that what is measured is the price of going there: wall time, for the
shards work in other processes. `sizes` gives what one profile takes, which docs/operations.md multiplies.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from matching.cluster.index import ClusterIndex
from tests.benchmarks.engines import LIMIT, Ours, OursWhole
from tests.benchmarks.generator import Corpus, generated
from tests.cluster.nodes import Nodes, two_nodes

TURN = 10
FLOOR, GOAL = 15.0, 5.0
"""Times the wall time in this process, at a million profiles."""
OBJECTS = 2 * 2**30

Figures = dict[str, float]


def measured_cluster(
    size: int, *, n_shards: int = 2, repeats: int = 200, say: Callable[[str], None] = print, whole_model: bool = False
) -> Figures:
    """Median wall milliseconds of a need here and there, asked in turns; every answer there is checked."""
    corpus = generated(size)
    engine = (OursWhole if whole_model else Ours)(corpus)
    say(f"{size:,} profiles indexed in this process")
    with two_nodes(OBJECTS) as nodes:
        before = _memory(nodes, nodes.index(n_shards))
        begun = perf_counter()
        index = nodes.index(n_shards).filled(engine.index)
        filled = perf_counter() - begun
        say(f"filled {n_shards} shards in {filled:.0f} s")
        _write_whole(index)
        return {
            "profiles": size,
            "shards": n_shards,
            "fill_seconds": filled,
            **_in_turn(corpus, engine, index, repeats),
            **_sizes(nodes, index, before, size),
        }


def _in_turn(corpus: Corpus, engine: Ours, index: ClusterIndex, repeats: int) -> Figures:
    here: list[float] = []
    there: list[float] = []
    wrong = 0
    for first in range(0, repeats, TURN):
        needs = [engine.asked(corpus.need(number)) for number in range(first, first + TURN)]
        expected = [_timed(here, engine.index.top, need) for need in needs]
        wrong += sum(_timed(there, index.top, need) != each for need, each in zip(needs, expected, strict=True))
    return {
        "here_ms": median(here) * 1e3,
        "cluster_ms": median(there) * 1e3,
        "ratio": median(there) / median(here),
        "wrong": wrong,
    }


def _timed(spent: list[float], top: Callable[..., Any], need: dict[str, float]) -> Any:
    begun = perf_counter()
    found = top(need, limit=LIMIT)
    spent.append(perf_counter() - begun)
    return found


def _write_whole(index: ClusterIndex) -> None:
    """Each shard by itself; as soon as a shard has much that changed, it does so in the background."""
    import ray

    promises = [
        replica.write_whole.remote(part.token)
        for part, replicas in zip(index.parts, index.shards.replicas, strict=True)
        for replica in replicas
    ]
    ray.get(promises)


def _memory(nodes: Nodes, index: ClusterIndex) -> list[tuple[int, int]]:
    """Of each shard, bytes: of its own now, and resident at the most so far."""

    def read(shard: object) -> tuple[int, int]:
        private = [line for line in Path("/proc/self/smaps_rollup").read_text().splitlines() if "Private" in line]
        peak = [line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line]
        return _bytes(private), _bytes(peak)

    return nodes.asked(index, read)


def _bytes(lines: list[str]) -> int:
    """Of lines of the form `name: number kB`."""
    return sum(int(line.split()[1]) for line in lines) * 1024


def _sizes(nodes: Nodes, index: ClusterIndex, before: list[tuple[int, int]], size: int) -> Figures:
    after = _memory(nodes, index)
    files = sum(path.stat().st_size for path in (nodes.directory / "shards").glob("*.index"))
    return {
        "file_bytes_a_profile": files / size,
        "own_bytes_a_profile": sum(now[0] - then[0] for now, then in zip(after, before, strict=True)) / size,
        "peak_bytes_a_profile": sum(now[1] - then[1] for now, then in zip(after, before, strict=True)) / size,
        "bytes_of_an_empty_shard": float(before[0][0]),
    }


def page(figures: Figures) -> str:
    lines = [f"{name}: {value:,.2f}" for name, value in figures.items()]
    return "\n".join([*lines, f"floor {FLOOR:.0f} ×, goal {GOAL:.0f} ×"])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.cluster", description=__doc__)
    parser.add_argument("--profiles", type=int, default=1_000_000)
    parser.add_argument("--shards", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument(
        "--whole-model", action="store_true", help="profiles with experiences, of which the best counts"
    )
    parser.add_argument("--json", action="store_true", help="one line")
    chosen = parser.parse_args()
    figures = measured_cluster(
        chosen.profiles,
        n_shards=chosen.shards,
        repeats=chosen.repeats,
        whole_model=chosen.whole_model,
        say=lambda text: print(text, file=sys.stderr, flush=True),
    )
    print(json.dumps(figures) if chosen.json else page(figures))
    sys.exit(1 if figures["wrong"] else 0)


if __name__ == "__main__":
    main()
